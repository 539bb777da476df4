import Cache
import Diagnostics
import Git
import Pipeline

/// Brings experiments from a Git remote, and their data from the data remote.
package struct ExperimentPull {
    private let context: ExperimentContext
    private let request: SharingRequest
    private let remote: GitRemote
    private let chains: ChainReader
    private let selection: SharingSelection
    /// So often the remote is asked again when somebody else changed it meanwhile.
    private static let attempts = 3

    /// Takes what is to come, and from where; nothing is asked of the remote yet.
    package init(_ context: ExperimentContext, _ request: SharingRequest, from remote: GitRemote) {
        self.context = context
        self.request = request
        self.remote = remote
        chains = ChainReader(context.repository)
        selection = SharingSelection(context: context, request: request, remote: remote, chains: chains)
    }

    /// The commits come first, which nothing names yet, then the data, and at last the references.
    ///
    /// - Throws: ``SharingError`` where nothing could be done, ``ExperimentError``, ``RemoteError``; what concerns a part
    ///   is in the report.
    package func run() throws -> SharingReport {
        let chosen = try fetch()
        var report = SharingReport()
        var changes: [(experiment: Experiment, before: CommitID?, isForced: Bool)] = []
        for experiment in chosen {
            let before = try context.repository.commit(named: experiment.reference.fullName)
            guard let before else {
                changes.append((experiment, nil, false))
                continue
            }
            let local = Experiment(reference: experiment.reference, tip: before)
            if try before == experiment.tip || selection.contains(experiment.tip, in: local) {
                report.upToDate.append(experiment)
            } else if try selection.contains(before, in: experiment) {
                changes.append((experiment, before, false))
            } else if request.force {
                changes.append((experiment, before, true))
            } else {
                report.diverged.append(experiment)
            }
        }
        try fetchData(changes.map(\.experiment) + report.upToDate, &report)
        try write(changes)
        report.done = changes.map(\.experiment)
        return report
    }

    /// Brings the commits of the experiments that are meant.
    private func fetch() throws -> [Experiment] {
        for _ in 0..<Self.attempts {
            let there = try remote.experiments(forPushing: false)
            let chosen = try selection.experiments(in: there, isRemote: true)
            let catalog = Set(try ExperimentCatalog(of: context.repository).experiments)
            let wanted = chosen.filter { !catalog.contains($0) }
            try remote.fetch(wanted)
            // An experiment that was replaced meanwhile came as what it is now.
            if wanted.allSatisfy({ (try? context.repository.commit($0.tip)) != nil }) { return chosen }
        }
        throw SharingError.notFetched(remote.name)
    }

    private func fetchData(_ experiments: [Experiment], _ report: inout SharingReport) throws {
        guard request.withData else { return }
        let data = ExperimentData(context, request.checkpoints, chains)
        var outputs: Set<UsedOutput> = []
        for experiment in experiments {
            do {
                outputs.formUnion(try data.outputs(of: experiment))
            } catch let error as ExperimentError {
                // Somebody else's files; the experiment itself can be had.
                guard case .unreadable = error else { throw error }
                context.console.warn(error.message)
            }
        }
        if outputs.isEmpty && !request.data.runCache { return }
        try context.settleCache()
        let store = try context.project.config.cache(root: context.project.root).store
        do {
            let exchanged = try DataSharing(context, store, request.data).fetch(Array(outputs))
            report.data = exchanged
            report.missing = selection.missing(exchanged.missing, of: Array(outputs), in: store)
        } catch let error as RemoteSettingsError {
            guard case .noDefault = error else { throw error }
            context.console.warn("\(error.message), so only the references were pulled")
        }
    }

    /// Writes the references; what is replaced can be brought back.
    private func write(_ changes: [(experiment: Experiment, before: CommitID?, isForced: Bool)]) throws {
        if changes.isEmpty { return }
        let moved = changes.compactMap { change in
            change.before.map { Experiment(reference: change.experiment.reference, tip: $0) }
        }
        try ProjectLock(context).exclusively {
            try RunInfo.refuseRunning(moved, in: context)
            let replaced = changes.filter(\.isForced).map { change in
                ReferenceChange(
                    change.experiment.reference.fullName, before: change.before, after: change.experiment.tip)
            }
            if !replaced.isEmpty { try ReferenceEditing(context).perform(replaced, command: "pull") }
            var transaction = ReferenceTransaction()
            for (experiment, before, isForced) in changes where !isForced {
                let name = experiment.reference.fullName
                if let before {
                    transaction.move(name, from: before, to: experiment.tip)
                } else {
                    transaction.create(name, at: experiment.tip)
                }
            }
            do {
                try transaction.commit(in: context.repository)
            } catch let error as GitError {
                guard error.code == .modified else { throw error }
                context.console.detail(error.message)
                throw ExperimentError.stateMoved("an experiment")
            }
        }
    }
}
