import Cache
import Diagnostics
import Files
import Formats
import SystemPackage

/// The run cache as stages use it: which of them take part, what is found for them, and what is kept of them.
struct StageRunCache {
    private let workspace: ProjectWorkspace
    private let console: Console
    private let files: RunCache

    init(_ workspace: ProjectWorkspace, console: Console) {
        self.workspace = workspace
        self.console = console
        files = RunCache(workspace.store)
    }

    /// Whether the outputs of a stage follow from what it says that it reads.
    ///
    /// What a stage with checkpoints makes also follows from what was there before, so it takes no part either.
    private static func isDetermined(_ stage: Stage) -> Bool {
        !stage.isAlwaysChanged && !stage.commandLines.isEmpty && !stage.outputs.isEmpty
            && !(stage.dependencies.isEmpty && stage.parameters.isEmpty)
            && stage.outputs.allSatisfy { !$0.survivesRuns && $0.isInsideProject }
    }

    /// When the run cache keeps what a stage made.
    enum Keeping {
        /// A command has run. Outputs that are metrics or plots need not be cached for that; their contents are stored
        /// nevertheless.
        case asRun
        /// Someone vouches for the result, as with `commit --force`: DVC then stores every output, also a plain one with
        /// `cache: false`.
        case always
        /// Nothing is new.
        case never
    }

    /// Whether what a stage read has a hash in every part. For DVC a parameter file without values has none.
    static func canHash(_ inputs: StageSaver.Inputs) -> Bool { !inputs.parameters.contains(where: \.values.isEmpty) }

    /// Whether a result of the stage is kept.
    static func keeps(_ stage: Stage, _ keeping: Keeping = .asRun) -> Bool {
        switch keeping {
        case .asRun: isDetermined(stage) && stage.outputs.allSatisfy { $0.isCached || $0.kind != .plain }
        case .always: isDetermined(stage)
        case .never: false
        }
    }

    /// Keeps what a stage made, unless it is known already.
    func save(_ entry: StageLock) throws {
        let value = entry.value
        guard let name = RunCacheName(of: value), try !files.contains(name) else { return }
        try files.write(YAML.emitBytes(value), as: name)
    }

    /// An earlier result for what the stage reads now, all of whose data is in the cache.
    ///
    /// - Parameters:
    ///   - status: What changed: without a change of what goes in, the entry in the lock file is such a result.
    ///   - lookingUp: Whether to look for other results, too.
    ///   - supply: Where data is that is not in the cache.
    func result(
        for stage: Stage, status: StageStatus, inputs: StageSaver.Inputs, lookingUp: Bool, supply: DataSupply? = nil
    ) throws -> StageLock? {
        guard Self.isDetermined(stage), Self.canHash(inputs),
            try stage.outputs.allSatisfy({ try workspace.isReallyInside($0.rooted) })
        else { return nil }
        var found: StageLock?
        if let lock = workspace.lock(of: stage), !status.isInputChanged,
            stage.outputs.allSatisfy({ lock.output($0.path)?.md5 != nil })
        {
            found = lock
        } else if lookingUp {
            found = try lookUp(stage, inputs)
        }
        guard let found else { return nil }
        if let supply {
            let missing = try stage.outputs.compactMap { output -> (output: Output, hash: OutputHash)? in
                guard let hash = found.output(output.path)?.hash, try !workspace.store.contains(hash) else {
                    return nil
                }
                return (output, hash)
            }
            if !missing.isEmpty { try supply.fetch(missing) }
        }
        for output in stage.outputs {
            guard let hash = found.output(output.path)?.hash, try workspace.store.contains(hash) else { return nil }
        }
        return found
    }

    /// The entry of a stage as far as it is known before its command has run.
    private func present(_ stage: Stage, _ inputs: StageSaver.Inputs) -> StageLock {
        let placeholders = stage.outputs.map {
            LockEntry(path: $0.path, hash: OutputHash(md5: "", size: 0, generation: workspace.generation))
        }
        return StageLock(
            stage: stage, dependencies: inputs.dependencies, parameters: inputs.parameters, outputs: placeholders,
            generation: workspace.generation)
    }

    /// Does what keeping the run would otherwise take time for later.
    func prepare(for stage: Stage, inputs: StageSaver.Inputs) {
        guard Self.keeps(stage), Self.canHash(inputs), let key = RunCacheName.key(of: present(stage, inputs).value)
        else { return }
        try? files.prepare(for: key)
    }

    private func lookUp(_ stage: Stage, _ inputs: StageSaver.Inputs) throws -> StageLock? {
        let present = present(stage, inputs)
        guard let key = RunCacheName.key(of: present.value) else { return nil }
        for file in try files.entries(for: key) {
            guard let entry = try? StageLock.parse(file.bytes, file: file.path.string) else {
                console.warn("removed '\(Console.sanitized(shown(file.path)))', which is no entry of the run cache")
                try FileIO.remove(file.path)
                continue
            }
            if Self.haveSameParameters(present, entry) { return entry }
        }
        return nil
    }

    /// Whether two entries with the same key have the same parameters, too.
    ///
    /// Keys leave out whatever is called `size` or `nfiles`, also among parameters.
    private static func haveSameParameters(_ present: StageLock, _ found: StageLock) -> Bool {
        let now = Value.mapping(present.parameters)
        let then = Value.mapping(found.parameters)
        if !RunCacheName.leavesOut(partOf: now), !RunCacheName.leavesOut(partOf: then) { return true }
        return JSON.pythonDumpsBytes(YAML.readBack(now), sortKeys: true)
            == JSON.pythonDumpsBytes(then, sortKeys: true)
    }

    private func shown(_ path: FilePath) -> String { (path.relative(to: workspace.root) ?? path).string }

    /// Makes the outputs of a stage hold what a result says.
    ///
    /// - Parameter keep: Called for each output that is replaced, while it is still as it was.
    /// - Returns: Whether that worked; `false` for data that turned out to be damaged or gone.
    func bringBack(_ result: StageLock, of stage: Stage, keep: (Output) throws -> Void) throws -> Bool {
        let checkout = Checkout(workspace.reader)
        for output in stage.outputs {
            guard let hash = result.output(output.path)?.hash else { return false }
            let path = workspace.root.pushing(output.rooted)
            if try isPresent(hash, at: path) { continue }
            try keep(output)
            do {
                try FileIO.removeTree(path)
                // What git keeps must be no link into the cache.
                try checkout.bring(hash, to: path, overwriting: true, linkTypes: output.isCached ? nil : [.copy])
            } catch let error as CacheError {
                switch error {
                case .corruptObject, .missingObject, .badManifest:
                    console.warn(error.message)
                    return false
                default: throw error
                }
            }
        }
        return true
    }

    private func isPresent(_ hash: OutputHash, at path: FilePath) throws -> Bool {
        guard try FileStatus.of(path, followingLinks: true) != nil else { return false }
        let present = try workspace.reader.hash(path, generation: hash.generation, saving: false)
        return present?.md5 == hash.md5 && present?.isExecutable == hash.isExecutable
    }
}

extension StageStatus {
    /// Whether something changed of what the stage makes its outputs from.
    fileprivate var isInputChanged: Bool { isCommandChanged || !dependencies.isEmpty || !parameters.isEmpty }
}
