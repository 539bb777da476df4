import Files
import Formats
import Git

/// Reads the lines of many experiments, on as many threads as there are processors.
struct LineReading {
    private let context: ExperimentContext
    private let request: ShowRequest
    private let cache: RowCache?
    /// Fewer experiments are not worth a thread.
    private static let threshold = 64

    /// - Parameter cache: What is known of commits; `nil` reads all of them.
    init(_ context: ExperimentContext, _ request: ShowRequest, cache: RowCache?) {
        self.cache = cache
        self.context = context
        self.request = request
    }

    func lines(of experiments: [Experiment]) throws -> [ExperimentReport.Line] {
        guard experiments.count >= Self.threshold else {
            return try Worker(context, request, cache).lines(of: experiments)
        }
        let size = (experiments.count + Parallel.width - 1) / Parallel.width
        let parts = stride(from: 0, to: experiments.count, by: size).map { start in
            Array(experiments[start..<min(start + size, experiments.count)])
        }
        // A repository serves one thread, so each part opens one of its own.
        let workers = try parts.map { _ in try Worker(context.reopened(), request, cache) }
        let results = PartialLines(count: parts.count)
        try Parallel.forEach(count: parts.count) { part in results.set(part, try workers[part].lines(of: parts[part])) }
        return results.all
    }

    /// Reads a part of the experiments; used by one thread at a time.
    private final class Worker: @unchecked Sendable {
        private let reader: RevisionReader
        private let repository: Repository
        private let request: ShowRequest
        private let cache: RowCache?

        init(_ context: ExperimentContext, _ request: ShowRequest, _ cache: RowCache?) throws {
            reader = try RevisionReader(context)
            reader.onlyUsedParameters = request.onlyUsedParameters
            repository = context.repository
            self.request = request
            self.cache = cache
        }

        /// What a commit holds and which one is its first parent.
        private func revision(
            _ id: CommitID, name: String?
        ) throws -> (revision: ExperimentReport.Revision, parent: CommitID?) {
            if let known = cache?.entry(id) {
                let revision = ExperimentReport.Revision(
                    id: id.hex, name: name, seconds: known.seconds, data: .success(known.data))
                return (revision, known.parent)
            }
            let commit = try repository.commit(id)
            let data = Result { try reader.data(of: commit) }
            if case .success(let found) = data, found.isComplete {
                cache?.add(.init(seconds: commit.seconds, parent: commit.parents.first, data: found), for: id)
            }
            let revision = ExperimentReport.Revision(id: id.hex, name: name, seconds: commit.seconds, data: data)
            return (revision, commit.parents.first)
        }

        func lines(of experiments: [Experiment]) throws -> [ExperimentReport.Line] {
            try experiments.map { experiment in
                var revisions: [ExperimentReport.Revision] = []
                var next: CommitID? = experiment.tip
                while let id = next, id != experiment.baseline, revisions.count < ChainReader.lengthLimit {
                    let (revision, parent) = try revision(id, name: revisions.isEmpty ? experiment.name : nil)
                    revisions.append(revision)
                    next = request.layout == .tips ? nil : parent
                }
                var line = ExperimentReport.Line(name: experiment.name, revisions: revisions)
                if request.wantsJSON { line.json = JSON.pythonDumpsBytes(line.value) }
                return line
            }
        }
    }
}

/// The lines of each part, put in by the threads that read them.
private final class PartialLines: @unchecked Sendable {
    private let lock = Mutex()
    private var parts: [[ExperimentReport.Line]]

    init(count: Int) { parts = Array(repeating: [], count: count) }

    func set(_ part: Int, _ lines: [ExperimentReport.Line]) { lock.with { parts[part] = lines } }

    var all: [ExperimentReport.Line] { lock.with { parts.flatMap { $0 } } }
}
