import Cache
import Diagnostics
import Files
import Formats
import SystemPackage

/// What the pipeline needs to know from git, which it has never heard of.
package struct SourceControl {
    /// Whether git ignores a path, relative to the project root.
    package var isIgnored: (_ path: FilePath, _ isFolder: Bool) throws -> Bool
    /// Whether git tracks a path, relative to the project root.
    package var isTracked: (_ path: FilePath) throws -> Bool
    /// Whether cached outputs are to be hidden by `.gitignore` files.
    package var keepsIgnoreFiles = true

    /// Takes what answers for git; paths are relative to the project root.
    package init(
        isIgnored: @escaping (_ path: FilePath, _ isFolder: Bool) throws -> Bool,
        isTracked: @escaping (_ path: FilePath) throws -> Bool
    ) {
        self.isIgnored = isIgnored
        self.isTracked = isTracked
    }

    /// Without git: nothing is ignored or tracked.
    package static var none: SourceControl {
        var none = SourceControl(isIgnored: { _, _ in false }, isTracked: { _ in false })
        none.keepsIgnoreFiles = false
        return none
    }
}

/// A project in the workspace: its pipelines, its lock files and its data.
package final class ProjectWorkspace {
    /// As it was opened.
    package let project: Project
    /// The files as they are now, or as a change that is only tried would make them.
    package private(set) var tree: WorkspaceTree
    /// Every `dvc.yaml` that neither git nor `.dvcignore` hides.
    package let files: [PipelineFile]
    /// The `.dvc` files.
    package let trackedData: [TrackedData]
    /// The stages of all files, those of `.dvc` files included.
    package let graph: StageGraph
    /// Hashes and stores the data of the project.
    package let reader: DataReader
    /// The hashes that are known, from the project's own folder for temporary files.
    package let memo: StatMemo
    /// What git says of paths.
    package let sourceControl: SourceControl
    /// The one that new entries of lock files follow.
    package let generation: Generation
    /// Every `dvc.lock` beside a `dvc.yaml`, and every `.dvc` file, as it was read or written last.
    var locks: [FilePath: (bytes: [UInt8]?, lock: LockFile)] = [:]
    /// What is ready for the lock file that checkpoints replace.
    var replacement: (lock: FilePath, parts: PreparedReplacement)?
    /// What parameter files hold, each read once until ``reread()``.
    package private(set) var parameters: ParameterReader
    /// The stages whose entries were written so far, in that order.
    package internal(set) var savedStages: [Stage] = []

    /// The absolute path of the project.
    package var root: FilePath { project.root }
    /// The project's cache.
    package var store: ObjectStore { reader.store }

    /// The folder for files of ours that nobody misses.
    package static func scratch(of root: FilePath) -> FilePath { root.pushing(".dvc/tmp/git-exp") }

    /// Reads a project.
    ///
    /// - Parameters:
    ///   - generationSetting: The git setting `exp.generation`.
    ///   - checking: Whether the graph of all stages must be sound.
    ///   - progress: Shows how far long work with data is.
    /// - Throws: ``PipelineError``, ``FormatError`` and what reading files throws.
    package init(
        _ project: Project, sourceControl: SourceControl, generationSetting: String?, checking: Bool = true,
        progress: Progress = .none
    ) throws {
        self.project = project
        self.sourceControl = sourceControl
        tree = project.workspace
        let ignoring = try DataIgnore.rules(in: tree)
        // Not through `parameters`: a stage may write a file that both templates and later stages read.
        let templates = try project.templates()
        let found = try PipelineDiscovery.everything(
            in: tree, root: project.root,
            isIgnored: { path, isFolder in
                try ignoring.ignores(path, isFolder: isFolder) || sourceControl.isIgnored(path, isFolder)
            },
            parse: { try PipelineFile.parse($0, path: $1, root: project.root, templates: templates) })
        files = found.files
        trackedData = found.trackedData.files.map(\.data)
        graph = try StageGraph(found.trackedData.stages, checking: checking)
        if checking { try DataIgnore.refuseHidden(graph.stages, rules: ignoring, in: tree) }
        let store = try project.config.cache(root: project.root).store
        memo = StatMemo(file: Self.scratch(of: project.root).appending("hashes"))
        reader = DataReader(store: store, memo: memo, root: project.root, ignoring: ignoring, progress: progress)
        for file in files {
            let path = file.folder.appending("dvc.lock")
            let bytes = try tree.contents(of: path)
            locks[path] = (
                bytes, try bytes.map { try LockFile.parseWithConflicts($0, file: path.string) } ?? LockFile()
            )
        }
        for (bytes, data) in found.trackedData.files {
            locks[data.path] = (bytes, LockFile(stages: [("", data.entry)]))
        }
        generation = try Project.generation(setting: generationSetting, locks: locks.values.map(\.lock))
        parameters = ParameterReader(tree: tree)
    }

    /// Sees all files as they are from now on, and forgets what was read of parameter files.
    package func reread() {
        tree = WorkspaceTree(root: root)
        parameters = ParameterReader(tree: tree)
    }

    /// - Throws: ``PipelineError`` where these stages would not make a sound project.
    package func check(_ stages: [Stage]) throws {
        _ = try StageGraph(stages)
        try DataIgnore.refuseHidden(stages, rules: reader.ignoring, in: tree)
    }

    /// Whether a lock file belongs to a `dvc.yaml` that has the stage.
    func hasStage(_ name: String, lock: FilePath) -> Bool {
        graph.stages.contains { $0.lockFile == lock && $0.name.isIdentical(to: name) }
    }

    /// Does what saving a stage's results would otherwise take time for later.
    func prepare(for stage: Stage) {
        let isKept = StageRunCache.keeps(stage)
        store.prepare(min(stage.outputs.count { $0.isCached || isKept }, 8), entries: isKept ? 1 : 0)
        guard stage.hasCheckpoints else { return }
        if replacement?.lock != stage.lockFile {
            replacement = (stage.lockFile, PreparedReplacement(of: root.pushing(stage.lockFile)))
        }
        replacement?.parts.prepare()
    }

    /// Which generation an output's or dependency's new entry has: a legacy entry whose contents did not change
    /// stays as it is.
    package func hash(
        _ rooted: FilePath, previous: LockEntry?, saving: Bool
    ) throws -> OutputHash? {
        if let previous, previous.generation == .two, generation == .three,
            let old = try hash(rooted, .two, saving: false), old.md5 == previous.md5
        {
            // Only now: what is new must not go into the cache of the old generation.
            return saving ? try hash(rooted, .two, saving: true) : old
        }
        return try hash(rooted, generation, saving: saving)
    }

    private func hash(_ rooted: FilePath, _ generation: Generation, saving: Bool) throws -> OutputHash? {
        let present = try reader.hash(root.pushing(rooted), generation: generation, saving: saving)
        guard !tree.replaced.isEmpty, let present else { return present }
        return present.replacing(tree.replaced.filter { $0.key.starts(with: rooted) }.map(\.value))
    }

    /// What `status` asks about files.
    package var probe: StatusProbe {
        var hashes: [FilePath: OutputHash?] = [:]
        return StatusProbe(
            exists: { [root] path in try FileStatus.of(root.pushing(path), followingLinks: true) != nil },
            hash: { path, generation in
                let key = path.appending(generation == .two ? "2" : "3")
                if let known = hashes[key] { return known }
                let hash = try self.hash(path, generation, saving: false)
                hashes[key] = .some(hash)
                return hash
            },
            isCached: { [reader] in try reader.isCached($0) },
            parameters: { [parameters] in try parameters.values(of: $0) })
    }

    /// What differs for a stage now.
    ///
    /// - Throws: ``RunError`` for a dependency that is an address; what reading files throws.
    package func status(of stage: Stage) throws -> StageStatus {
        try StageStatus.of(stage, lock: lock(of: stage), probe: probe)
    }

    /// Whether a rooted path is inside the project and no link leads out of it on the way.
    package func isReallyInside(_ rooted: FilePath) throws -> Bool {
        guard ProjectPath.isInside(rooted) else { return false }
        var parent = root
        for component in rooted.parent.components {
            parent.append(component)
            if try FileStatus.of(parent, followingLinks: false)?.kind == .symlink { return false }
        }
        return true
    }
}
