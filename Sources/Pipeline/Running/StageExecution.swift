import Cache
import Diagnostics
import Files
import Processes
import SystemPackage

/// How a stage ended whose results so far are saved.
package enum StageEnding {
    /// The command ended by itself with status 0.
    case complete
    /// Somebody stopped the command after a checkpoint: with SIGINT, or with the signal to make room that is named.
    case interrupted(termination: Int32?)
    /// The command failed by itself after a checkpoint.
    case failed(RunError)
}

/// One stage from the removal of its old outputs to its entry in the lock file.
struct StageExecution {
    let workspace: ProjectWorkspace
    let environment: StageEnvironment
    let saver: StageSaver
    let stage: Stage
    let address: String
    let options: RunOptions
    let console: Console

    struct Outcome {
        let entry: StageLock
        let ending: StageEnding
        /// The signal by which somebody asked for room while the last command ran.
        var termination: Int32?
    }

    /// An earlier result, brought back instead of running the command.
    struct Restoration {
        let result: StageLock
        let inputs: StageSaver.Inputs
    }

    /// Brings the outputs back from the cache where an earlier run had the same inputs.
    ///
    /// - Returns: `nil` where the command has to run.
    func restore(_ status: StageStatus) throws -> Restoration? {
        if options.dryRun, try !status.areInputsHere(of: stage, in: workspace) { return nil }
        let runCache = StageRunCache(workspace, console: console)
        let inputs = try saver.inputs(of: stage, address: address)
        let found = try runCache.result(
            for: stage, status: status, inputs: inputs, lookingUp: options.usesRunCache,
            supply: options.dryRun ? nil : options.supply)
        guard let found else { return nil }
        console.note("Stage '\(Console.sanitized(address))' is cached - skipping run, checking out outputs")
        guard try options.dryRun || runCache.bringBack(found, of: stage, keep: keepUnsaved) else { return nil }
        return Restoration(result: found, inputs: inputs)
    }

    /// How a restored stage is saved.
    func manner(_ restoration: Restoration? = nil) -> StageSaver.Manner {
        StageSaver.Manner(storesOutputs: options.storesOutputs, restored: restoration?.result)
    }

    /// Runs the commands of the stage, one after the other, and saves what they made.
    ///
    /// - Parameter onIdle: Called while a command runs and nobody waits for us.
    func run(
        _ process: StageProcess, _ exclusion: any Exclusion, onIdle: () -> Void,
        onCheckpoint: (StageLock) throws -> Void
    ) throws -> Outcome {
        let inputs = try saver.inputs(of: stage, address: address)
        let aside = try prepareOutputs()
        var last: StageLock?
        defer { if last == nil { aside.bringBack() } }
        func checkpoint() throws {
            try exclusion.exclusively {
                let manner = StageSaver.Manner(isCheckpoint: true)
                let entry = try saver.save(stage, address: address, inputs: inputs, manner)
                try onCheckpoint(entry)
                last = entry
                aside.discard()
            }
        }
        var isPrepared = false
        var termination: Int32?
        for (number, line) in stage.commandLines.enumerated() {
            announce(line)
            let outcome = try starting(line) { call in
                try process.run(
                    call,
                    onIdle: {
                        workspace.prepare(for: stage)
                        if options.storesOutputs, !isPrepared {
                            StageRunCache(workspace, console: console).prepare(for: stage, inputs: inputs)
                        }
                        isPrepared = true
                        onIdle()
                        aside.removeGivenUp()
                    }, onRequest: checkpoint)
            }
            if outcome.exit.isSuccess {
                guard let signal = outcome.termination else { continue }
                termination = signal
                // Training that was asked to end says success, too, when it has saved what it had. What else does is done.
                let mayBeDone = !stage.hasCheckpoints && last == nil
                if mayBeDone, number == stage.commandLines.count - 1 { continue }
                if !mayBeDone { keepLast(checkpoint) }
            }
            let failure =
                outcome.exit.isSuccess
                ? RunError.interruptedBetween(signal: termination ?? 0) : failure(line, outcome)
            guard let last else { throw failure }
            return Outcome(
                entry: last,
                ending: outcome.wasAskedToEnd ? .interrupted(termination: outcome.termination) : .failed(failure))
        }
        var entry = StageLock(stage: stage, dependencies: [], parameters: [], outputs: [])
        try exclusion.exclusively { entry = try saver.save(stage, address: address, inputs: inputs, manner()) }
        aside.discard()
        return Outcome(entry: entry, ending: .complete, termination: termination)
    }

