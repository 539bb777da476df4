import Cache
import Diagnostics
import Git
import Pipeline

/// Sends experiments to a Git remote, and before that their data to the data remote.
package struct ExperimentPush {
    private let context: ExperimentContext
    private let request: SharingRequest
    private let remote: GitRemote
    private let chains: ChainReader
    private let selection: SharingSelection
    /// So often the remote is looked at again when somebody else changed it meanwhile.
    private static let attempts = 3

    /// Takes what is to go, and where to; nothing is asked of the remote yet.
    package init(_ context: ExperimentContext, _ request: SharingRequest, to remote: GitRemote) {
        self.context = context
        self.request = request
        self.remote = remote
        chains = ChainReader(context.repository)
        selection = SharingSelection(context: context, request: request, remote: remote, chains: chains)
    }

    /// Data first, then the references, so that no reference is there without its data.
    ///
    /// - Throws: ``SharingError`` where nothing could be done, ``ExperimentError``, ``RemoteSettingsError``,
    ///   ``RemoteError``; what concerns a part is in the report.
    package func run() throws -> SharingReport {
        let catalog = try ExperimentCatalog(of: context.repository)
        let chosen = try selection.experiments(in: catalog, isRemote: false)
        var report = SharingReport()
        // With nothing to push the remote is still looked at, so that a wrong name does not pass for success.
        var there = try remote.experiments(forPushing: true)
        if chosen.isEmpty { return report }
        var plan = try Plan(chosen, there, request, selection)
        let held = try pushData(plan.updates.map(\.experiment) + plan.upToDate, &report)
        var reasons: [String] = []
        for _ in 0..<Self.attempts {
            let updates = plan.updates.filter { !held.contains($0.experiment) }
            if updates.isEmpty { break }
            let outcome = try remote.update(updates.map(\.update))
            report.done += updates.map(\.experiment).filter { outcome.done.contains($0.reference) }
            let left = updates.map(\.experiment).filter { !outcome.done.contains($0.reference) }
            reasons = outcome.reasons
            let before = Dictionary(uniqueKeysWithValues: plan.updates.map { ($0.experiment, $0.update.before) })
            plan.updates = []
            if left.isEmpty { break }
            there = try remote.experiments(forPushing: true)
            let next = try Plan(left, there, request, selection)
            plan.add(next)
            // The same again would end the same.
            if next.updates.allSatisfy({ before[$0.experiment] == $0.update.before }) { break }
        }
        report.upToDate = plan.upToDate.filter { !held.contains($0) }
        report.diverged = plan.diverged
        report.behind = plan.behind
        let left = plan.updates.map(\.experiment).filter { !held.contains($0) }
        if !left.isEmpty {
            report.problem = .refused(left.map(\.name), remote: remote.name, reasons: reasons)
        } else if !held.isEmpty {
            report.problem = .dataNotPushed(held.map(\.name).sorted())
        }
        return report
    }

    /// What has to become of each experiment.
    private struct Plan {
        var updates: [(experiment: Experiment, update: GitRemote.Update)] = []
        var upToDate: [Experiment] = []
        var diverged: [Experiment] = []
        var behind: [Experiment] = []

        init(
            _ experiments: [Experiment], _ there: ExperimentCatalog, _ request: SharingRequest,
            _ selection: SharingSelection
        ) throws {
            let tips = Dictionary(there.experiments.map { ($0.reference, $0.tip) }) { first, _ in first }
            for experiment in experiments {
                let tip = tips[experiment.reference]
                if tip == experiment.tip {
                    upToDate.append(experiment)
                    continue
                }
                var isForced = false
                if let tip, try !selection.contains(tip, in: experiment) {
                    guard request.force else {
                        let isNewer = try Self.follows(
                            Experiment(reference: experiment.reference, tip: tip), experiment, selection)
                        if isNewer { behind.append(experiment) } else { diverged.append(experiment) }
                        continue
                    }
                    isForced = true
                }
                let update = GitRemote.Update(
                    experiment.reference, tip: experiment.tip, before: tip, isForced: isForced)
                updates.append((experiment, update))
            }
        }

        /// Whether the remote's experiment is known here and goes on where ours ends.
        private static func follows(
            _ remote: Experiment, _ local: Experiment, _ selection: SharingSelection
        ) throws -> Bool {
            guard (try? selection.chains.commit(remote.tip)) != nil else { return false }
            return try selection.contains(local.tip, in: remote)
        }

        mutating func add(_ other: Plan) {
            updates += other.updates
            upToDate += other.upToDate
            diverged += other.diverged
            behind += other.behind
        }
    }

    // MARK: Data

    /// Sends the data of experiments.
    ///
    /// Data that is neither here nor there keeps nothing back: a checkpoint may have been thinned out.
    /// - Returns: The experiments some of whose data could not be sent.
    private func pushData(_ experiments: [Experiment], _ report: inout SharingReport) throws -> Set<Experiment> {
        guard request.withData else { return [] }
        let data = ExperimentData(context, request.checkpoints, chains)
        var outputs: [Experiment: [UsedOutput]] = [:]
        for experiment in experiments { outputs[experiment] = try data.outputs(of: experiment) }
        let all = Set(outputs.values.joined()).filter(\.isPushed)
        if all.isEmpty && !request.data.runCache { return [] }
        let store = try context.project.config.cache(root: context.project.root).store
        let exchanged: ExchangeReport
        do {
            exchanged = try DataSharing(context, store, request.data).push(Array(all))
        } catch let error as RemoteSettingsError {
            guard case .noDefault(let hasRemotes) = error else { throw error }
            throw SharingError.noDataRemote(hasRemotes: hasRemotes)
        }
        report.data = exchanged
        report.missing = selection.missing(exchanged.missing, of: Array(all), in: store)
        let failed = Set(exchanged.failures.map(\.item))
        if failed.isEmpty { return [] }
        return Set(
            outputs.filter { _, outputs in
                outputs.contains { output in
                    failed.contains(output.wanted.item)
                        || output.wanted.members(of: store.known(output.wanted.hash)).contains(where: failed.contains)
                }
            }.keys)
    }
}
