import Git

extension Rehoming {
    /// Finds out which experiments follow commits that git has just rewritten.
    ///
    /// Those stay whose baseline a branch of this repository or a tag still has. Branches that git is about to move do not
    /// count: it says what was rewritten first.
    ///
    /// - Parameter rewritten: What commits became, as git tells it to the hook 'post-rewrite'.
    package func plan(rewritten: [CommitID: CommitID]) throws -> Plan {
        let catalog = resolver.catalog
        let lost = try context.repository.unreachable(
            among: catalog.baselines.intersection(rewritten.keys), locally: true,
            leaving: context.repository.branchesOfRebase())
        var plan = Plan()
        var taken: Set<ExperimentReference> = Set(catalog.experiments.map(\.reference))
        for baseline in lost.sorted() {
            guard let target = rewritten[baseline] else { continue }
            for experiment in catalog.experiments(of: baseline) {
                let move = Move(experiment: experiment, target: target)
                let reference = ExperimentReference(baseline: target, name: experiment.name)
                if taken.insert(reference).inserted { plan.moves.append(move) } else { plan.blocked.append(move) }
            }
        }
        return plan
    }
}
