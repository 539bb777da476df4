import Git

extension GitRemote {
    /// Removes experiments there; one that somebody changed meanwhile stays.
    ///
    /// - Returns: Those that are gone, and why the others are not.
    /// - Throws: ``GitCommandError``.
    package func remove(_ experiments: [Experiment]) throws -> SharingReport {
        var report = SharingReport()
        if experiments.isEmpty { return report }
        let outcome = try update(experiments.map { Update($0.reference, tip: nil, before: $0.tip) })
        report.done = experiments.filter { outcome.done.contains($0.reference) }
        let left = experiments.filter { !outcome.done.contains($0.reference) }
        if !left.isEmpty { report.problem = .refused(left.map(\.name), remote: name, reasons: outcome.reasons) }
        return report
    }
}

extension Renaming {
    /// Gives an experiment on a remote another name; those here stay as they are.
    ///
    /// - Parameter replacing: Whether an experiment there that has the name goes.
    /// - Returns: The experiment under its new name; `nil` where it has that name already.
    /// - Throws: ``SharingError``, ``ExperimentError/invalidName(_:reason:)``.
    package func rename(_ old: String, to name: String, replacing: Bool, on remote: GitRemote) throws -> Experiment? {
        guard let experiment = try resolver.experiment(named: old) else {
            throw SharingError.notThere([old], remote: remote.name)
        }
        try ExperimentName.check(name)
        if experiment.name.utf8.elementsEqual(name.utf8) { return nil }
        let target = ExperimentReference(baseline: experiment.baseline, name: name)
        let replaced = resolver.catalog.experiments(of: target.baseline).first { $0.reference == target }?.tip
        if replaced != nil, !replacing { throw SharingError.takenThere(name, remote: remote.name) }
        // Git sends references to commits that are here only.
        if (try? resolver.repository.commit(experiment.tip)) == nil { try remote.fetch([experiment]) }
        let outcome = try remote.update([
            GitRemote.Update(target, tip: experiment.tip, before: replaced, isForced: true),
            GitRemote.Update(experiment.reference, tip: nil, before: experiment.tip),
        ])
        guard outcome.done.contains(target), outcome.done.contains(experiment.reference) else {
            throw SharingError.refused([experiment.name], remote: remote.name, reasons: outcome.reasons)
        }
        return Experiment(reference: target, tip: experiment.tip)
    }
}
