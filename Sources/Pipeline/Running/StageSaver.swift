import Cache
import Diagnostics
import Files
import SystemPackage

/// Takes a stage's outputs into the cache, hides them from git, and writes its entry in the lock file.
package struct StageSaver {
    /// What is to be saved, and where to.
    struct Manner {
        /// Whether the command is still running; a checkpoint output may be missing then.
        var isCheckpoint = false
        /// Whether data goes into the cache.
        var storesOutputs = true
        /// Whether saved files become links where links are wanted.
        var relinks = true
        /// Whether the run cache keeps the result.
        var keeping = StageRunCache.Keeping.asRun
        /// An earlier result that the outputs were brought back from.
        var restored: StageLock?
    }

    /// A stage whose data is saved, and whose entry is to be written.
    struct Saved {
        let entry: StageLock
        /// Cached outputs that git may not ignore yet.
        fileprivate let fresh: [Output]
    }

    private let workspace: ProjectWorkspace
    private let console: Console
    private let sync: Bool
    private let vetted: VettedOutputs
    private let runCache: StageRunCache

    /// Takes the workspace whose cache and lock files are written.
    ///
    /// - Parameter sync: Whether files must have reached the disk before they count as written.
    package init(_ workspace: ProjectWorkspace, console: Console, sync: Bool) {
        self.init(workspace, console: console, sync: sync, vetted: VettedOutputs())
    }

    private init(_ workspace: ProjectWorkspace, console: Console, sync: Bool, vetted: VettedOutputs) {
        self.workspace = workspace
        self.console = console
        self.sync = sync
        self.vetted = vetted
        runCache = StageRunCache(workspace, console: console)
    }

    /// The same saver with other ears.
    func telling(_ console: Console) -> StageSaver {
        StageSaver(workspace, console: console, sync: sync, vetted: vetted)
    }

    /// What a stage read, as it was before its command started.
    package struct Inputs {
        let dependencies: [LockEntry]
        let parameters: [ParameterValues]
    }

    /// Hashes dependencies and reads parameters.
    ///
    /// - Throws: ``RunError/missingDependency(stage:path:)``, ``PipelineError`` for parameters that are missing.
    package func inputs(of stage: Stage, address: String) throws -> Inputs {
        let old = workspace.lock(of: stage)
        let dependencies = try stage.dependencies.flatMap { dependency in
            if dependency.isAddress { throw RunError.dependencyIsAddress(stage: address, path: dependency.path) }
            let previous = old?.dependency(dependency.path)
            guard let hash = try workspace.hash(dependency.rooted, previous: previous, saving: false) else {
                throw RunError.missingDependency(stage: address, path: dependency.path)
            }
            return [LockEntry](repeating: LockEntry(path: dependency.path, hash: hash), count: dependency.times)
        }
        let parameters = try workspace.parameters.values(of: stage)
        for file in parameters { try file.requireAll() }
        return Inputs(dependencies: dependencies, parameters: parameters)
    }

    /// What a `.dvc` file says of where its data came from; that does not change when the data does.
    func recordedInputs(of stage: Stage) -> Inputs {
        Inputs(dependencies: workspace.lock(of: stage)?.dependencies ?? [], parameters: [])
    }

    /// Saves what the stage has written so far, and writes its entry.
    ///
    /// - Returns: The entry that is now in the lock file.
    func save(_ stage: Stage, address: String, inputs: Inputs, _ manner: Manner) throws -> StageLock {
        let saved = try store(stage, address: address, inputs: inputs, manner)
        try publish(saved, of: stage)
        return saved.entry
    }

    /// Takes the outputs of a stage into the cache; its entry in the lock file stays as it was.
    func store(_ stage: Stage, address: String, inputs: Inputs, _ manner: Manner) throws -> Saved {
        let old = workspace.lock(of: stage)
        let isKept =
            manner.storesOutputs && !manner.isCheckpoint && !stage.isTrackedData
            && StageRunCache.keeps(stage, manner.keeping) && StageRunCache.canHash(inputs)
        var outputs: [LockEntry] = []
        var fresh: [Output] = []
        for output in stage.outputs {
            let isNew = vetted.insert(output.rooted)
            if output.isCached, isNew {
                try refuseUntrackable(output)
                fresh.append(output)
            }
            let saving = manner.storesOutputs && (output.isCached || isKept)
            guard let hash = try hash(of: output, old: old, saving: saving, manner.restored) else {
                if manner.isCheckpoint && output.isCheckpoint { continue }
                if stage.isTrackedData { throw RunError.missingData(file: address, path: output.path) }
                if stage.isFrozen { throw RunError.missingFrozenOutput(stage: address, path: output.path) }
                throw missingOutput(output, of: stage, address: address)
            }
            if hash.size == 0, !manner.isCheckpoint { console.warn("'\(Console.sanitized(output.path))' is empty") }
            if output.isCached, manner.storesOutputs {
                if manner.isCheckpoint {
                    try DataLink.unprotect(workspace.root.pushing(output.rooted))
                } else if manner.relinks {
                    try relink(output, hash)
                }
            }
            outputs.append(LockEntry(path: output.path, hash: hash))
        }
        let entry = StageLock(
            stage: stage, dependencies: inputs.dependencies, parameters: inputs.parameters, outputs: outputs,
            generation: workspace.generation)
        if isKept { try runCache.save(entry) }
        return Saved(entry: entry, fresh: fresh)
    }

    private func missingOutput(_ output: Output, of stage: Stage, address: String) -> RunError {
        let isContinued = stage.outputs.contains { output in
            let path = workspace.root.pushing(output.rooted)
            return output.isCheckpoint && workspace.lock(of: stage)?.output(output.path) != nil
                && (try? FileStatus.of(path, followingLinks: false)) ?? nil != nil
        }
        return isContinued
            ? .missingOutputOfTraining(stage: address, path: output.path)
            : .missingOutput(stage: address, path: output.path)
    }

    /// The hash of an output; of one that was just brought back without reading it again.
    private func hash(
        of output: Output, old: StageLock?, saving: Bool, _ restored: StageLock?
    ) throws -> OutputHash? {
        let previous = old?.output(output.path)
        if let known = restored?.output(output.path)?.hash,
            known.generation == workspace.generation || previous?.hash == known
        {
            return known
        }
        return try workspace.hash(output.rooted, previous: previous, saving: saving)
    }

    /// Writes the entry of a stage into the lock file, and the names of its outputs where git ignores them.
    func publish(_ saved: Saved, of stage: Stage) throws {
        for output in saved.fresh { try ignore(output) }
        let outcome = try workspace.writeLock(of: stage, saved.entry, sync: sync)
        if stage.isTrackedData { return }
        switch outcome {
        case .created:
            if try workspace.sourceControl.isIgnored(stage.lockFile, false) {
                console.warn(
                    "'\(Console.sanitized(stage.lockFile.string))' is ignored by git, so no commit will have it")
            }
            console.note("Generating lock file '\(Console.sanitized(stage.lockFile.string))'")
            console.note("Updating lock file '\(Console.sanitized(stage.lockFile.string))'")
        case .changed: console.note("Updating lock file '\(Console.sanitized(stage.lockFile.string))'")
        case .unchanged: break
        }
    }

    /// Replaces saved files by links to their objects, where links are wanted.
    private func relink(_ output: Output, _ hash: OutputHash) throws {
        guard let first = workspace.store.linkTypes.first(where: { $0 != .reflink }), first != .copy else { return }
        try Checkout(workspace.reader).relink(hash, at: workspace.root.pushing(output.rooted))
    }

    private func refuseUntrackable(_ output: Output) throws {
        guard try workspace.isReallyInside(output.rooted) else { throw RunError.outputOutside(path: output.path) }
        if try workspace.sourceControl.isTracked(output.rooted) { throw RunError.outputTracked(path: output.path) }
    }

    /// Adds a cached output to the `.gitignore` beside it, unless git ignores it already.
    private func ignore(_ output: Output) throws {
        guard workspace.sourceControl.keepsIgnoreFiles else { return }
        let isFolder =
            try FileStatus.of(workspace.root.pushing(output.rooted), followingLinks: true)?.kind == .directory
        guard try !workspace.sourceControl.isIgnored(output.rooted, isFolder) else { return }
        try StageSaver.ignore(output.rooted, root: workspace.root, sync: sync)
    }

    /// Adds the line for a path to the `.gitignore` in its folder.
    package static func ignore(_ rooted: FilePath, root: FilePath, sync: Bool = false) throws {
        guard let name = rooted.lastComponent?.string else { return }
        let file = root.pushing(rooted.parent).appending(".gitignore")
        guard let bytes = GitIgnoreFile.adding(name, to: try FileIO.read(file) ?? []) else { return }
        try FileIO.makeDirectories(file.parent)
        try FileIO.replace(file, with: bytes, sync: sync)
    }
}

/// The outputs that were checked once in a run: what git says of them does not change from one checkpoint to the next.
private final class VettedOutputs {
    private var paths: Set<FilePath> = []

    /// - Returns: Whether the path was not there yet.
    func insert(_ path: FilePath) -> Bool { paths.insert(path).inserted }
}
