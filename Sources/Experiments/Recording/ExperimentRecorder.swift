import CSys
import Cache
import Diagnostics
import Files
import Git
import Pipeline
import SystemPackage

/// Writes the commits of one experiment, without moving `HEAD` and without touching the user's index.
final class ExperimentRecorder {
    private let context: ExperimentContext
    private let index: any WorkspaceIndex
    private let identity: Identity
    private let workspace: ProjectWorkspace
    private lazy var files = StageFiles(workspace)
    /// Where git's objects and data of checkpoints go.
    private lazy var folders = [
        FanOutFolders(in: context.repository.commonDirectory.appending("objects")),
        FanOutFolders(
            in: workspace.store.folder(workspace.generation), sharedMode: workspace.store.isShared ? 0o2775 : nil),
    ]
    private let reference: ExperimentReference
    private let isDurable: Bool
    /// The command that may replace an experiment, for its record.
    private let command: String
    /// What the experiment's reference must hold when it is written the first time.
    private var expected: ExpectedReference
    /// The newest commit: first the one that the run started from.
    private(set) var tip: CommitID
    private(set) var checkpoints = 0
    /// The stages whose inputs are held.
    private var begun: Set<FilePath> = []
    private var heldSince: [FilePath: FileStatus] = [:]
    /// How many stages have all their files in the index: those found unchanged and those that ran.
    private var addedStages = 0
    /// Whether training can go on from the newest commit.
    private var isContinuable: Bool

    init(
        _ context: ExperimentContext, workspace: ProjectWorkspace, index: any WorkspaceIndex, identity: Identity,
        reference: ExperimentReference, start: CommitID, expecting expected: ExpectedReference,
        isContinuing: Bool, command: String = "run"
    ) throws {
        self.context = context
        self.workspace = workspace
        self.index = index
        self.identity = identity
        self.reference = reference
        self.expected = expected
        self.command = command
        tip = start
        isContinuable = isContinuing
        isDurable = try context.isDurable
    }

    /// Begins a stage, while its command is starting: what it reads is recorded as it is now, so that the user may go on
    /// editing; and what the next commit would take time for is done: files for its tree, itself, a lock file, metrics and
    /// its reference.
    func prepare(for stage: Stage) {
        if begun.insert(stage.file.appending(stage.name)).inserted { try? hold(inputsOf: stage) }
        // Whoever asks for the local time first reads what is known of the zone.
        _ = identity.signature()
        // Without it libgit2 writes all objects itself. Lock file and metrics change at each checkpoint, but seldom in a
        // repeated run; and a file that was made in vain slows down making others for a minute on an ext4 without a
        // journal, which passes over what was just freed.
        let metrics = stage.outputs.count { !$0.isCached }
        try? context.repository.prepareObjects(stage.hasCheckpoints ? 3 + min(max(metrics, 1), 4) : 1)
        context.repository.prepareReference(reference.fullName, settings: context.settings)
    }

    /// Makes one of the folders that objects of checkpoints will go to.
    ///
    /// - Returns: Whether there may be more to make.
    func makeFolders() -> Bool { folders.contains { $0.makeNext() } }

    /// Commits a checkpoint and names it; when this returns it can be relied on.
    func recordCheckpoint(
        of stage: Stage, entry: StageLock, unchanged: [(stage: Stage, entry: StageLock)]
    ) throws {
        let entries = unchanged.map { (name: $0.stage.name, entry: $0.entry) } + [(name: stage.name, entry: entry)]
        try index.refresh()
        let stages = unchanged.map(\.stage) + workspace.savedStages
        if stages.count > addedStages {
            try add(files.everything(of: stages))
            addedStages = stages.count
        } else {
            try add(StageFiles.results(of: stage))
        }
        try commit(message: RunState.unfinished.note(on: Self.message(entries)), as: "checkpoint")
        checkpoints += 1
        isContinuable = isContinuable || stage.hasCheckpoints
        context.console.note("Checkpoint experiment iteration '\(tip.short)'.")
    }

    /// Commits the end of a run.
    ///
    /// - Parameter message: The whole commit message; `nil` for one that names the stages' hash.
    func recordEnd(_ result: RunResult, message: String?) throws {
        try index.refresh()
        try add(files.everything(of: result.visited.map(\.stage)))
        let entries = result.executed.map { (name: $0.stage.name, entry: $0.entry) }
        let ending: QueueRecord.Ending =
            result.wasInterrupted ? .interrupted : result.early != nil ? .failed : .success
        let state: RunState = result.wasInterrupted ? .interrupted : result.early != nil ? .failed : .complete
        try commit(message: state.note(on: message ?? Self.message(entries)), as: "end", ending.rawValue)
        try keepForTheNextRun()
    }

    /// Commits that a run was ended by an error behind its last checkpoint; without any of its own there is nothing to say.
    func recordEnd(with error: any Error) throws {
        guard checkpoints > 0 else { return }
        let state: RunState = error.isInterruption ? .interrupted : .failed
        let last = try context.repository.commit(tip)
        let subject = last.message.prefix { $0 != "\n" }
        // The queue tells such an end by itself.
        try commit(message: state.note(on: String(subject)), tree: last.tree)
    }

