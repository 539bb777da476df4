import Cache
import Diagnostics
import Files
import Git
import Pipeline
import SystemPackage

/// A project inside a git repository, opened for work with experiments.
package final class ExperimentContext {
    package let repository: Repository
    package let settings: GitSettings
    package let project: Project
    /// The project's folder inside the repository; empty at the top.
    package let prefix: FilePath
    /// The folder of the call, relative to the project root.
    package let folder: FilePath
    package let console: Console
    /// The environment of this process.
    package let environment: [String: String]

    package init(
        repository: Repository, settings: GitSettings, project: Project, folder: FilePath, console: Console,
        environment: [String: String]
    ) throws {
        guard let workTree = repository.workTree else { throw ExperimentError.noWorkTree }
        self.repository = repository
        self.settings = settings
        self.project = project
        self.folder = folder
        self.console = console
        self.environment = environment
        guard let prefix = project.root.relative(to: workTree) else {
            throw ExperimentError.projectOutside(project.root.string, workTree: workTree.string)
        }
        self.prefix = prefix
    }

    /// The same project with a repository of its own, for another thread.
    func reopened() throws -> ExperimentContext {
        try ExperimentContext(
            repository: Repository(discovering: project.root), settings: settings, project: project, folder: folder,
            console: console, environment: environment)
    }

    /// The folder for files of ours that nobody misses.
    package var scratch: FilePath { ProjectWorkspace.scratch(of: project.root) }

    /// `exp.durability`: whether what is reported has reached the disk, or only left this process.
    package var isDurable: Bool {
        get throws {
            switch settings["exp.durability"]?.lowercased() {
            case nil, "disk": true
            case "process": false
            case let value?:
                throw PipelineError.badSetting(name: "exp.durability", value: value, expected: "disk or process")
            }
        }
    }

    /// A path of the project as git sees it.
    package func inRepository(_ rooted: FilePath) -> FilePath { prefix.isEmpty ? rooted : prefix.pushing(rooted) }

    /// Reads the project.
    ///
    /// - Parameters:
    ///   - checking: Whether the graph of all stages must be sound.
    ///   - replaced: Files to be seen with other contents than they have, by their paths from the project's root.
    package func workspace(
        checking: Bool = true, replacing replaced: [FilePath: [UInt8]] = [:]
    ) throws -> ProjectWorkspace {
        var project = project
        project.replaced = replaced
        let workspace = try ProjectWorkspace(
            project, sourceControl: sourceControl, generationSetting: settings["exp.generation"], checking: checking)
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

    private var sourceControl: SourceControl {
        SourceControl(
            isIgnored: { [repository, prefix] path, isFolder in
                try repository.isIgnored(prefix.isEmpty ? path : prefix.pushing(path), isFolder: isFolder)
            },
            isTracked: { [repository, prefix] path in
                try repository.isTracked(prefix.isEmpty ? path : prefix.pushing(path))
            })
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

    package init(_ context: ExperimentContext) {
        path = context.project.root.pushing(".dvc/tmp/lock")
        patience = (context.settings["exp.locktimeout"].flatMap(Int.init) ?? 60) * 1_000
        console = context.console
    }

    package func exclusively(_ body: () throws -> Void) throws {
        let lock = try FileLock(path, patience: patience) { holder in
            console.note(
                "waiting for " + (holder.map { "process \($0)" } ?? "another process") + " to finish its work …")
        }
        try withExtendedLifetime(lock) { try body() }
    }
}
