import Diagnostics
import Git

/// Removes experiments whose baseline is not among those to keep.
package struct GarbageCollecting {
    private let context: ExperimentContext
    /// The experiments that would go.
    package let victims: [Experiment]

    /// - Parameters:
    ///   - keeping: The baselines whose experiments stay; `nil` keeps none for the sake of its commit.
    ///   - since: Also experiments of baselines committed at or after this time stay, in seconds since 1970.
    package init(_ context: ExperimentContext, keeping: Set<CommitID>, since: Int64?) throws {
        self.context = context
        let chains = ChainReader(context.repository)
        let catalog = try ExperimentCatalog(of: context.repository)
        victims = catalog.experiments.filter { experiment in
            if keeping.contains(experiment.baseline) { return false }
            guard let since, let baseline = try? chains.commit(experiment.baseline) else { return true }
            return baseline.seconds < since
        }
    }

    /// Removes them.
    ///
    /// - Returns: How many were there and are gone; one that another process changed meanwhile stays.
    package func remove() throws -> Int {
        var count = 0
        try ProjectLock(context).exclusively {
            for victim in victims {
                guard try context.repository.deleteReference(victim.reference.fullName, expecting: victim.tip) else {
                    continue
                }
                count += 1
                for state in [StateReference.checkpoint, StateReference.applied] {
                    try context.repository.deleteReference(state, expecting: victim.tip)
                }
            }
        }
        return count
    }
}
