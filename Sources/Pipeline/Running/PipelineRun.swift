import Cache
import Diagnostics
import Files
import Processes
import SystemPackage

/// How stages are to be run.
package struct RunOptions {
    /// Run stages also where nothing changed.
    package var force = false
    /// Run everything behind a stage that ran, changed or not.
    package var forceDownstream = false
    /// Only say what would run.
    package var dryRun = false
    /// Do not run a stage whose only fault is data that is not here.
    package var allowMissing = false
    /// Asks before each stage; `nil` does not ask.
    package var confirm: ((String) -> Bool)?
    /// Whether outputs go to the cache.
    package var storesOutputs = true
    /// Whether files must have reached the disk before a stage counts as done.
    package var sync = false

    package init() {}
}

/// What a run did.
package struct RunResult {
    /// The stages that were looked at, with their entries, in order.
    package var visited: [(stage: Stage, entry: StageLock?)] = []
    /// Those of them whose command ran to its end, or to its interruption after a checkpoint.
    package var executed: [(stage: Stage, entry: StageLock)] = []
    /// Those of them that were skipped, because nothing about them changed.
    package var unchanged: [(stage: Stage, entry: StageLock)] = []
    /// The stage that ended early, but after a checkpoint: its address, why, and what was left out because of it.
    package var early: (stage: String, ending: StageEnding, skipped: [String])?

    package init() {}
}

/// Keeps other writers of a project out while something is saved.
package protocol Exclusion {
    func exclusively(_ body: () throws -> Void) throws
}

/// Runs stages in order.
package struct PipelineRun {
    /// Called at each request for a checkpoint, after the stage's data and entry were saved, with the stages found
    /// unchanged so far; the command goes on when it returns.
    package typealias Checkpoint = (
        _ stage: Stage, _ entry: StageLock, _ unchanged: [(stage: Stage, entry: StageLock)]
    ) throws -> Void

    private let workspace: ProjectWorkspace
    private let process: StageProcess
    private let environment: StageEnvironment
    private let options: RunOptions
    private let console: Console
    private let saver: StageSaver
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
        saver = StageSaver(
            workspace, console: console, sync: options.sync, storesOutputs: options.storesOutputs)
    }

    /// Runs those of the stages that changed.
    ///
    /// - Parameters:
    ///   - exclusion: Lets other writers of the project wait while results are saved.
    ///   - onIdle: Called while a command of the stage runs and nobody waits for us; the first time when it starts.
    /// - Throws: ``RunError`` and what saving throws. Stages that were done before stay done.
    package func run(
        _ stages: [Stage], exclusion: any Exclusion, onIdle: (Stage) -> Void = { _ in }, onCheckpoint: Checkpoint?
    ) throws -> RunResult {
        var result = RunResult()
        var isBehindRun = false
        var didPrint = false
        for (index, stage) in stages.enumerated() {
            if let signal = process.pendingInterruption() { throw RunError.interruptedBetween(signal: signal) }
            let address = stage.address(relativeTo: folder)
            let status = try workspace.status(of: stage)
            if stage.isTrackedData {
                let entry = try verifySource(stage, address, status, exclusion)
                result.visited.append((stage, entry))
                if let entry { result.unchanged.append((stage, entry)) }
                continue
            }
            let isNeeded = status.isChanged && !(options.allowMissing && status.lacksDataOnly)
            guard isNeeded || options.force || (options.forceDownstream && isBehindRun), !stage.isFrozen else {
                try skip(stage, address, status)
                let entry = workspace.lock(of: stage)
                result.visited.append((stage, entry))
                if let entry { result.unchanged.append((stage, entry)) }
                continue
            }
            if didPrint { console.note("") }
            if let confirm = options.confirm, !confirm(address) { throw RunError.declined(stage: address) }
            announce(stage, address)
            didPrint = true
            isBehindRun = true
            if options.dryRun { continue }
            let unchanged = result.unchanged
            let execution = StageExecution(
                workspace: workspace, process: process, environment: environment, saver: saver, stage: stage,
                address: address, console: console)
            let outcome = try execution.run(exclusion, onIdle: { onIdle(stage) }) {
                try onCheckpoint?(stage, $0, unchanged)
            }
            result.visited.append((stage, outcome.entry))
            result.executed.append((stage, outcome.entry))
            if case .complete = outcome.ending { continue }
            let skipped = stages[(index + 1)...].map { $0.address(relativeTo: folder) }
            result.early = (address, outcome.ending, skipped)
            break
        }
        workspace.memo.save()
        return result
    }

    private func skip(_ stage: Stage, _ address: String, _ status: StageStatus) throws {
        if stage.isFrozen {
            console.warn("stage '\(Console.sanitized(address))' is frozen; its dependencies were not looked at")
            let mayBeMissing = options.allowMissing && status.lacksDataOnly
            if !status.outputs.isEmpty, !mayBeMissing { try verifyFrozen(stage, address) }
            return
        }
        console.note("Stage '\(Console.sanitized(address))' didn't change, skipping")
    }

    /// Takes what a `.dvc` file tracks as it is now.
    private func verifySource(
        _ stage: Stage, _ address: String, _ status: StageStatus, _ exclusion: any Exclusion
    ) throws -> StageLock? {
        let shown = Console.sanitized(address)
        guard !status.outputs.isEmpty || (options.force && !stage.isFrozen) else {
            console.note("'\(shown)' didn't change, skipping")
            return workspace.lock(of: stage)
        }
        if options.allowMissing && status.lacksDataOnly { return workspace.lock(of: stage) }
        console.note("Verifying data sources in stage: '\(shown)'")
        if options.dryRun { return workspace.lock(of: stage) }
        var entry: StageLock?
        try exclusion.exclusively {
            entry = try saver.save(
                stage, address: address, inputs: saver.recordedInputs(of: stage), isCheckpoint: false)
        }
        return entry
    }

    private func verifyFrozen(_ stage: Stage, _ address: String) throws {
        guard !options.dryRun else { return }
        console.note("Verifying outputs in frozen stage: '\(Console.sanitized(address))'")
        let inputs = try saver.inputs(of: stage, address: address)
        _ = try saver.save(stage, address: address, inputs: inputs, isCheckpoint: false)
    }

    private func announce(_ stage: Stage, _ address: String) {
        console.note("Running stage '\(Console.sanitized(address))':")
        if options.dryRun { stage.commandLines.forEach { console.note("> \(Console.sanitized($0))") } }
    }
}
