import Cache
import Diagnostics
import Files
import Processes
import SystemPackage

/// Runs stages that do not need each other at the same time.
///
/// All but the commands themselves happens on this thread. Outputs are saved when a stage is done, so that those that
/// need it can start; lock files and the console get the stages one after the other in the order of the plan,
/// whichever was done first.
final class ParallelRun {
    /// What became of a stage.
    private enum Ending {
        case unchanged(StageExecution, StageStatus)
        case made(StageExecution, StageSaver.Saved)
        case failed(any Error)
    }

    /// A stage whose command is running.
    private struct Running {
        let execution: StageExecution
        let inputs: StageSaver.Inputs
        let aside: OutputsAside
        var lines: ArraySlice<String>
    }

    private let run: PipelineRun
    private let progress: RunProgress
    private let exclusion: any Exclusion
    private let crowd: CommandCrowd
    private let scratch: FilePath
    private let range: Range<Int>
    /// How many of the stages that a stage needs are not done yet.
    private var missing: [Int: Int] = [:]
    /// Stages that could start, in order.
    private var ready: [Int] = []
    private var running: [Int: Running] = [:]
    private var endings: [Int: Ending] = [:]
    private var transcripts: [Int: StageTranscript] = [:]
    private var claims: [Int: PathClaim] = [:]
    /// The first stage that is still to be shown.
    private var turn: Int
    /// The first error, in the order of the plan, for which the run has to end.
    private var failure: (any Error)?
    private var isStopping = false

    /// - Parameter range: The stages to run; all before them are done.
    init(_ run: PipelineRun, _ progress: RunProgress, _ exclusion: any Exclusion, _ range: Range<Int>) {
        self.run = run
        self.progress = progress
        self.exclusion = exclusion
        self.range = range
        turn = range.lowerBound
        crowd = CommandCrowd(run.process)
        scratch = ProjectWorkspace.scratch(of: run.workspace.root)
        for number in range where !progress.blocked.contains(number) {
            let needed = progress.upstream(number).filter(range.contains)
            missing[number] = needed.count
            if needed.isEmpty { ready.append(number) }
        }
    }

    /// Runs the stages to their end.
    ///
    /// - Throws: What the first of them, in the order of the plan, failed with where that ends the run. Stages that
    ///   were running then are done, too.
    func finish() throws {
        try FileIO.makeDirectories(scratch)
        if let signal = run.process.pendingInterruption() { throw RunError.interruptedBetween(signal: signal) }
        while true {
            while !isStopping, crowd.count < run.options.jobs, !ready.isEmpty { begin(ready.removeFirst()) }
            showFinished()
            if crowd.count == 0 { break }
            for ended in crowd.wait(milliseconds: 100) { didEnd(ended) }
            if crowd.interruption != nil { isStopping = true }
            if try crowd.dismissRequest() {
                run.console.warn(
                    "a command asked for a checkpoint, which is not recorded while other stages may run; use '--jobs 1'"
                )
            }
        }
        for number in turn..<range.upperBound { publish(number) }
        if let failure { throw failure }
        if let signal = crowd.interruption { throw RunError.interruptedBetween(signal: signal) }
    }

    // MARK: Starting

    private func begin(_ number: Int) {
        let stage = progress.stages[number]
        let transcript = StageTranscript()
        transcripts[number] = transcript
        let execution = run.execution(of: stage, transcript.console(like: run.console))
        do {
            let status = try run.status(of: stage, isForced: progress.isForced(number))
            let isForced = progress.isForced(number)
            if case .done(let saved) = try run.reimport(execution, status, exclusion, isForced: isForced) {
                progress.didMake(number, saved.entry)
                return complete(number, .made(execution, saved))
            }
            guard try progress.isNeeded(number, status), !stage.isFrozen, !stage.isTrackedData else {
                return complete(number, .unchanged(execution, status))
            }
            claims[number] = try PathLocks(root: run.workspace.root).claim(stage, address: execution.address)
            if !progress.isForced(number), let restoration = try execution.restore(status) {
                return try store(number, execution, restoration.inputs, execution.manner(restoration))
            }
            run.announce(execution)
            let inputs = try execution.saver.inputs(of: stage, address: execution.address)
            let aside = try execution.prepareOutputs()
            running[number] = Running(
                execution: execution, inputs: inputs, aside: aside, lines: stage.commandLines[...])
            try startLine(number)
            aside.removeGivenUp()
        } catch {
            complete(number, .failed(error))
        }
    }

