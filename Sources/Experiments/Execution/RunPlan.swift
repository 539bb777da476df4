import Diagnostics
import Files
import Git
import Pipeline
import SystemPackage

/// Where a run starts from and what its experiment is called.
struct RunPlan {
    let reference: ExperimentReference
    /// The parent of the first new commit.
    let start: CommitID
    /// What the experiment's reference holds now.
    let expected: ExpectedReference
    /// Whether training goes on from an earlier checkpoint.
    let isContinuing: Bool
    let index: any WorkspaceIndex

    static func make(
        _ request: RunRequest, context: ExperimentContext, workspace: ProjectWorkspace, stages: [Stage],
        head: CommitID, remains: RunJournal.Remains?
    ) throws -> RunPlan {
        let repository = context.repository
        let index = try repository.workspaceIndex(settings: context.settings, scratch: context.scratch)
        let chains = ChainReader(repository)
        if request.reset {
            context.console.note("Any existing checkpoints will be reset and re-run.")
            try HeldCommit(context).forget()
        } else if stages.contains(where: \.hasCheckpoints) {
            let catalog = try ExperimentCatalog(of: repository)
            let state = try ResumeState.find(context, head: head, catalog: catalog, chains: chains, remains: remains)
            if let state { return try continuing(state, request, context, workspace, head, catalog, index) }
        }
        let fresh = try newReference(request, head, repository)
        return RunPlan(
            reference: fresh, start: head, expected: try expectation(fresh, request, repository), isContinuing: false,
            index: index)
    }

    private static func continuing(
        _ state: ResumeState, _ request: RunRequest, _ context: ExperimentContext, _ workspace: ProjectWorkspace,
        _ head: CommitID, _ catalog: ExperimentCatalog, _ index: any WorkspaceIndex
    ) throws -> RunPlan {
        let repository = context.repository
        let console = context.console
        let tree = try repository.commit(state.commit).tree
        try index.track(filesOf: tree)
        try index.refresh()
        let results = Set(
            workspace.files.flatMap(\.stages).flatMap { stage in
                [stage.lockFile] + stage.outputs.map(\.rooted)
                    + (stage.live.map { [stage.rooted($0.path + ".json")] } ?? [])
            }.map { context.inRepository($0).string })
        let changes = try repository.differingPaths(tree, try index.writeTree()).filter { path in
            !results.contains(path) && !path.hasSuffix(".gitignore")
                && !results.contains { path.hasPrefix($0 + "/") }
        }
        let experiment = state.experiment
        if changes.isEmpty {
            guard state.isTip else {
                let chains = ChainReader(repository)
                let heads = try catalog.experiments(of: head).filter { candidate in
                    try chains.chain(of: candidate).contains { $0.id == state.commit }
                }
                throw ExperimentError.unchangedCheckpoint(state.commit.short, heads: heads.map(\.name))
            }
            if let name = request.name, !name.isIdentical(to: experiment.name) {
                console.warn(
                    "experiment '\(Console.sanitized(experiment.name))' goes on under its own name; '--name \(Console.sanitized(name))' does not count"
                )
            }
            console.note("Existing checkpoint experiment '\(Console.sanitized(experiment.name))' will be resumed")
            announce(state, console)
            return RunPlan(
                reference: experiment.reference, start: state.commit, expected: .commit(state.commit),
                isContinuing: true, index: index)
        }
        let base = state.isTip ? experiment.name : state.commit.short
        console.note("Modified checkpoint experiment based on '\(Console.sanitized(base))' will be created")
        announce(state, console)
        let fresh = try newReference(request, experiment.baseline, repository)
        return RunPlan(
            reference: fresh, start: state.commit, expected: try expectation(fresh, request, repository),
            isContinuing: true, index: index)
    }

    private static func announce(_ state: ResumeState, _ console: Console) {
        console.note(
            "Training continues from checkpoint \(state.commit.short) of '\(Console.sanitized(state.experiment.name))'; "
                + "'git exp run --reset' starts over.")
    }

    private static func newReference(
        _ request: RunRequest, _ baseline: CommitID, _ repository: Repository
    ) throws -> ExperimentReference {
        func isTaken(_ name: String) throws -> Bool {
            try repository.commit(named: ExperimentReference(baseline: baseline, name: name).fullName) != nil
        }
        if let name = request.name {
            if try isTaken(name), !request.options.force {
                throw ExperimentError.nameTaken(name, baseline: baseline.short)
            }
            return ExperimentReference(baseline: baseline, name: name)
        }
        var generator = SystemRandomNumberGenerator()
        return ExperimentReference(
            baseline: baseline, name: try ExperimentName.draw(using: &generator, isTaken: isTaken))
    }

    /// With force an experiment of the name is replaced, whatever it holds now.
    private static func expectation(
        _ reference: ExperimentReference, _ request: RunRequest, _ repository: Repository
    ) throws -> ExpectedReference {
        try request.options.force && repository.commit(named: reference.fullName) != nil ? .anything : .absent
    }
}
