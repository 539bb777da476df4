import Cache
import Diagnostics
import Files
import SystemPackage

/// Brings data into the cache from where it is shared.
package struct DataSupply {
    /// Brings the data of outputs; what is nowhere is left out.
    package var fetch: (_ wanted: [(output: Output, hash: OutputHash)]) throws -> Void
    /// Brings what is known there of earlier runs.
    package var fetchRuns: () throws -> Void

    /// Takes what brings outputs, and what brings entries of the run cache.
    package init(
        fetch: @escaping (_ wanted: [(output: Output, hash: OutputHash)]) throws -> Void,
        fetchRuns: @escaping () throws -> Void
    ) {
        self.fetch = fetch
        self.fetchRuns = fetchRuns
    }
}

/// Brings the data that stages of a run lack, each as late as possible.
final class StagePulling {
    private let workspace: ProjectWorkspace
    private let supply: DataSupply
    private let usesRunCache: Bool
    private let console: Console
    private var hasRuns = false

    /// - Returns: `nil` where nothing is to be brought.
    init?(_ workspace: ProjectWorkspace, _ options: RunOptions, console: Console) {
        guard let supply = options.supply, !options.dryRun else { return nil }
        self.workspace = workspace
        self.supply = supply
        self.console = console
        usesRunCache = options.usesRunCache
    }

    /// Brings what a stage reads and, where nothing else is wrong with it, what it wrote; where it has to run, also what
    /// is known of earlier runs.
    ///
    /// - Parameter isForced: Whether the stage runs in any case.
    /// - Returns: The status afterwards.
    func pull(_ stage: Stage, _ status: StageStatus, isForced: Bool) throws -> StageStatus {
        var status = status
        let absent = status.dependencies.filter { $0.change == .deleted }.map { ExactString($0.path) }
        var targets: [DataTarget] = []
        for dependency in stage.dependencies where absent.contains(ExactString(dependency.path)) {
            if let (writer, output) = OutputOwners(workspace.graph).around(dependency.rooted) {
                targets.append(DataTarget(stage: writer, output: output))
            }
        }
        if !targets.isEmpty {
            try bring(targets)
            status = try workspace.status(of: stage)
        }
        if !isForced, status.lacksDataOnly, status.dependencies.isEmpty {
            try bring([DataTarget(stage: stage)])
            status = try workspace.status(of: stage)
        }
        if status.isChanged || isForced, usesRunCache, !hasRuns, !stage.isTrackedData {
            hasRuns = true
            try supply.fetchRuns()
        }
        return status
    }

    private func bring(_ targets: [DataTarget]) throws {
        let wanted = targets.flatMap { target in
            target.outputs.compactMap { output -> (output: Output, hash: OutputHash)? in
                guard output.isCached, let hash = workspace.lock(of: target.stage)?.output(output.path)?.hash else {
                    return nil
                }
                return (output, hash)
            }
        }
        if wanted.isEmpty { return }
        try supply.fetch(wanted)
        var options = DataCheckout.Options()
        options.allowMissing = true
        // What is there stays as it is: only what is not there is brought.
        let missing = try targets.flatMap { target in
            try target.outputs.filter {
                try FileStatus.of(workspace.root.pushing($0.rooted), followingLinks: false) == nil
            }.map { DataTarget(stage: target.stage, output: $0) }
        }
        let report = try DataCheckout(workspace, options: options, console: console).run(missing, isEverything: false)
        for failure in report.failures { console.warn(failure.error.message) }
    }
}
