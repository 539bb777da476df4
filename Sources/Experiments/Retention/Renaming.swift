import Git

/// Gives an experiment another name.
package struct Renaming {
    private let context: ExperimentContext
    let resolver: RevisionResolver

    /// Takes the repository and who knows what its revisions mean.
    package init(_ context: ExperimentContext, _ resolver: RevisionResolver) {
        self.context = context
        self.resolver = resolver
    }

    /// Moves the reference of an experiment; its commits and its baseline stay.
    ///
    /// - Parameter replacing: Whether an experiment that has the name goes.
    /// - Returns: The experiment under its new name; `nil` where it has that name already.
    /// - Throws: ``ExperimentError/nameTaken(_:baseline:)``, ``ExperimentError/invalidName(_:reason:)``.
    package func rename(_ old: String, to name: String, replacing: Bool) throws -> Experiment? {
        guard let experiment = try resolver.experiment(named: old) else {
            throw ExperimentError.notExperiments([old], similar: resolver.similar(to: old))
        }
        try context.checkName(name)
        if experiment.name.utf8.elementsEqual(name.utf8) { return nil }
        let target = ExperimentReference(baseline: experiment.baseline, name: name)
        var tip = experiment.tip
        try ProjectLock(context).exclusively {
            // While this waited for its turn another process may have replaced or removed it.
            guard let current = try context.repository.commit(named: experiment.reference.fullName) else {
                throw ExperimentError.notExperiments([old], similar: [])
            }
            tip = current
            let replaced = try context.repository.commit(named: target.fullName)
            if let replaced {
                guard replacing else { throw ExperimentError.nameTaken(name, baseline: target.baseline.short) }
                try RunInfo.refuseRunning([Experiment(reference: target, tip: replaced)], in: context)
            }
            try RunInfo.refuseRunning([experiment], in: context)
            try ReferenceEditing(context).perform(
                [
                    ReferenceChange(experiment.reference.fullName, before: tip, after: nil),
                    ReferenceChange(target.fullName, before: replaced, after: tip),
                ], command: "rename")
        }
        return Experiment(reference: target, tip: tip)
    }
}
