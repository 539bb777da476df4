import Cache
import Diagnostics
import Files
import Git
import Pipeline
import SystemPackage

/// A project inside a git repository, opened for work with experiments.
package final class ExperimentContext: ProjectContext {
    /// The one whose work tree holds the project.
    package let repository: Repository
    /// The project's folder inside the repository; empty at the top.
    package let prefix: FilePath
    /// What is done here, if this is a folder that was made for one run; `nil` in a workspace.
    package var ticket: RunTicket?
    /// The cache of another work tree that this one is to use, until that is written down.
    private var sharedCache: SharedCache?

    /// Opens a project that is known to be there.
    ///
    /// - Parameter folder: That of the call, relative to the project root.
    /// - Throws: ``ExperimentError/noWorkTree``, ``ExperimentError/projectOutside(_:workTree:)``.
    package init(
        repository: Repository, settings: GitSettings, project: Project, folder: FilePath, console: Console,
        environment: [String: String]
    ) throws {
        guard let workTree = repository.workTree else { throw ExperimentError.noWorkTree }
        guard let prefix = project.root.relative(to: workTree) else {
            throw ExperimentError.projectOutside(project.root.string, workTree: workTree.string)
        }
        self.repository = repository
        self.prefix = prefix
        var project = project
        sharedCache = try SharedCache(repository, project, prefix: prefix, environment: environment)
        if let directory = sharedCache?.directory {
            project.config.set("cache.dir", to: directory.string, level: .local, folder: project.root)
        }
        super.init(
            settings: settings, project: project, folder: folder, console: console, environment: environment,
            sourceControl: SourceControl(
                isIgnored: { path, isFolder in
                    try repository.isIgnored(prefix.isEmpty ? path : prefix.pushing(path), isFolder: isFolder)
                },
                isTracked: { path in try repository.isTracked(prefix.isEmpty ? path : prefix.pushing(path)) }))
    }

    /// The same project with a repository of its own, for another thread.
    func reopened() throws -> ExperimentContext {
        try ExperimentContext(
            repository: Repository(discovering: project.root), settings: settings, project: project, folder: folder,
            console: console, environment: environment)
    }

    /// In a linked work tree that is to share the main one's cache, writes that down for this program and DVC.
    package override func settleCache() throws {
        try sharedCache?.keep(console)
        sharedCache = nil
    }

    /// A path of the project as git sees it.
    package func inRepository(_ rooted: FilePath) -> FilePath { prefix.isEmpty ? rooted : prefix.pushing(rooted) }

    /// Also warns where git ignores the `dvc.yaml` of the folder of the call.
    package override func workspace(
        checking: Bool = true, replacing replaced: [FilePath: [UInt8]] = [:]
    ) throws -> ProjectWorkspace {
        let workspace = try super.workspace(checking: checking, replacing: replaced)
        let own = folder.appending("dvc.yaml")
        if !workspace.files.contains(where: { $0.path == own }), try isHiddenPipeline(own) {
            console.warn("'\(Console.sanitized(own.string))' is ignored by git, so its stages do not count")
        }
        return workspace
    }

    /// Whether a pipeline file is there that git ignores.
    private func isHiddenPipeline(_ file: FilePath) throws -> Bool {
        try FileStatus.of(project.root.pushing(file), followingLinks: false)?.kind == .file
            && repository.isIgnored(inRepository(file), isFolder: false)
    }

    /// The commit that is checked out.
    ///
    /// - Throws: ``ExperimentError/noCommits`` before the first one.
    package func head() throws -> CommitID {
        guard let head = try repository.head() else { throw ExperimentError.noCommits }
        return head
    }
}

/// Lets one writer at a time change references and lock files, DVC included.
package struct ProjectLock: Exclusion {
    private let path: FilePath
    private let patience: Int
    private let console: Console

    /// - Throws: ``PipelineError/badSetting(name:value:expected:)`` for an `exp.lockTimeout` that is no number of
    ///   seconds.
    package init(_ context: ProjectContext) throws(PipelineError) {
        try self.init(root: context.project.root, context)
    }

    /// - Parameter root: The project that is meant, if it is not the context's own.
    init(root: FilePath, _ context: ProjectContext) throws(PipelineError) {
        path = root.pushing(".dvc/tmp/lock")
        let setting = context.settings["exp.locktimeout"]
        guard let seconds = setting.map(Int32.init) ?? 60, seconds >= 0 else {
            throw .badSetting(name: "exp.lockTimeout", value: setting ?? "", expected: "a number of seconds")
        }
        patience = Int(seconds) * 1_000
        console = context.console
    }

    /// Waits for another holder as long as `exp.lockTimeout` says, and tells once that it does.
    ///
    /// - Throws: `FileLockError` where the other one did not let go in time; what `body` throws.
    package func exclusively(_ body: () throws -> Void) throws {
        let lock = try FileLock(path, patience: patience) { holder in
            console.note(
                "waiting for " + (holder.map { "process \($0)" } ?? "another process") + " to finish its work …")
        }
        try withExtendedLifetime(lock) { try body() }
    }
}
