import Files
import Git

/// Reads the lines of many experiments, on as many threads as there are processors.
struct LineReading {
    private let context: ExperimentContext
    private let request: ShowRequest
    private let running: RunInfo.Running?
    /// Fewer experiments are not worth a thread.
    private static let threshold = 64

    init(_ context: ExperimentContext, _ request: ShowRequest, running: RunInfo.Running?) {
        self.context = context
        self.request = request
        self.running = running
    }

    func lines(of experiments: [Experiment]) throws -> [ExperimentReport.Line] {
        guard experiments.count >= Self.threshold else {
            return try Worker(context, request, running).lines(of: experiments)
        }
        let size = (experiments.count + Parallel.width - 1) / Parallel.width
        let parts = stride(from: 0, to: experiments.count, by: size).map { start in
            Array(experiments[start..<min(start + size, experiments.count)])
        }
        // A repository serves one thread, so each part opens one of its own.
        let workers = try parts.map { _ in try Worker(context.reopened(), request, running) }
        let results = PartialLines(count: parts.count)
        try Parallel.forEach(count: parts.count) { part in results.set(part, try workers[part].lines(of: parts[part])) }
        return results.all
    }

    /// Reads a part of the experiments; used by one thread at a time.
    private final class Worker: @unchecked Sendable {
        private let reader: RevisionReader
        private let chains: ChainReader
        private let layout: ShowRequest
        private let running: RunInfo.Running?

        init(_ context: ExperimentContext, _ request: ShowRequest, _ running: RunInfo.Running?) throws {
            reader = try RevisionReader(context)
            reader.onlyUsedParameters = request.onlyUsedParameters
            chains = ChainReader(context.repository)
            layout = request
            self.running = running
        }

        func lines(of experiments: [Experiment]) throws -> [ExperimentReport.Line] {
            try experiments.map { experiment in
                let chain = try chains.chain(of: experiment)
                let wanted = layout.layout == .tips ? Array(chain.prefix(1)) : chain
                let revisions = wanted.enumerated().map { number, commit in
                    ExperimentReport.Revision(
                        id: commit.id.hex, name: number == 0 ? experiment.name : nil, seconds: commit.seconds,
                        data: Result { try reader.data(of: commit) })
                }
                let isRunning = running?.name == experiment.name && running?.baseline == experiment.baseline
                return ExperimentReport.Line(name: experiment.name, revisions: revisions, isRunning: isRunning)
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
