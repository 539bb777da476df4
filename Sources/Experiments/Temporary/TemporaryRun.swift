import Cache
import Diagnostics
import Files
import Formats
import Git
import Pipeline
import Processes
import SystemPackage

/// Runs the pipeline in a folder of its own; the workspace is only read.
package struct TemporaryRun {
    private let context: ExperimentContext

    /// Takes the project; nothing happens yet.
    package init(_ context: ExperimentContext) { self.context = context }

    /// Where the folders of runs are that somebody waits for.
    static func parent(in root: FilePath) -> FilePath { root.pushing(".dvc/tmp/exps/standalone") }

    /// Freezes the run, makes its folder, and goes on as the process that runs in it.
    ///
    /// - Parameters:
    ///   - origin: What the run starts from.
    ///   - copies: Files and folders that git does not have but the run needs, as seen from the folder of the call.
    ///   - words: How this program is to be called with a ticket: its options.
    /// - Throws: What a run refuses before it starts. It does not return.
    package func begin(
        _ request: RunRequest, from origin: RunFreezing.Origin, copying copies: [String],
        calling words: (_ ticket: FilePath, _ lock: Int32) -> [String]
    ) throws -> Never {
        let root = context.project.root
        let parent = Self.parent(in: root)
        try Self.sweep(context)
        let extras = try CopiedPaths(copies, in: context)
        let run = try RunFreezing(context).freeze(request, from: origin)
        let folder = try TemporaryFolder(in: parent)
        try folder.enter(context, run.tree, head: run.reference.baseline, copying: extras, calling: words) {
            RunTicket(place: .temporary, home: root, worktree: folder.path, run: run, request: request)
        }
    }

    /// Removes what runs left whose processes are dead.
    package static func sweep(_ context: ExperimentContext) throws {
        try TemporaryFolder.sweep(
            parent(in: context.project.root), common: context.repository.commonDirectory, prefix: context.prefix)
    }
}

extension TemporaryFolder {
    /// Fills the folder, and goes on as the process that runs in it.
    ///
    /// - Parameter ticket: What is to be done there.
    /// - Throws: What went wrong before; the folder is gone then.
    func enter(
        _ context: ExperimentContext, _ tree: TreeID, head: CommitID, copying extras: CopiedPaths,
        calling words: (_ ticket: FilePath, _ lock: Int32) -> [String], with ticket: () -> RunTicket
    ) throws -> Never {
        let project = context.prefix.isEmpty ? path : path.pushing(context.prefix)
        let ticket = ticket()
        let file = RunTicket.file(in: project)
        do {
            try fill(head: head, tree: tree, of: context.repository)
            try LocalSettings(context).write(to: project)
            try extras.copy(to: path)
            try ticket.write(to: file)
            try FileIO.makeDirectories(project.pushing(ticket.folder))
        } catch {
            remove(common: context.repository.commonDirectory)
            throw error
        }
        var environment = ProcessCall.inheritedEnvironment()
        // These say where the repository of this call is.
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR"] {
            environment[name] = nil
        }
        try ProcessCall(
            executable: ProcessCall.ownProgram, arguments: words(file, lock.surviving()),
            environment: environment, directory: project.pushing(ticket.folder)
        ).replaceThisProcess()
    }
}

/// Files and folders that a run gets besides what git has.
struct CopiedPaths {
    private let workTree: FilePath
    /// Relative to the top of the work tree.
    private var paths: [FilePath] = []
    /// The paths, as the queue keeps them.
    var texts: [String] { paths.map(\.string) }

    /// - Parameter seenFromTop: Whether the paths are relative to the top of the work tree and not to the current folder.
    /// - Throws: ``ExperimentError/cannotCopy(_:reason:)`` for what is missing, or not in the work tree.
    init(_ texts: [String], in context: ExperimentContext, seenFromTop: Bool = false) throws {
        workTree = context.repository.workTree ?? context.project.root
        let folder = seenFromTop ? workTree : context.project.root.pushing(context.folder)
        for text in texts {
            let absolute = folder.pushing(FilePath(text)).lexicallyNormalized()
            guard let path = absolute.relative(to: workTree), !path.isEmpty else {
                throw ExperimentError.cannotCopy(text, reason: "it is not in the work tree")
            }
            switch try FileStatus.of(absolute, followingLinks: true)?.kind {
            case .file, .directory: paths.append(path)
            case nil: throw ExperimentError.cannotCopy(text, reason: "it does not exist")
            default: throw ExperimentError.cannotCopy(text, reason: "it is neither a file nor a folder")
            }
        }
    }

    func copy(to worktree: FilePath) throws {
        for path in paths {
            try FileIO.makeDirectories(worktree.pushing(path).parent)
            try FileCopy.tree(workTree.pushing(path), to: worktree.pushing(path))
        }
    }
}

/// The settings that hold in the folder of a run as they do in the project.
struct LocalSettings {
    private let context: ExperimentContext

    init(_ context: ExperimentContext) { self.context = context }

    /// A path for the settings of a project below this one. A line feed above them has no place in the file, so the way
    /// to the path does not go there.
    private func text(_ path: FilePath, in project: FilePath) -> String {
        guard path.string.utf8.contains(0x0A) else { return path.string }
        return ProjectPath.relative(path, from: project.appending(".dvc")).string
    }

    /// Writes `.dvc/config.local`: what the project's own one says, and absolute paths where settings have relative ones.
    func write(to project: FilePath) throws {
        let home = context.project.root.appending(".dvc")
        let local = home.appending("config.local")
        var edit = try ConfigEdit(try FileIO.read(local), file: local.string)
        for name in ["config", "config.local"] {
            guard let bytes = try FileIO.read(home.appending(name)) else { continue }
            for setting in try ConfigFile(parsing: bytes, file: name).settings {
                guard let key = try? ConfigKey(of: setting.section, setting.key), key.isPath,
                    !setting.value.contains("://"), !setting.value.hasPrefix("~"),
                    !FilePath(setting.value).isAbsolute
                else { continue }
                let path = home.pushing(FilePath(setting.value)).lexicallyNormalized()
                edit.set(setting.section, setting.key, text(path, in: project))
            }
        }
        let cache = try context.project.config.cache(root: context.project.root)
        edit.set("cache", "dir", text(cache.directory, in: project))
        try FileIO.makeDirectories(project.appending(".dvc"))
        try FileIO.replace(
            project.appending(".dvc").appending("config.local"), with: edit.bytes, mode: 0o600, sync: false)
    }
}
