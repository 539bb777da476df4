import Cache
import Diagnostics
import Files
import Processes
import SystemPackage

/// Runs stages in order.
package struct PipelineRun {
    /// Called at each request for a checkpoint, after the stage's data and entry were saved, with the stages found
    /// unchanged so far; the command goes on when it returns.
    package typealias Checkpoint = (
        _ stage: Stage, _ entry: StageLock, _ unchanged: [(stage: Stage, entry: StageLock)]
    ) throws -> Void

    let workspace: ProjectWorkspace
    let process: StageProcess
    let environment: StageEnvironment
    let options: RunOptions
    let console: Console
    let saver: StageSaver
    let pulling: StagePulling?
    private let folder: FilePath

    /// - Parameter folder: The folder of the call, relative to the project root; addresses are told from there.
    package init(
        _ workspace: ProjectWorkspace, process: StageProcess, environment: StageEnvironment, options: RunOptions,
        folder: FilePath, console: Console
    ) {
        self.workspace = workspace
        self.process = process
        self.environment = environment
        self.options = options
        self.folder = folder
        self.console = console
        saver = StageSaver(workspace, console: console, sync: options.sync)
        pulling = StagePulling(workspace, options, console: console)
    }

    /// Runs those of the stages that changed.
    ///
    /// - Parameters:
    ///   - exclusion: Lets other writers of the project wait while results are saved.
    ///   - onIdle: Called while a command of the stage runs and nobody waits for us; the first time when it starts.
    ///     Not called for stages that run at the same time as others.
    /// - Throws: ``RunError`` and what saving throws. Stages that were done before stay done.
    package func run(
        _ stages: [Stage], exclusion: any Exclusion, onIdle: (Stage) -> Void = { _ in }, onCheckpoint: Checkpoint?
    ) throws -> RunResult {
        let progress = RunProgress(stages, workspace, options)
        defer { workspace.memo.save() }
        var next = 0
        while next < stages.count {
            if options.isParallel {
                // A request for a checkpoint does not say whose it is, so stages that may ask run alone.
                let end = stages[next...].firstIndex(where: \.hasCheckpoints) ?? stages.endIndex
                if end - next > 1 {
                    try ParallelRun(self, progress, exclusion, next..<end).finish()
                    next = end
                    continue
                }
            }
            let number = next
            next += 1
            if progress.blocked.contains(number) { continue }
            if let signal = process.pendingInterruption() { throw RunError.interruptedBetween(signal: signal) }
            do {
                try run(number, progress, exclusion, onIdle, onCheckpoint)
            } catch  where options.onFailure != .stop && !error.isInterruption {
                report(error, of: number, progress)
            }
            if progress.result.early != nil { break }
        }
        try progress.finish()
        return progress.result
    }

    /// What is wrong with a stage after data that is elsewhere was brought.
    func status(of stage: Stage, isForced: Bool) throws -> StageStatus {
        let status = try workspace.status(of: stage)
        return try pulling?.pull(stage, status, isForced: isForced) ?? status
    }

    func address(of stage: Stage) -> String { stage.address(relativeTo: folder) }

    private func run(
        _ number: Int, _ progress: RunProgress, _ exclusion: any Exclusion, _ onIdle: (Stage) -> Void,
        _ onCheckpoint: Checkpoint?
    ) throws {
        let stage = progress.stages[number]
        let execution = self.execution(of: stage, console)
        let status = try status(of: stage, isForced: progress.isForced(number))
        switch try reimport(execution, status, exclusion, isForced: progress.isForced(number)) {
        case .notNeeded: break
        case .tried: return progress.didMake(number, nil)
        case .done(let saved):
            try exclusion.exclusively { try execution.saver.publish(saved, of: stage) }
            return didMake(number, saved.entry, progress)
        }
        guard try progress.isNeeded(number, status), !stage.isFrozen, !stage.isTrackedData else {
            let entry = try skip(execution, status, exclusion, isForced: progress.isForced(number))
            progress.result.visited.append((stage, entry))
            if let entry { progress.result.unchanged.append((stage, entry)) }
            return
        }
        if progress.didPrint { console.note("") }
        progress.didPrint = true
        if let confirm = options.confirm, !confirm(execution.address) {
            throw RunError.declined(stage: execution.address)
        }
        let claim = options.dryRun ? nil : try PathLocks(root: workspace.root).claim(stage, address: execution.address)
        defer { claim?.release() }
        if !progress.isForced(number), let restoration = try execution.restore(status) {
            guard !options.dryRun else { return progress.didMake(number, nil) }
            var entry = restoration.result
            try exclusion.exclusively {
                entry = try saver.save(
                    stage, address: execution.address, inputs: restoration.inputs, execution.manner(restoration))
            }
            return didMake(number, entry, progress)
        }
        announce(execution)
        if options.dryRun {
            warnOfMissingInputs(of: stage, execution)
            return progress.didMake(number, nil)
        }
        let unchanged = progress.result.unchanged
        let outcome = try execution.run(process, exclusion, onIdle: { onIdle(stage) }) {
            try onCheckpoint?(stage, $0, unchanged)
        }
        didMake(number, outcome.entry, progress)
        if case .complete = outcome.ending {
            if let signal = outcome.termination, number + 1 < progress.stages.count {
                throw RunError.interruptedBetween(signal: signal)
            }
            return
        }
        let skipped = progress.stages[(number + 1)...].map(address)
        progress.result.early = (execution.address, outcome.ending, skipped)
    }

    /// Says of a run that is only tried for what the stage would not start.
    private func warnOfMissingInputs(of stage: Stage, _ execution: StageExecution) {
        let owners = OutputOwners(workspace.graph)
        func isMade(_ path: FilePath) -> Bool { owners.around(path) != nil || owners.inside(path) != nil }
        for dependency in stage.dependencies where !isMade(dependency.rooted) {
            let path = workspace.root.pushing(dependency.rooted)
            if (try? FileStatus.of(path, followingLinks: true)) == .some(nil) {
                let error = RunError.missingDependency(stage: execution.address, path: dependency.path)
                execution.console.warn(error.message)
            }
        }
        guard !stage.parameters.contains(where: { isMade($0.rooted) }) else { return }
        do {
            for file in try workspace.parameters.values(of: stage) { try file.requireAll() }
        } catch let error as any UserFacingError {
            execution.console.warn(error.message)
        } catch {}
    }

    private func didMake(_ number: Int, _ entry: StageLock, _ progress: RunProgress) {
        progress.result.visited.append((progress.stages[number], entry))
        progress.result.executed.append((progress.stages[number], entry))
        progress.didMake(number, entry)
    }

    func execution(of stage: Stage, _ console: Console) -> StageExecution {
        StageExecution(
            workspace: workspace, environment: environment, saver: saver.telling(console), stage: stage,
            address: address(of: stage), options: options, console: console)
    }

    /// Says why a stage does not run, and saves what became of a frozen one: its outputs, and the command beside them.
    ///
    /// - Returns: Its entry.
    func skip(
        _ execution: StageExecution, _ status: StageStatus, _ exclusion: any Exclusion, isForced: Bool
    ) throws -> StageLock? {
        let (stage, address, console) = (execution.stage, execution.address, execution.console)
        if stage.isTrackedData { return try verifySource(execution, status, exclusion) }
        if stage.isFrozen {
            console.warn("stage '\(Console.sanitized(address))' is frozen; its dependencies were not looked at")
        }
        let mayBeMissing = options.allowMissing && status.lacksDataOnly
        let differs = isForced || status.isCommandChanged || !status.outputs.isEmpty
        guard stage.isFrozen, differs, !mayBeMissing else {
            console.note("Stage '\(Console.sanitized(address))' didn't change, skipping")
            return workspace.lock(of: stage)
        }
        console.note("Verifying outputs in frozen stage: '\(Console.sanitized(address))'")
        if options.dryRun { return workspace.lock(of: stage) }
        let inputs = try execution.saver.inputs(of: stage, address: address)
        var entry: StageLock?
        try exclusion.exclusively {
            entry = try execution.saver.save(stage, address: address, inputs: inputs, execution.manner())
        }
        return entry
    }

    /// Takes what a `.dvc` file tracks as it is now.
    private func verifySource(
        _ execution: StageExecution, _ status: StageStatus, _ exclusion: any Exclusion
    ) throws -> StageLock? {
        let (stage, saver) = (execution.stage, execution.saver)
        let shown = Console.sanitized(execution.address)
        let old = workspace.lock(of: stage)
        guard !status.outputs.isEmpty || (options.force && !stage.isFrozen) else {
            execution.console.note("'\(shown)' didn't change, skipping")
            return old
        }
        if options.allowMissing && status.lacksDataOnly { return old }
        execution.console.note("Verifying data sources in stage: '\(shown)'")
        if options.dryRun { return old }
        var entry: StageLock?
        try exclusion.exclusively {
            entry = try saver.save(
                stage, address: execution.address, inputs: saver.recordedInputs(of: stage), execution.manner())
        }
        return entry
    }

    func announce(_ execution: StageExecution) {
        execution.console.note("Running stage '\(Console.sanitized(execution.address))':")
        if options.dryRun { execution.stage.commandLines.forEach(execution.announce) }
    }

    /// Says that a stage failed while the run goes on, and which stages are left out for that.
    func report(_ error: any Error, of number: Int, _ progress: RunProgress) {
        let message = (error as? any UserFacingError)?.message ?? "\(error)"
        let address = address(of: progress.stages[number])
        console.warn(options.onFailure == .ignore ? message + " (ignored)" : message)
        for left in progress.didFail(number, address: address) {
            let name = Console.sanitized(self.address(of: progress.stages[left]))
            console.warn("stage '\(name)' is left out, because '\(Console.sanitized(address))' failed")
        }
    }
}
