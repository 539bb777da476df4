import Git

/// Finds the experiments whose baseline is not among those to keep.
package struct GarbageCollecting {
    /// The experiments that would go.
    package let victims: [Experiment]

    /// - Parameters:
    ///   - keeping: The baselines whose experiments stay.
    ///   - since: Also experiments of baselines committed at or after this time stay, in seconds since 1970.
    package init(_ context: ExperimentContext, keeping: Set<CommitID>, since: Int64?) throws {
        let chains = ChainReader(context.repository)
        let catalog = try ExperimentCatalog(of: context.repository)
        victims = catalog.experiments.filter { experiment in
            if keeping.contains(experiment.baseline) { return false }
            guard let since, let baseline = try? chains.commit(experiment.baseline) else { return true }
            return baseline.seconds < since
        }
    }
}
