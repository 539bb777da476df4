import Git

/// Experiments by their baseline, without their data.
package struct ExperimentListing {
    /// A baseline with its experiments.
    package struct Group {
        /// A branch, a tag or the commit's first digits; for a lost baseline also what it became.
        package let label: String
        /// Sorted by name.
        package let experiments: [Experiment]
    }

    /// Only baselines that have experiments.
    package let groups: [Group]
    /// Baselines that no branch has any more and that are not among the groups.
    package let lost: [LostBaseline]

    /// - Parameter findingLost: Whether to look for lost baselines besides the selection.
    package init(_ context: ExperimentContext, _ selection: BaselineSelection, findingLost: Bool) throws {
        let repository = context.repository
        let catalog = try ExperimentCatalog(of: repository)
        let names = try BaselineNames(repository)
        let commits = try selection.commits(in: repository, chains: ChainReader(repository))
        let known = Set(commits)
        let lost =
            try findingLost || selection.allCommits
            ? LostBaselines.find(in: context, catalog: catalog, besides: known) : []
        var groups = commits.compactMap { commit in
            let experiments = catalog.experiments(of: commit)
            return experiments.isEmpty
                ? nil : Group(label: names.name(of: commit) ?? commit.short, experiments: experiments)
        }
        if selection.allCommits {
            groups += lost.map { baseline in
                let now = baseline.successor.map { " (now \($0.short))" } ?? " (on no branch)"
                return Group(label: baseline.commit.short + now, experiments: baseline.experiments)
            }
        }
        self.groups = groups
        self.lost = selection.allCommits ? [] : lost
    }

    /// The experiments of a remote.
    ///
    /// With all commits selected those whose baseline is not known here come last.
    package init(_ context: ExperimentContext, _ selection: BaselineSelection, on catalog: ExperimentCatalog) throws {
        let names = try BaselineNames(context.repository)
        var commits = try selection.commits(in: context.repository, chains: ChainReader(context.repository))
        if selection.allCommits {
            commits += catalog.baselines.subtracting(commits).sorted()
        }
        groups = commits.compactMap { commit in
            let experiments = catalog.experiments(of: commit)
            return experiments.isEmpty
                ? nil : Group(label: names.name(of: commit) ?? commit.short, experiments: experiments)
        }
        lost = []
    }
}