    /// Commits the workspace as it is, for which nothing ran.
    ///
    /// - Parameters:
    ///   - further: Files that git does not track, seen from the top of the work tree.
    ///   - message: The whole commit message; `nil` for one that names the stages' hash.
    func recordWorkspace(including further: [FilePath], message: String?) throws {
        let stages = workspace.graph.stages
        try index.refresh()
        try add(files.everything(of: stages))
        try index.add(further)
        let entries = stages.filter { !$0.isTrackedData }.compactMap { stage in
            workspace.lock(of: stage).map { (name: stage.name, entry: $0) }
        }
        try commit(message: message ?? Self.message(entries))
    }

    /// Lets the next run, also one of DVC 2, continue from the newest checkpoint.
    ///
    /// Once at the end of a run is enough: after a kill the journal knows the experiment.
    func keepForTheNextRun() throws {
        guard isContinuable, context.ticket == nil else { return }
        try context.repository.setReference(StateReference.checkpoint, to: tip, expecting: .anything)
        try HeldCommit(context).write(tip)
    }

    private static func message(_ entries: [(name: String, entry: StageLock)]) -> String {
        "dvc: commit experiment " + SHA256.hex(entries.hashText)
    }

    /// - Parameters:
    ///   - kind: What the commit is in the record of the queue, which has it before anybody else knows it.
    ///   - details: What the record says behind the commit's id.
    ///   - tree: What the commit holds; `nil` is what the index does.
    private func commit(
        message: String, as kind: String = "checkpoint", _ details: String..., tree: TreeID? = nil
    ) throws {
        let tree = try tree ?? index.writeTree()
        let id = try context.repository.writeCommit(
            tree: tree, parents: [tip], author: identity.signature(), message: message)
        if let file = context.ticket?.queueRecord {
            try QueueRecord.append(([kind, id.hex] + details).joined(separator: " "), to: file)
        }
        if isDurable { try syncData() }
        if let ticket = context.ticket {
            // In its own folder a run excludes nobody, but the references are everybody's.
            try ProjectLock(root: ticket.home, context).exclusively { try name(id) }
        } else {
            try name(id)
        }
        expected = .commit(id)
        tip = id
        if isDurable { try syncReferences() }
    }

    private func name(_ id: CommitID) throws {
        try keepWhatIsReplaced(by: id)
        do throws(GitError) {
            try context.repository.setReference(reference.fullName, to: id, expecting: expected)
        } catch {
            switch error.code {
            case .exists: throw ExperimentError.nameTaken(reference.name, baseline: reference.baseline.short)
            case .modified, .notFound: throw ExperimentError.stateMoved("experiment '\(reference.name)'")
            default: throw error
            }
        }
    }

    /// An experiment that the user wants replaced can be brought back.
    private func keepWhatIsReplaced(by id: CommitID) throws {
        guard case .anything = expected else { return }
        guard let old = try context.repository.commit(named: reference.fullName) else {
            expected = .absent
            return
        }
        let change = ReferenceChange(reference.fullName, before: old, after: id)
        try UndoRecords(context).keep(command: command, changes: [change])
        expected = .commit(old)
    }

    /// Waits until objects, data and lock files are on the disk: one call for each file system they are on.
    private func syncData() throws {
        var devices: Set<UInt64> = []
        for path in [workspace.store.directory, context.repository.commonDirectory, workspace.root] {
            guard let status = try FileStatus.of(path, followingLinks: true), devices.insert(status.device).inserted
            else { continue }
            try sync(path) { csys_syncfs($0) }
        }
    }

    private func syncReferences() throws {
        try sync(context.repository.commonDirectory) { csys_syncfs($0) }
    }

    private func sync(_ path: FilePath, _ body: (Int32) -> Int32) throws {
        do {
            let folder = try FileIO.retry { try FileDescriptor.open(path, .readOnly, options: [.closeOnExec]) }
            defer { try? folder.close() }
            if body(folder.rawValue) != 0 { throw Errno.ioError }
        } catch let error as Errno {
            throw FileError("sync", path, error)
        }
    }

    private func hold(inputsOf stage: Stage) throws {
        let paths = files.inputs(of: stage)
        for path in paths { heldSince[path] = try FileStatus.of(workspace.root.pushing(path), followingLinks: true) }
        try index.hold(paths.map { context.inRepository($0) })
    }

    /// The files among the stages' inputs that changed while the run went on, and so are recorded as they were.
    func inputsChangedMeanwhile() throws -> [FilePath] {
        try heldSince.filter { path, before in
            guard before.kind == .file else { return false }
            let now = try FileStatus.of(workspace.root.pushing(path), followingLinks: true)
            return now?.modified != before.modified || now?.size != before.size
        }.keys.sorted { $0.string < $1.string }
    }

    private func add(_ paths: [FilePath]) throws {
        var seen: Set<FilePath> = []
        let wanted = paths.filter { ProjectPath.isInside($0) && heldSince[$0] == nil && seen.insert($0).inserted }
        // A path that exists nowhere is no file of this experiment; one that was there before is a deletion.
        try index.add(wanted.map { context.inRepository($0) })
    }
}