    /// Starts the next line of a stage, or saves what the stage made where there is none.
    private func startLine(_ number: Int) throws {
        guard let current = running[number] else { return }
        guard let line = current.lines.first else {
            return try store(number, current.execution, current.inputs, current.execution.manner())
        }
        current.execution.announce(line)
        let output = try CommandOutput(in: scratch)
        transcripts[number]?.append(output)
        try current.execution.starting(line) { try crowd.start($0, number: number, output: output) }
    }

    private func didEnd(_ ended: CommandCrowd.Ended) {
        guard let current = running[ended.number], let line = current.lines.first else { return }
        do {
            guard ended.outcome.exit.isSuccess else { throw current.execution.failure(line, ended.outcome) }
            running[ended.number]?.lines.removeFirst()
            if current.lines.count > 1, let signal = crowd.interruption {
                throw RunError.interruptedBetween(signal: signal)
            }
            try startLine(ended.number)
        } catch {
            complete(ended.number, .failed(error))
        }
    }

    // MARK: Ending

    private func store(
        _ number: Int, _ execution: StageExecution, _ inputs: StageSaver.Inputs, _ manner: StageSaver.Manner
    ) throws {
        var saved: StageSaver.Saved?
        try exclusion.exclusively {
            saved = try execution.saver.store(
                execution.stage, address: execution.address, inputs: inputs, manner)
        }
        guard let saved else { return }
        progress.didMake(number, saved.entry)
        complete(number, .made(execution, saved))
    }

    private func complete(_ number: Int, _ ending: Ending) {
        if case .made = ending { running[number]?.aside.discard() } else { running[number]?.aside.bringBack() }
        running[number] = nil
        claims.removeValue(forKey: number)?.release()
        endings[number] = ending
        if case .failed(let error) = ending {
            if run.options.onFailure == .stop || error.isInterruption { isStopping = true }
            guard run.options.onFailure == .ignore else { return }
        }
        for dependent in progress.downstream(number) {
            guard let count = missing[dependent] else { continue }
            missing[dependent] = count - 1
            if count == 1 { ready.insert(dependent, at: ready.firstIndex { $0 > dependent } ?? ready.endIndex) }
        }
    }

    // MARK: Showing

    /// Shows stages whose turn it is; the one that is running then shows what it prints as it comes.
    private func showFinished() {
        while turn < range.upperBound, endings[turn] != nil || progress.blocked.contains(turn) {
            publish(turn)
            turn += 1
        }
        if turn < range.upperBound, running[turn] != nil { show(turn) }
    }

    private func show(_ number: Int) {
        guard let transcript = transcripts[number] else { return }
        if !transcript.isOpen, !transcript.isEmpty {
            if progress.didPrint { run.console.note("") }
            progress.didPrint = true
        }
        transcript.open(on: run.console)
    }

    private func publish(_ number: Int) {
        guard let ending = endings[number] else { return }
        show(number)
        let stage = progress.stages[number]
        do {
            switch ending {
            case .unchanged(let execution, let status):
                let entry = try run.skip(
                    execution, status, exclusion, isForced: progress.isForced(number))
                progress.result.visited.append((stage, entry))
                if let entry { progress.result.unchanged.append((stage, entry)) }
            case .made(let execution, let saved):
                try exclusion.exclusively { try execution.saver.publish(saved, of: stage) }
                progress.result.visited.append((stage, saved.entry))
                progress.result.executed.append((stage, saved.entry))
            case .failed(let error): throw error
            }
        } catch {
            if run.options.onFailure == .stop || error.isInterruption {
                failure = failure ?? error
                isStopping = true
            } else {
                run.report(error, of: number, progress)
            }
        }
    }
}
