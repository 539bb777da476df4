import Formats
import Git

/// The lines of experiments that are queued, that run in the background, or that failed there.
struct QueueLines {
    private let queue: Queue
    private let entries: [QueueEntry]
    private let reader: RevisionReader
    private let repository: Repository

    /// - Returns: `nil` where nothing was ever queued.
    init?(_ context: ExperimentContext, _ reader: RevisionReader, hidingQueued: Bool, hidingFailed: Bool) throws {
        queue = Queue(context)
        guard queue.exists else { return nil }
        self.reader = reader
        repository = context.repository
        entries = try queue.entries().filter { entry in
            switch entry.state {
            case .running: true
            case .queued, .interrupted, .held: !hidingQueued
            case .failed, .killed: !hidingFailed
            case .success, .unknown: false
            }
        }
    }

    /// The lines of a baseline: those that run, which come first, and the others, which come last.
    func lines(
        of baseline: CommitID
    ) -> (running: [ExperimentReport.Line], others: [ExperimentReport.Line]) {
        let own = entries.filter { $0.baseline == baseline }
        let running = own.filter { $0.state == .running }
        let waiting = own.filter { $0.state.isWaiting }
        let failed = own.filter { !$0.state.isOpen }
        // The newest first, as elsewhere.
        return (running.map(line), (waiting.reversed() + failed.reversed()).map(line))
    }

    private func line(_ entry: QueueEntry) -> ExperimentReport.Line {
        let data = Result {
            var data = try reader.data(of: repository.commit(entry.stash))
            // What the tree holds was measured by another run.
            if entry.state.isOpen { data.metrics = [] }
            return data
        }
        let revision = ExperimentReport.Revision(
            id: entry.stash.hex, name: entry.name, seconds: entry.state == .running ? nil : entry.seconds, data: data)
        let isOver = !entry.state.isOpen
        let execution = ExperimentReport.Execution(
            state: entry.state.rawValue, place: isOver ? nil : "dvc-task",
            details: Mapping([
                ("root", .null), ("log", isOver || entry.attempts > 0 ? .string(queue.logFile(of: entry)) : .null),
                ("pid", entry.process.map { .int(Int($0)) } ?? .null), ("returncode", isOver ? .int(1) : .null),
                ("task_id", .string(entry.stash.hex)),
            ]))
        return ExperimentReport.Line(
            name: entry.name, revisions: [revision], execution: execution,
            failure: entry.state == .failed ? "Experiment run failed" : nil)
    }
}
