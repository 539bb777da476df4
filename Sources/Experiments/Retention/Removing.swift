import Diagnostics
import Git

/// Removes experiments such that they can be brought back for a while.
package struct Removing {
    private let context: ExperimentContext

    /// Takes the repository; nothing happens yet.
    package init(_ context: ExperimentContext) { self.context = context }

    /// The experiments that names stand for, each once.
    ///
    /// - Parameter remote: Whose experiments the resolver knows; `nil` for those of the repository.
    /// - Throws: ``ExperimentError/notExperiments(_:similar:)`` with all names that are none,
    ///   ``SharingError/notThere(_:remote:)`` likewise, ``ExperimentError/ambiguous(_:references:)``.
    package func experiments(
        named names: [String], in resolver: RevisionResolver, on remote: GitRemote? = nil
    ) throws -> [Experiment] {
        var found: [Experiment] = []
        var unknown: [String] = []
        for name in names {
            guard let experiment = try resolver.experiment(named: name) else {
                unknown.append(name)
                continue
            }
            if !found.contains(experiment) { found.append(experiment) }
        }
        if unknown.isEmpty { return found }
        if let remote { throw SharingError.notThere(unknown, remote: remote.name) }
        throw ExperimentError.notExperiments(
            unknown, similar: unknown.count == 1 ? resolver.similar(to: unknown[0]) : [])
    }

    /// The experiments of a selection of commits.
    package func experiments(of selection: BaselineSelection, in resolver: RevisionResolver) throws -> [Experiment] {
        try selection.commits(in: context.repository, chains: resolver.chains).flatMap {
            resolver.catalog.experiments(of: $0)
        }
    }

    /// Removes experiments; one that another process changed or removed meanwhile is passed over.
    ///
    /// - Parameter command: Who removes them, for the record.
    /// - Returns: Those that are gone.
    /// - Throws: ``ExperimentError/runInProgress(process:program:)`` where one of them is being run.
    package func remove(_ victims: [Experiment], command: String) throws -> [Experiment] {
        if victims.isEmpty { return [] }
        try RunInfo.refuseRunning(victims, in: context)
        var gone: [Experiment] = []
        try ProjectLock(context).exclusively {
            gone = try present(victims)
            let tips = Set(gone.map(\.tip))
            var changes = gone.map { ReferenceChange($0.reference.fullName, before: $0.tip, after: nil) }
            // What names the commit that the workspace holds would keep it alive for no one.
            for state in [StateReference.checkpoint, StateReference.applied] {
                guard let commit = try context.repository.commit(named: state), tips.contains(commit) else { continue }
                changes.append(ReferenceChange(state, before: commit, after: nil))
            }
            try ReferenceEditing(context).perform(changes, command: command)
        }
        return gone
    }

    /// Those of the experiments that are still as they were read.
    private func present(_ experiments: [Experiment]) throws -> [Experiment] {
        if experiments.count < 100 {
            return try experiments.filter {
                try context.repository.commit(named: $0.reference.fullName) == $0.tip
            }
        }
        let now = Set(try ExperimentCatalog(of: context.repository).experiments)
        return experiments.filter(now.contains)
    }
}

extension RunInfo {
    /// - Throws: ``ExperimentError/runInProgress(process:program:)`` where one of the experiments is being run.
    static func refuseRunning(_ experiments: [Experiment], in context: ExperimentContext) throws {
        guard let running = running(in: context.project.root), let name = running.name else { return }
        let isAmong = experiments.contains { experiment in
            experiment.baseline == running.baseline && experiment.name.utf8.elementsEqual(name.utf8)
        }
        if isAmong {
            throw ExperimentError.runInProgress(process: running.process, program: "experiment '\(name)'")
        }
    }
}
