import Diagnostics
import Git

/// Of which checkpoints the data travels with an experiment; the references always have all of them.
package struct CheckpointChoice: Sendable {
    /// A metric as for `exp.best`: `acc` for the highest value, `-loss` for the lowest.
    package var best: String?
    /// The newest one of each experiment.
    package var last = false
    /// Those that a tag names.
    package var tagged = false

    /// Chooses all of them.
    package init() {}

    /// Whether the data of all checkpoints travels.
    package var isEverything: Bool { best == nil && !last && !tagged }
}

/// Finds the data that experiments use.
final class ExperimentData {
    private let context: ExperimentContext
    private let choice: CheckpointChoice
    private let chains: ChainReader
    private let reader: RevisionOutputs
    private var known: [TreeID: [UsedOutput]] = [:]
    private lazy var tagged: Set<CommitID> = Set(
        ((try? context.repository.references(below: "refs/tags/")) ?? []).compactMap {
            try? context.repository.commit(named: $0.name)
        })
    private lazy var revisions = Result { try RevisionReader(context) }

    init(_ context: ExperimentContext, _ choice: CheckpointChoice, _ chains: ChainReader) {
        self.context = context
        self.choice = choice
        self.chains = chains
        reader = RevisionOutputs(context)
    }

    /// The outputs of the commits of an experiment, down to its baseline, as far as their data is to travel.
    ///
    /// - Throws: ``ExperimentError/unreadable(_:problem:)`` for a commit whose files cannot be read.
    func outputs(of experiment: Experiment) throws -> [UsedOutput] {
        var result: [UsedOutput] = []
        for commit in try commits(of: experiment) {
            if known[commit.tree] == nil {
                do {
                    known[commit.tree] = try reader.outputs(of: commit.tree, DataSelection())
                } catch let error as any UserFacingError {
                    throw ExperimentError.unreadable(commit.id.short, problem: error.message)
                }
            }
            result += known[commit.tree] ?? []
        }
        return result
    }

    private func commits(of experiment: Experiment) throws -> [Commit] {
        let chain = try chains.chain(of: experiment)
        if choice.isEverything { return chain }
        var chosen: Set<CommitID> = []
        if choice.last, let tip = chain.first { chosen.insert(tip.id) }
        if choice.tagged { chosen.formUnion(chain.map(\.id).filter(tagged.contains)) }
        if let metric = choice.best, let ranking = BestCheckpoint(setting: metric), let tip = chain.first {
            do {
                chosen.insert(try ranking.best(of: chain.reversed(), reader: revisions.get()))
            } catch let error as ExperimentError {
                guard case .missingMetric = error else { throw error }
                context.console.warn(
                    "experiment '\(Console.sanitized(experiment.name))' has no metric '\(Console.sanitized(metric))'; "
                        + "the data of its last commit counts")
                chosen.insert(tip.id)
            }
        }
        return chain.filter { chosen.contains($0.id) }
    }
}