    /// Makes a checkpoint of what a command left that was asked to end; where that cannot be done, those before count.
    private func keepLast(_ checkpoint: () throws -> Void) {
        do {
            try checkpoint()
        } catch {
            console.warn((error as? any UserFacingError)?.message ?? "\(error)")
        }
    }

    func announce(_ line: String) { console.note("> \(Console.sanitized(line))") }

    func failure(_ line: String, _ outcome: CommandOutcome) -> RunError {
        .commandFailed(stage: address, command: line, exit: outcome.exit, interruption: outcome.interruption)
    }

    /// Hands the call for one line to `body`, and says what is wrong where it cannot be started.
    func starting<Value>(_ line: String, _ body: (ProcessCall) throws -> Value) throws -> Value {
        let variables = environment.variables(for: stage, address: address)
        let shell = StageShell(environment: variables)
        let folder = stage.folder.isEmpty ? workspace.root : workspace.root.pushing(stage.folder)
        do {
            return try body(shell.call(line, directory: folder, environment: variables))
        } catch let error as ProcessError {
            guard try FileStatus.of(folder, followingLinks: true)?.kind == .directory else {
                throw FileError("run the command in", folder, .noSuchFileOrDirectory)
            }
            guard error.program == shell.path else { throw error }
            throw error.code == .argListTooLong
                ? RunError.commandTooLong(stage: address) : RunError.shellMissing(shell.path)
        }
    }

    /// Removes what the command is to write anew, and makes what it continues a private copy.
    ///
    /// - Returns: What was removed and is in no cache.
    func prepareOutputs() throws -> OutputsAside {
        let aside = OutputsAside(scratch: ProjectWorkspace.scratch(of: workspace.root))
        do {
            try prepareOutputs(aside)
        } catch {
            aside.bringBack()
            throw error
        }
        return aside
    }

    private func prepareOutputs(_ aside: OutputsAside) throws {
        for output in stage.outputs {
            let path = workspace.root.pushing(output.rooted)
            if output.survivesRuns {
                try DataLink.unprotect(path)
            } else if try workspace.isReallyInside(output.rooted) {
                try keepUnsaved(output)
                try output.isCached ? FileIO.removeTree(path) : aside.take(path)
            }
            let folder = path.parent
            if try workspace.isReallyInside(output.rooted), !folder.isEmpty { try FileIO.makeDirectories(folder) }
        }
    }

    /// Stores what the cache does not have of a cached output before it is removed: somebody may have edited it.
    func keepUnsaved(_ output: Output) throws {
        let previous = workspace.lock(of: stage)?.output(output.path)
        // What cannot be hashed was never an output.
        guard output.isCached,
            let present = try? workspace.hash(output.rooted, previous: previous, saving: false), present.size > 0,
            try !workspace.store.contains(present),
            let saved = try workspace.hash(output.rooted, previous: previous, saving: true)
        else { return }
        try workspace.tellKept(output.rooted.string, had: "contents that were saved nowhere", as: saved, console)
    }
}

extension StageStatus {
    /// Whether all that the stage reads is there: of a run that is only tried, an earlier stage may not have made it.
    fileprivate func areInputsHere(of stage: Stage, in workspace: ProjectWorkspace) throws -> Bool {
        if dependencies.contains(where: { $0.change == .deleted }) { return false }
        return try workspace.parameters.values(of: stage).allSatisfy { $0.fileExists && $0.missing.isEmpty }
    }
}
