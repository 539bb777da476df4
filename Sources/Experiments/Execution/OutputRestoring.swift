import Cache
import Diagnostics
import Files
import Pipeline
import SystemPackage

/// Brings a stage's outputs into the state from which a run starts.
struct OutputRestoring {
    private let workspace: ProjectWorkspace
    private let console: Console

    init(_ workspace: ProjectWorkspace, console: Console) {
        self.workspace = workspace
        self.console = console
    }

    /// Checkpoint outputs become what the lock file says, or go away where it says nothing or everything starts over;
    /// other cached outputs are only brought back where they are missing.
    ///
    /// What would be lost that way is stored in the cache first. A stage that starts over has no entry in the lock file
    /// any more, so that a run after one that failed early does not go on from what this one was to forget.
    func prepare(_ stage: Stage, reset: Bool, isContinuing: Bool) throws {
        let lock = workspace.lock(of: stage)
        defer { if !reset && !isContinuing { announce(stage, lock) } }
        for output in stage.outputs where try output.isCached && workspace.isReallyInside(output.rooted) {
            let path = workspace.root.pushing(output.rooted)
            let recorded = lock?.output(output.path)?.hash
            if output.isCheckpoint {
                try prepareCheckpoint(output, path, reset ? nil : recorded)
            } else if let recorded, try FileStatus.of(path, followingLinks: false) == nil,
                try workspace.store.contains(recorded)
            {
                try Checkout(workspace.reader).bring(recorded, to: path, overwriting: false)
            }
        }
        if reset, stage.hasCheckpoints, lock != nil { try workspace.removeLock(of: stage) }
    }

    /// Brings what stages read from the cache, as far as it is not here: data, and outputs of stages that do not run.
    func bringInputs(of stages: [Stage]) throws {
        let running = Set(stages.map { $0.file.appending($0.name) })
        var seen = running
        for stage in stages.flatMap({ workspace.graph.ancestors(of: $0) })
        where seen.insert(stage.file.appending(stage.name)).inserted {
            try bringMissing(stage)
        }
    }

    private func bringMissing(_ stage: Stage) throws {
        let lock = workspace.lock(of: stage)
        for output in stage.outputs where try output.isCached && workspace.isReallyInside(output.rooted) {
            let path = workspace.root.pushing(output.rooted)
            guard let recorded = lock?.output(output.path)?.hash,
                try FileStatus.of(path, followingLinks: false) == nil, try workspace.store.contains(recorded)
            else { continue }
            try Checkout(workspace.reader).bring(recorded, to: path, overwriting: false)
        }
    }

    /// Says that a new experiment's training does not start from nothing.
    private func announce(_ stage: Stage, _ lock: StageLock?) {
        let present = stage.outputs.filter { output in
            let path = workspace.root.pushing(output.rooted)
            return output.isCheckpoint && lock?.output(output.path) != nil
                && (try? FileStatus.of(path, followingLinks: false)) ?? nil != nil
        }
        guard !present.isEmpty else { return }
        let names = present.map { "'\(Console.sanitized($0.path))'" }.joined(separator: ", ")
        console.note(
            "Training continues from \(names) as '\(Console.sanitized(stage.lockFile.string))' has it; "
                + "'git exp run --reset' starts over.")
    }

    /// Makes sure that training can go on from a checkpoint.
    ///
    /// - Throws: ``ExperimentError/missingCheckpointData(path:checkpoint:)`` where its data is neither in the
    ///   workspace nor in the cache.
    func requireData(of stages: [Stage], checkpoint: String) throws {
        for stage in stages {
            let lock = workspace.lock(of: stage)
            for output in stage.outputs where try output.isCheckpoint && workspace.isReallyInside(output.rooted) {
                guard let recorded = lock?.output(output.path)?.hash, try !workspace.store.contains(recorded) else {
                    continue
                }
                if try FileStatus.of(workspace.root.pushing(output.rooted), followingLinks: true) == nil {
                    throw ExperimentError.missingCheckpointData(path: output.path, checkpoint: checkpoint)
                }
            }
        }
    }

    private func prepareCheckpoint(_ output: Output, _ path: FilePath, _ recorded: OutputHash?) throws {
        guard try FileStatus.of(path, followingLinks: false) != nil else {
            guard let recorded else { return }
            guard try workspace.store.contains(recorded) else {
                console.warn(
                    "the data of '\(Console.sanitized(output.path))' that the last checkpoint names is not in the cache; "
                        + "the command starts without it")
                return
            }
            try Checkout(workspace.reader).bring(recorded, to: path, overwriting: false, linkTypes: copyTypes)
            return
        }
        let present = try workspace.reader.hash(path, generation: workspace.generation, saving: false)
        if let recorded {
            if present?.md5 == recorded.md5 { return }
            guard try workspace.store.contains(recorded) else {
                console.warn(
                    "the data of '\(Console.sanitized(output.path))' that the last checkpoint names is not in the cache; "
                        + "the run goes on with what is in the workspace")
                return
            }
        }
        if let present, try !workspace.store.contains(present) {
            _ = try workspace.reader.hash(path, generation: workspace.generation, saving: true)
            workspace.tellKept(output.path, had: "changes outside any checkpoint", as: present, console)
        }
        if let recorded {
            try Checkout(workspace.reader).bring(recorded, to: path, overwriting: true, linkTypes: copyTypes)
        } else {
            try FileIO.removeTree(path)
        }
    }

    /// A command that continues its output must not write into the cache.
    private var copyTypes: [LinkType] { [.reflink, .copy] }
}
