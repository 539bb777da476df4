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
    /// - Throws: As ``chosen(named:in:on:queue:)``.
    package func experiments(
        named names: [String], in resolver: RevisionResolver, on remote: GitRemote? = nil
    ) throws -> [Experiment] {
        try chosen(named: names, in: resolver, on: remote).experiments
    }

    /// The experiments that names stand for, each once, and entries of the queue.
    ///
    /// Names that are none of experiments may be those of entries of the queue that wait or did not come to an end.
    ///
    /// - Parameters:
    ///   - remote: Whose experiments the resolver knows; `nil` for those of the repository.
    ///   - queue: Where entries are; `nil` where only experiments are meant.
    /// - Throws: ``ExperimentError/notExperiments(_:similar:)`` with all names that are none,
    ///   ``SharingError/notThere(_:remote:)`` likewise, ``ExperimentError/ambiguous(_:references:)``,
    ///   ``ExperimentError/entryIs(_:state:hint:)`` for an entry that runs.
    package func chosen(
        named names: [String], in resolver: RevisionResolver, on remote: GitRemote? = nil, queue: Queue? = nil
    ) throws -> (experiments: [Experiment], entries: [QueueEntry]) {
        var found: [Experiment] = []
        var entries: [QueueEntry] = []
        var unknown: [String] = []
        lazy var queued = Result { try queue.flatMap { $0.exists ? $0 : nil }?.entries() ?? [] }
        for name in names {
            if let experiment = try resolver.experiment(named: name) {
                if !found.contains(experiment) { found.append(experiment) }
                continue
            }
            let own = try queued.get().filter { $0.name.isIdentical(to: name) && $0.state != .success }
            if own.isEmpty { unknown.append(name) }
            if own.contains(where: { $0.state == .running }) {
                throw ExperimentError.entryIs(
                    name, state: "running", hint: "end it with 'git exp queue kill \(ShellWord.shown(name))' first")
            }
            entries += own.filter { entry in !entries.contains { $0.stash == entry.stash } }
        }
        if unknown.isEmpty { return (found, entries) }
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

    /// - Throws: What ``remove(_:command:)`` throws where one of the experiments is being run.
    package func requireIdle(_ victims: [Experiment]) throws { try RunInfo.refuseRunning(victims, in: context) }

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
    /// - Throws: ``ExperimentError/runInProgress(process:program:)`` where one of the experiments is being run in the
    ///   workspace, ``ExperimentError/beingRun(_:by:isRepeated:)`` elsewhere.
    static func refuseRunning(_ experiments: [Experiment], in context: ExperimentContext) throws {
        try LiveRuns(of: context).refuse(experiments)
        guard let running = running(in: context.project.root), let name = running.name else { return }
        let isAmong = experiments.contains { experiment in
            experiment.baseline == running.baseline && experiment.name.utf8.elementsEqual(name.utf8)
        }
        if isAmong {
            throw ExperimentError.runInProgress(process: running.process, program: "experiment '\(name)'")
        }
    }
}
