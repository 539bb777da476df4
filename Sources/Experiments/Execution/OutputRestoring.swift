import Cache
import Diagnostics
import Files
import Git
import Pipeline
import SystemPackage

/// Brings a stage's outputs into the state from which a run starts.
struct OutputRestoring {
    private let workspace: ProjectWorkspace
    private let console: Console
    /// What the checkpoint recorded that training continues from; `nil` for a new experiment.
    private let checkpoint: RecordedLocks?

    init(_ workspace: ProjectWorkspace, console: Console, continuing checkpoint: RecordedLocks? = nil) {
        self.workspace = workspace
        self.console = console
        self.checkpoint = checkpoint
    }

    /// Checkpoint outputs become what the checkpoint to continue from, or else the lock file, recorded; they go away
    /// where it says nothing or everything starts over. Other cached outputs are only brought back where they are missing.
    ///
    /// What would be lost that way is stored in the cache first. A stage that starts over has no entry in the lock file
    /// any more, so that a run after one that failed early does not go on from what this one was to forget.
    func prepare(_ stage: Stage, reset: Bool) throws {
        let lock = workspace.lock(of: stage)
        let origin = try origin(of: stage)
        var continued: [Output] = []
        for output in stage.outputs where try output.isCached && workspace.isReallyInside(output.rooted) {
            let path = workspace.root.pushing(output.rooted)
            if output.isCheckpoint {
                let recorded = reset ? nil : origin?.output(output.path)?.hash
                if try prepareCheckpoint(output, path, recorded) { continued.append(output) }
            } else if let recorded = lock?.output(output.path)?.hash,
                try FileStatus.of(path, followingLinks: false) == nil, try workspace.store.contains(recorded)
            {
                try Checkout(workspace.reader).bring(recorded, to: path, overwriting: false)
            }
        }
        if checkpoint == nil { announce(continued, of: stage) }
        if reset, stage.hasCheckpoints, lock != nil { try workspace.removeLock(of: stage) }
    }

    /// What training goes on from: the checkpoint's entry, or without one the lock file's.
    private func origin(of stage: Stage) throws -> StageLock? {
        if let checkpoint { return try checkpoint.lock(of: stage) }
        return workspace.lock(of: stage)
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
    private func announce(_ continued: [Output], of stage: Stage) {
        guard !continued.isEmpty else { return }
        let names = continued.map { "'\(Console.sanitized($0.path))'" }.joined(separator: ", ")
        console.note(
            "Training continues from \(names) as '\(Console.sanitized(stage.lockFile.string))' has it; "
                + "'git exp run --reset' starts over.")
    }

    /// Brings the data into the cache from which training goes on.
    func fetchData(of stages: [Stage], _ supply: DataSupply) throws {
        let missing = try stages.flatMap { stage in
            let lock = try origin(of: stage)
            return try stage.outputs.compactMap { output -> (output: Output, hash: OutputHash)? in
                guard output.isCheckpoint, let hash = lock?.output(output.path)?.hash,
                    try !workspace.store.contains(hash)
                else { return nil }
                return (output, hash)
            }
        }
        if !missing.isEmpty { try supply.fetch(missing) }
    }

    /// Makes sure that training can go on from a checkpoint.
    ///
    /// - Throws: ``ExperimentError/missingCheckpointData(path:checkpoint:)`` where its data is neither in the
    ///   workspace nor in the cache.
    func requireData(of stages: [Stage]) throws {
        guard let checkpoint else { return }
        for stage in stages {
            let lock = try checkpoint.lock(of: stage)
            for output in stage.outputs where try output.isCheckpoint && workspace.isReallyInside(output.rooted) {
                guard let recorded = lock?.output(output.path)?.hash, try !workspace.store.contains(recorded) else {
                    continue
                }
                let path = workspace.root.pushing(output.rooted)
                let present = try workspace.reader.hash(path, generation: recorded.generation, saving: false)
                if present?.md5 != recorded.md5 {
                    throw ExperimentError.missingCheckpointData(path: output.path, checkpoint: checkpoint.commit.short)
                }
            }
        }
    }

    /// - Returns: Whether the output is there as it was recorded.
    private func prepareCheckpoint(_ output: Output, _ path: FilePath, _ recorded: OutputHash?) throws -> Bool {
        guard try FileStatus.of(path, followingLinks: false) != nil else {
            guard let recorded else { return false }
            guard try workspace.store.contains(recorded) else {
                console.warn(
                    "the data of '\(Console.sanitized(output.path))' that the last checkpoint names is not in the cache; "
                        + "the command starts without it")
                return false
            }
            try Checkout(workspace.reader).bring(recorded, to: path, overwriting: false, linkTypes: copyTypes)
            return true
        }
        let present = try workspace.reader.hash(
            path, generation: recorded?.generation ?? workspace.generation, saving: false)
        if let recorded {
            if present?.md5 == recorded.md5 { return true }
            guard try workspace.store.contains(recorded) else {
                console.warn(
                    "the data of '\(Console.sanitized(output.path))' that the last checkpoint names is not in the cache; "
                        + "the run goes on with what is in the workspace")
                return false
            }
        }
        if let present, try !workspace.store.contains(present) {
            let saved = try workspace.reader.hash(path, generation: workspace.generation, saving: true)
            try workspace.tellKept(
                output.rooted.string, had: "changes outside any checkpoint", as: saved ?? present, console)
        }
        if let recorded {
            try Checkout(workspace.reader).bring(recorded, to: path, overwriting: true, linkTypes: copyTypes)
        } else {
            try FileIO.removeTree(path)
        }
        return recorded != nil
    }

    /// A command that continues its output must not write into the cache.
    private var copyTypes: [LinkType] { [.reflink, .copy] }
}

extension RunPlan {
    /// What brings the outputs into the state from which the run starts.
    func restoring(_ context: ExperimentContext, _ workspace: ProjectWorkspace) throws -> OutputRestoring {
        OutputRestoring(
            workspace, console: context.console,
            continuing: isContinuing ? try RecordedLocks(context, start) : nil)
    }
}

/// The lock files of a commit.
final class RecordedLocks {
    let commit: CommitID
    private let context: ExperimentContext
    private let tree: TreeID
    private var files: [FilePath: LockFile] = [:]

    init(_ context: ExperimentContext, _ commit: CommitID) throws {
        self.context = context
        self.commit = commit
        tree = try context.repository.commit(commit).tree
    }

    /// What the commit recorded of a stage; `nil` where that is nothing.
    func lock(of stage: Stage) throws -> StageLock? {
        let path = stage.lockFile
        if let known = files[path] { return known[stage.name] }
        let entry = try context.repository.entry(at: context.inRepository(path).string, in: tree)
        var file = LockFile()
        if let entry, entry.kind == .file || entry.kind == .executable {
            file = try LockFile.parse(try context.repository.blob(entry.blob), file: path.string)
        }
        files[path] = file
        return file[stage.name]
    }
}
