import Diagnostics
import Files
import Formats
import Git
import Pipeline
import SystemPackage

/// One try to carry out an entry, in a process that has the entry's lock as long as it lives.
package struct QueueAttempt {
    private let queue: Queue
    private let message: QueueMessage
    private let lease: FileLock
    private let slot: FileLock?
    private var context: ExperimentContext { queue.context }

    /// - Parameters:
    ///   - task: The name of the entry's file.
    ///   - lease: The entry's lock, which this process was given.
    ///   - slot: The lock of the worker's place, likewise.
    package init(_ task: String, in context: ExperimentContext, inheriting lease: Int32, slot: Int32?) throws {
        queue = Queue(context)
        guard FilePath.Component(task)?.kind == .regular,
            let message = QueueMessage(reading: queue.folder.taken.appending(task))
        else { throw ExperimentError.badTicket(task) }
        self.message = message
        self.lease = FileLock(queue.folder.file(.lease, of: message.stash), inherited: lease)
        let workers = queue.folder.workers
        self.slot = slot.map { FileLock(workers, inherited: $0) }
    }

    /// Makes the run's folder and goes on as the process that runs in it.
    ///
    /// - Parameter words: How this program is to be called with a ticket: its options.
    /// - Throws: What the entry is refused for; it has failed then.
    package func begin(
        calling words: (_ ticket: FilePath, _ lock: Int32, _ lease: Int32, _ slot: Int32?) -> [String]
    ) throws -> Never {
        do {
            try RunInfo.begin(message, in: queue.folder)
            let number = try queue.record(message.stash).attempts
            try queue.say("attempt \(number) of '\(message.name)', process \(ownProcess())", message)
            let (run, request) = try frozen()
            let extras = try CopiedPaths(message.copies, in: context, seenFromTop: true)
            let folder = try queue.makingFolders { try TemporaryFolder(in: queue.folder.runs) }
            try folder.enter(context, run.tree, head: run.reference.baseline, copying: extras) {
                words($0, $1, lease.surviving(), slot?.surviving())
            } with: {
                RunTicket(
                    place: .queue, home: queue.folder.root, worktree: folder.path, run: run, request: request,
                    task: message.file)
            }
        } catch {
            try queue.settle(message, QueueFinal(.failed, commit: nil))
            throw error
        }
    }

    /// What the entry's commit holds, and what attempts before this one added.
    private func frozen() throws -> (run: FrozenRun, request: RunRequest) {
        let repository = context.repository
        let short = message.stash.short
        let commit = try repository.commit(message.stash)
        let options = try QueueOptions(reading: queue.folder.file(.options, of: message.stash))
        let call = try call(of: commit)
        try ExperimentName.check(message.name)
        guard let start = commit.parents.first, commit.parents.count == 2 else {
            throw ExperimentError.badEntry(short, reason: "its commit is none of a stash")
        }
        var request = RunRequest(call: call)
        request.name = message.name
        request.reset = options.startsOver ?? request.reset
        request.message = message.message
        request.options.jobs = options.jobs
        request.options.onFailure = options.onFailure ?? request.options.onFailure
        request.options.usesRunCache = options.usesRunCache && request.options.usesRunCache
        let extended = message.branch.flatMap { ExperimentReference($0) }
        let reference = extended ?? ExperimentReference(baseline: message.baseline, name: message.name)
        let record = try queue.record(message.stash)
        if let tip = try repository.commit(named: reference.fullName), record.commits.contains(tip) {
            // The commits of an earlier attempt: training goes on from the last one.
            request.reset = false
            let run = FrozenRun(
                stash: message.stash, tree: try repository.commit(tip).tree, reference: reference, start: tip,
                extends: true, isContinuing: true)
            return (run, request)
        }
        let callFile = context.inRepository(FrozenRun.callFile)
        let tree = try repository.tree(commit.tree, changing: [.remove(callFile)])
        let run = FrozenRun(
            stash: message.stash, tree: tree, reference: reference, start: start, extends: extended != nil,
            isContinuing: options.isContinuing ?? (start != message.baseline))
        return (run, request)
    }

    /// The arguments of the call of DVC that the entry stands for.
    private func call(of commit: Commit) throws -> Mapping {
        let files = CommitTree(context.repository, tree: commit.tree, prefix: context.prefix)
        guard let bytes = try files.contents(of: FrozenRun.callFile) else {
            throw ExperimentError.badEntry(message.stash.short, reason: "it does not say what to run")
        }
        let value = try Pickle.load(bytes).mapping
        guard let call = value?["kwargs"]?.mapping, value?["args"]?.list?.isEmpty ?? true else {
            throw ExperimentError.badEntry(message.stash.short, reason: "it does not say what to run")
        }
        return call
    }
}

/// What an attempt does when its run is over.
struct QueueSettling {
    private let queue: Queue
    private let message: QueueMessage

    /// - Returns: `nil` for a run that is none of the queue, or whose entry is gone.
    init?(_ ticket: RunTicket, _ context: ExperimentContext) {
        guard ticket.place == .queue, let task = ticket.task, FilePath.Component(task)?.kind == .regular else {
            return nil
        }
        queue = Queue(context, root: ticket.home)
        guard let message = QueueMessage(reading: queue.folder.taken.appending(task)) else { return nil }
        self.message = message
    }

    func settle(_ report: WorkspaceRun.Report) throws {
        let commit = report.experiment?.tip
        if report.wasInterrupted { return try interrupted(commit) }
        try queue.settle(message, QueueFinal(report.failure == nil ? .success : .failed, commit: commit))
    }

    func settle(_ error: any Error) throws {
        let status = (error as? UserFacingError)?.status
        if status == .interrupted || status == .preempted { return try interrupted(nil) }
        try fail()
    }

    func fail() throws { try queue.settle(message, QueueFinal(.failed, commit: nil)) }

    /// Somebody ended the run: for good, or so that it goes on later.
    private func interrupted(_ commit: CommitID?) throws {
        let marker = queue.folder.file(.kill, of: message.stash)
        if try FileStatus.of(marker, followingLinks: false) != nil {
            try queue.say("killed", message)
            return try queue.settle(message, QueueFinal(.killed, commit: commit))
        }
        try queue.say("interrupted; the experiment waits for the next attempt", message)
        try queue.putBack(message)
    }
}
