import Cache
import Diagnostics
import Files
import Processes
import SystemPackage

/// How a stage ended whose results so far are saved.
package enum StageEnding {
    case complete
    /// Somebody stopped the command after a checkpoint.
    case interrupted
    /// The command failed by itself after a checkpoint.
    case failed(RunError)
}

/// One stage from the removal of its old outputs to its entry in the lock file.
struct StageExecution {
    let workspace: ProjectWorkspace
    let process: StageProcess
    let environment: StageEnvironment
    let saver: StageSaver
    let stage: Stage
    let address: String
    let console: Console

    struct Outcome {
        let entry: StageLock
        let ending: StageEnding
    }

    /// - Parameter onIdle: Called while a command runs and nobody waits for us.
    func run(
        _ exclusion: any Exclusion, onIdle: () -> Void, onCheckpoint: (StageLock) throws -> Void
    ) throws -> Outcome {
        let inputs = try saver.inputs(of: stage, address: address)
        try prepareOutputs()
        var last: StageLock?
        func checkpoint() throws {
            try exclusion.exclusively {
                let entry = try saver.save(stage, address: address, inputs: inputs, isCheckpoint: true)
                try onCheckpoint(entry)
                last = entry
            }
        }
        for line in stage.commandLines {
            console.note("> \(Console.sanitized(line))")
            let outcome = try runLine(line, onIdle, checkpoint)
            if outcome.exit.isSuccess { continue }
            let failure = RunError.commandFailed(
                stage: address, command: line, exit: outcome.exit, interruption: outcome.interruption)
            guard let last else { throw failure }
            return Outcome(entry: last, ending: outcome.wasAskedToEnd ? .interrupted : .failed(failure))
        }
        var entry = StageLock(stage: stage, dependencies: [], parameters: [], outputs: [])
        try exclusion.exclusively {
            entry = try saver.save(stage, address: address, inputs: inputs, isCheckpoint: false)
        }
        return Outcome(entry: entry, ending: .complete)
    }

    private func runLine(
        _ line: String, _ onIdle: () -> Void, _ checkpoint: () throws -> Void
    ) throws -> CommandOutcome {
        let variables = environment.variables(for: stage, address: address)
        let shell = StageShell(environment: variables)
        let folder = stage.folder.isEmpty ? workspace.root : workspace.root.pushing(stage.folder)
        do {
            let call = shell.call(line, directory: folder, environment: variables)
            return try process.run(
                call,
                onIdle: {
                    workspace.prepare(for: stage)
                    onIdle()
                }, onRequest: checkpoint)
        } catch let error as ProcessError {
            guard try FileStatus.of(folder, followingLinks: true)?.kind == .directory else {
                throw FileError("run the command in", folder, .noSuchFileOrDirectory)
            }
            throw error.program == shell.path ? RunError.shellMissing(shell.path) : error
        }
    }

    /// Removes what the command is to write anew, and makes what it continues a private copy.
    private func prepareOutputs() throws {
        for output in stage.outputs {
            let path = workspace.root.pushing(output.rooted)
            if output.survivesRuns {
                try DataLink.unprotect(path)
            } else if try workspace.isReallyInside(output.rooted) {
                if output.isCached { try keepUnsaved(output, path) }
                try FileIO.removeTree(path)
            }
            let folder = path.removingLastComponent()
            if try workspace.isReallyInside(output.rooted), !folder.isEmpty { try FileIO.makeDirectories(folder) }
        }
    }
    /// Stores what the cache does not have of an output before it is removed: somebody may have edited it.
    private func keepUnsaved(_ output: Output, _ path: FilePath) throws {
        let previous = workspace.lock(of: stage)?.output(output.path)
        // What cannot be hashed was never an output.
        guard let present = try? workspace.hash(output.rooted, previous: previous, saving: false), present.size > 0,
            try !workspace.store.contains(present),
            let saved = try workspace.hash(output.rooted, previous: previous, saving: true)
        else { return }
        let object = workspace.store.path(of: saved.md5, saved.generation)
        console.note(
            "'\(Console.sanitized(output.path))' had contents that were saved nowhere; they are kept as "
                + "'\(Console.sanitized((object.relative(to: workspace.root) ?? object).string))'")
    }
}
