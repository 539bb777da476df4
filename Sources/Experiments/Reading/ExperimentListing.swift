import Git

/// Experiments by their baseline, without their data.
package struct ExperimentListing {
    package struct Group {
        package let label: String
        /// Sorted by name.
        package let experiments: [Experiment]
    }

    /// Only baselines that have experiments.
    package let groups: [Group]

    package init(_ context: ExperimentContext, _ selection: BaselineSelection) throws {
        let catalog = try ExperimentCatalog(of: context.repository)
        let names = try BaselineNames(context.repository)
        let commits = try selection.commits(in: context.repository, chains: ChainReader(context.repository))
        // A commit that was amended or rebased away has lost its name, but not its experiments.
        let listed = Set(commits)
        let others = selection.allCommits ? catalog.baselines.filter { !listed.contains($0) } : []
        groups = (commits + others.sorted { $0.hex < $1.hex }).compactMap { commit in
            let experiments = catalog.experiments(of: commit)
            return experiments.isEmpty
                ? nil : Group(label: names.name(of: commit) ?? commit.short, experiments: experiments)
        }
    }
}
