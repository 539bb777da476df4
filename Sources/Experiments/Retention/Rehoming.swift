import Git

/// Moves experiments to another baseline, after theirs was rewritten.
package struct Rehoming {
    /// An experiment and where it goes.
    package struct Move: Sendable {
        /// As it is now, with its old baseline.
        package let experiment: Experiment
        /// The new baseline.
        package let target: CommitID
    }

    /// What is to be done.
    package struct Plan: Sendable {
        /// What goes, each to its own baseline.
        package var moves: [Move] = []
        /// Experiments that stay because it cannot be told what their baseline became.
        package var homeless: [Experiment] = []
        /// Experiments that stay because the new baseline has one of the name.
        package var blocked: [Move] = []
    }

    let context: ExperimentContext
    let resolver: RevisionResolver
    private var repository: Repository { context.repository }

    /// Takes the repository and who knows what its revisions mean.
    package init(_ context: ExperimentContext, _ resolver: RevisionResolver) {
        self.context = context
        self.resolver = resolver
    }

    /// Finds out what goes where.
    ///
    /// - Parameters:
    ///   - names: The experiments; empty means those whose baseline no branch has any more.
    ///   - onto: The new baseline as the user names it; `nil` is what the old one became.
    ///   - all: Whether those go to `HEAD` of which that cannot be told.
    /// - Throws: ``ExperimentError/notExperiments(_:similar:)``, ``ExperimentError/noNewBaseline(_:)``,
    ///   ``ExperimentError/nameTaken(_:baseline:)`` for an experiment that was named.
    package func plan(names: [String], onto: String?, all: Bool) throws -> Plan {
        let target = try onto.map(baseline)
        let lost = try LostBaselines.find(in: context, catalog: resolver.catalog)
        var plan = Plan()
        var taken: Set<ExperimentReference> = Set(resolver.catalog.experiments.map(\.reference))
        func add(_ experiment: Experiment, _ target: CommitID, isNamed: Bool) throws {
            if experiment.baseline == target { return }
            let reference = ExperimentReference(baseline: target, name: experiment.name)
            let move = Move(experiment: experiment, target: target)
            if taken.insert(reference).inserted { return plan.moves.append(move) }
            if isNamed { throw ExperimentError.nameTaken(experiment.name, baseline: target.short) }
            plan.blocked.append(move)
        }
        if names.isEmpty {
            let fallback = try all ? context.head() : nil
            for baseline in lost {
                for experiment in baseline.experiments {
                    if let target = target ?? baseline.successor ?? fallback {
                        try add(experiment, target, isNamed: false)
                    } else {
                        plan.homeless.append(experiment)
                    }
                }
            }
            return plan
        }
        for experiment in try Removing(context).experiments(named: names, in: resolver) {
            let successor = lost.first { $0.commit == experiment.baseline }?.successor
            guard let target = try target ?? successor ?? (all ? context.head() : nil) else {
                throw ExperimentError.noNewBaseline(experiment.name)
            }
            try add(experiment, target, isNamed: true)
        }
        return plan
    }

    /// - Throws: ``ExperimentError`` for what is no commit, or one of an experiment.
    private func baseline(_ text: String) throws -> CommitID {
        let found = try resolver.resolve(text)
        if let experiment = found.experiment {
            throw ExperimentError.isNoBaseline(text, baselines: [experiment.baseline.short])
        }
        return found.commit
    }

    /// Moves the experiments: their commits are written anew on top of the new baseline, with the same files, messages
    /// and times, since DVC looks for the baseline among the ancestors.
    ///
    /// - Returns: The experiments as they are now.
    package func carryOut(_ plan: Plan) throws -> [Experiment] {
        try RunInfo.refuseRunning(plan.moves.map(\.experiment), in: context)
        var moved: [Experiment] = []
        try ProjectLock(context).exclusively {
            var written: [CommitID: [CommitID: CommitID]] = [:]
            var changes: [ReferenceChange] = []
            for move in plan.moves {
                let tip = try tip(of: move, &written)
                let reference = ExperimentReference(baseline: move.target, name: move.experiment.name)
                changes.append(
                    ReferenceChange(move.experiment.reference.fullName, before: move.experiment.tip, after: nil))
                changes.append(ReferenceChange(reference.fullName, before: nil, after: tip))
                moved.append(Experiment(reference: reference, tip: tip))
            }
            let successors = written.values.reduce(into: [:]) { $0.merge($1) { first, _ in first } }
            let held = try HeldCommit(context).read()
            for state in [StateReference.checkpoint, StateReference.applied] {
                guard let old = try repository.commit(named: state), let new = successors[old] else { continue }
                changes.append(ReferenceChange(state, before: old, after: new))
            }
            try ReferenceEditing(context).perform(changes, command: "rehome")
            if let new = held.flatMap({ successors[$0] }) { try HeldCommit(context).write(new) }
        }
        return moved
    }

    /// The new tip of an experiment; commits that experiments share are written once.
    ///
    /// - Parameter written: What commits became, by the new baseline.
    private func tip(of move: Move, _ written: inout [CommitID: [CommitID: CommitID]]) throws -> CommitID {
        let chain = try resolver.chains.chain(of: move.experiment)
        // A line that does not come from its baseline never did what DVC expects of it.
        guard let first = chain.last else { return move.target }
        guard first.parents.first == move.experiment.baseline else { return move.experiment.tip }
        var parent = move.target
        for commit in chain.reversed() {
            if let known = written[move.target]?[commit.id] {
                parent = known
                continue
            }
            let new = try repository.writeCommit(like: commit.id, parents: [parent] + commit.parents.dropFirst())
            written[move.target, default: [:]][commit.id] = new
            parent = new
        }
        return parent
    }
}
