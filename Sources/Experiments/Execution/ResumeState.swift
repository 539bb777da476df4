import Diagnostics
import Git
import Formats
import Pipeline

/// Which experiment the workspace continues, by the commit that it holds.
struct ResumeState {
    /// The commit that the workspace holds.
    let commit: CommitID
    /// The experiment to be continued; its line holds the commit.
    let experiment: Experiment

    /// Whether the commit is the newest one of its experiment.
    var isTip: Bool { experiment.tip == commit }

    /// Finds what to continue; what is held is forgotten where it belongs to another commit than `HEAD`.
    ///
    /// - Parameter remains: What a killed run left; it was going on, so its newest checkpoint counts.
    static func find(
        _ context: ExperimentContext, head: CommitID, catalog: ExperimentCatalog, chains: ChainReader,
        remains: RunJournal.Remains?
    ) throws -> ResumeState? {
        let repository = context.repository
        let held = HeldCommit(context)
        if let name = remains?.reference, let tip = try repository.commit(named: name),
            let reference = ExperimentReference(name)
        {
            try repository.setReference(StateReference.checkpoint, to: tip, expecting: .anything)
            try held.write(tip)
            context.console.note(
                "the run before was killed; its last checkpoint \(tip.short) is where this one goes on")
            if reference.baseline == head {
                return ResumeState(commit: tip, experiment: Experiment(reference: reference, tip: tip))
            }
        }
        guard let applied = try held.read() else { return nil }
        let owners = try catalog.experiments(of: head).filter { experiment in
            try experiment.tip == applied || chains.chain(of: experiment).contains { $0.id == applied }
        }
        guard let first = owners.first else {
            if applied != head { try held.forget() }
            return nil
        }
        // Experiments that were forked from one have its commits, too.
        let experiment =
            try owners.first { $0.tip == applied }
            ?? (owners.count == 1 ? first : Ownership(owners, chains).owner(of: applied) ?? first)
        return ResumeState(commit: applied, experiment: experiment)
    }

    /// Whether stages that are to run train something further that the experiment has trained.
    ///
    /// - Parameter workspace: The project with all its stages.
    func isContinued(
        by stages: [Stage], of workspace: ProjectWorkspace, _ context: ExperimentContext
    ) throws -> Bool {
        func isMeant(_ stage: Stage) -> Bool {
            stages.contains { $0.file == stage.file && $0.name.isIdentical(to: stage.name) }
        }
        let all = workspace.graph.stages.filter(\.hasCheckpoints)
        if all.allSatisfy(isMeant) { return true }
        let now = try RecordedLocks(context, commit)
        let before = try RecordedLocks(context, experiment.baseline)
        let trained = try all.filter { stage in
            guard let entry = try now.lock(of: stage) else { return false }
            return try !(before.lock(of: stage)?.isEqual(to: entry) ?? false)
        }
        return trained.isEmpty || trained.contains(where: isMeant)
    }
}
