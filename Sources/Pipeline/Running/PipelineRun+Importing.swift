import Cache
import Diagnostics
import Files
import SystemPackage

extension PipelineRun {
    /// What became of data whose `.dvc` file says where it comes from.
    enum Importing {
        /// There is nothing to bring, or the file is frozen: what is here counts.
        case notNeeded
        /// It would be brought.
        case tried
        case done(StageSaver.Saved)
    }

    /// Brings data anew that was imported from a place which can be read, where it is another there or here.
    ///
    /// What is edited here and in no cache is kept in the cache.
    /// - Throws: ``RunError/missingDependency(stage:path:)`` where the source is gone; what saving throws.
    func reimport(
        _ execution: StageExecution, _ status: StageStatus, _ exclusion: any Exclusion, isForced: Bool
    ) throws -> Importing {
        let stage = execution.stage
        guard stage.isTrackedData, !stage.isFrozen, status.isChanged || isForced, stage.dependencies.count == 1,
            stage.outputs.count == 1, let source = stage.dependencies.first, let output = stage.outputs.first,
            !(options.allowMissing && status.lacksDataOnly)
        else { return .notNeeded }
        let from = workspace.root.pushing(source.rooted).lexicallyNormalized().string
        execution.console.note(
            "Importing '\(Console.sanitized(from))' -> '\(Console.sanitized(output.rooted.string))'")
        if options.dryRun { return .tried }
        let previous = workspace.lock(of: stage)?.dependency(source.path)
        let claim = try PathLocks(root: workspace.root).claim(stage, address: execution.address)
        defer { claim.release() }
        var saved: StageSaver.Saved?
        try exclusion.exclusively {
            // Looked at before anything is overwritten, and into the cache, from which it is placed as a whole.
            guard let hash = try workspace.hash(source.rooted, previous: previous, saving: true) else {
                throw RunError.missingDependency(stage: execution.address, path: source.path)
            }
            try execution.keepUnsaved(output)
            var data = hash
            // As DVC does: the data is what counts, not how it may be used where it came from.
            data.isExecutable = false
            try Checkout(workspace.reader).bring(
                data, to: workspace.root.pushing(output.rooted), overwriting: true,
                linkTypes: output.isCached ? nil : [.copy])
            let inputs = StageSaver.Inputs(
                dependencies: [LockEntry(path: source.path, hash: hash)], parameters: [])
            saved = try execution.saver.store(
                stage, address: execution.address, inputs: inputs, execution.manner())
        }
        return saved.map(Importing.done) ?? .notNeeded
    }
}
