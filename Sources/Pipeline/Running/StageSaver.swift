import Cache
import Diagnostics
import Files
import SystemPackage

/// Takes a stage's outputs into the cache, hides them from git, and writes its entry in the lock file.
package struct StageSaver {
    private let workspace: ProjectWorkspace
    private let console: Console
    private let sync: Bool
    private let storesOutputs: Bool
    private let vetted = VettedOutputs()

    package init(_ workspace: ProjectWorkspace, console: Console, sync: Bool, storesOutputs: Bool = true) {
        self.workspace = workspace
        self.console = console
        self.sync = sync
        self.storesOutputs = storesOutputs
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
        let dependencies = try stage.dependencies.map { dependency in
            let previous = old?.dependency(dependency.path)
            guard let hash = try workspace.hash(dependency.rooted, previous: previous, saving: false) else {
                throw RunError.missingDependency(stage: address, path: dependency.path)
            }
            return LockEntry(path: dependency.path, hash: hash)
        }
        let parameters = try workspace.parameters.values(of: stage)
        for file in parameters { try file.requireAll() }
        return Inputs(dependencies: dependencies, parameters: parameters)
    }

    /// What a `.dvc` file says of where its data came from; that does not change when the data does.
    package func recordedInputs(of stage: Stage) -> Inputs {
        Inputs(dependencies: workspace.lock(of: stage)?.dependencies ?? [], parameters: [])
    }

    /// Saves what the stage has written so far.
    ///
    /// - Parameter isCheckpoint: Whether the command is still running; a checkpoint output may be missing then.
    /// - Returns: The entry that is now in the lock file.
    package func save(
        _ stage: Stage, address: String, inputs: Inputs, isCheckpoint: Bool
    ) throws -> StageLock {
        let old = workspace.lock(of: stage)
        var outputs: [LockEntry] = []
        for output in stage.outputs {
            let isNew = vetted.insert(output.rooted)
            if output.isCached, isNew { try refuseUntrackable(output) }
            let previous = old?.output(output.path)
            guard
                let hash = try workspace.hash(
                    output.rooted, previous: previous, saving: output.isCached && storesOutputs)
            else {
                if isCheckpoint && output.isCheckpoint { continue }
                if stage.isTrackedData { throw RunError.missingData(file: address, path: output.path) }
                throw RunError.missingOutput(stage: address, path: output.path)
            }
            if hash.size == 0, !isCheckpoint { console.warn("'\(Console.sanitized(output.path))' is empty") }
            if output.isCached {
                if isNew { try ignore(output) }
                if isCheckpoint {
                    try DataLink.unprotect(workspace.root.pushing(output.rooted))
                } else if storesOutputs {
                    try relink(output, hash)
                }
            }
            outputs.append(LockEntry(path: output.path, hash: hash))
        }
        let entry = StageLock(
            stage: stage, dependencies: inputs.dependencies, parameters: inputs.parameters, outputs: outputs)
        let outcome = try workspace.writeLock(of: stage, entry, sync: sync)
        if stage.isTrackedData { return entry }
        switch outcome {
        case .created:
            console.note("Generating lock file '\(Console.sanitized(stage.lockFile.string))'")
            console.note("Updating lock file '\(Console.sanitized(stage.lockFile.string))'")
        case .changed: console.note("Updating lock file '\(Console.sanitized(stage.lockFile.string))'")
        case .unchanged: break
        }
        return entry
    }

    /// Replaces saved files by links to their objects, where links are wanted.
    private func relink(_ output: Output, _ hash: OutputHash) throws {
        guard let first = workspace.store.linkTypes.first, first == .hardlink || first == .symlink else { return }
        try Checkout(workspace.reader).relink(hash, at: workspace.root.pushing(output.rooted))
    }

    private func refuseUntrackable(_ output: Output) throws {
        guard try workspace.isReallyInside(output.rooted) else { throw RunError.outputOutside(path: output.path) }
        if try workspace.sourceControl.isTracked(output.rooted) { throw RunError.outputTracked(path: output.path) }
    }

    /// Adds a cached output to the `.gitignore` beside it, unless git ignores it already.
    private func ignore(_ output: Output) throws {
        let isFolder =
            try FileStatus.of(workspace.root.pushing(output.rooted), followingLinks: true)?.kind == .directory
        guard try !workspace.sourceControl.isIgnored(output.rooted, isFolder) else { return }
        try StageSaver.ignore(output.rooted, root: workspace.root, sync: sync)
    }

    /// Adds the line for a path to the `.gitignore` in its folder.
    package static func ignore(_ rooted: FilePath, root: FilePath, sync: Bool = false) throws {
        guard let name = rooted.lastComponent?.string else { return }
        let file = root.pushing(rooted.removingLastComponent()).appending(".gitignore")
        guard let bytes = GitIgnoreFile.adding(name, to: try FileIO.read(file) ?? []) else { return }
        try FileIO.makeDirectories(file.removingLastComponent())
        try FileIO.replace(file, with: bytes, sync: sync)
    }
}

/// The outputs that were checked once in a run: what git says of them does not change from one checkpoint to the next.
private final class VettedOutputs {
    private var paths: Set<FilePath> = []

    /// - Returns: Whether the path was not there yet.
    func insert(_ path: FilePath) -> Bool { paths.insert(path).inserted }
}
