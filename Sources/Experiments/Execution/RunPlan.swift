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

    /// - Parameters:
    ///   - remains: What a killed run left in the workspace.
    ///   - isHere: Whether the run is one in the workspace.
    ///   - isTaken: Which names are given besides those of experiments.
    ///   - prepare: What becomes of the tree of the workspace before the run.
    static func make(
        _ request: RunRequest, context: ExperimentContext, workspace: ProjectWorkspace, stages: [Stage],
        head: CommitID, remains: RunJournal.Remains?, isHere: Bool = true,
        isTaken: @escaping (String) -> Bool = { _ in false }, preparing prepare: (TreeID) throws -> TreeID = { $0 }
    ) throws -> RunPlan {
        let repository = context.repository
        let index = try repository.workspaceIndex(settings: context.settings, scratch: context.scratch)
        let chains = ChainReader(repository)
        if let experiment = request.resuming {
            return try resuming(experiment, request, context, workspace, head, index, isTaken: isTaken)
        }
        if request.reset {
            context.console.note("Any existing checkpoints will be reset and re-run.")
            if isHere { try HeldCommit(context).forget() }
        } else if stages.contains(where: \.hasCheckpoints) {
            let catalog = try ExperimentCatalog(of: repository)
            let state = try ResumeState.find(context, head: head, catalog: catalog, chains: chains, remains: remains)
            if let state, try state.isContinued(by: stages, of: workspace, context) {
                let tree = try repository.commit(state.commit).tree
                try index.track(filesOf: tree)
                try index.refresh()
                let changes = inputs(
                    among: try repository.differingPaths(tree, try prepare(try index.writeTree())), workspace, context)
                return try continuing(
                    state, isChanged: !changes.isEmpty, request, context, head, catalog, index, isTaken: isTaken)
            }
        }
        return try fresh(request, context: context, head: head, index, isTaken: isTaken)
    }

    /// Goes on with the last checkpoint of an experiment, which comes into the workspace.
    ///
    /// - Throws: ``ExperimentError/begunDifferently(_:paths:)`` where the workspace has other code or parameters.
    private static func resuming(
        _ experiment: Experiment, _ request: RunRequest, _ context: ExperimentContext, _ workspace: ProjectWorkspace,
        _ head: CommitID, _ index: any WorkspaceIndex, isTaken: @escaping (String) -> Bool
    ) throws -> RunPlan {
        let repository = context.repository
        let tree = try repository.commit(experiment.tip).tree
        let committed = try repository.commit(head).tree
        try index.track(filesOf: tree)
        try index.refresh()
        let different = try SameInputs.differing(
            tree, from: try index.writeTree(), begunOn: committed, workspace, context)
        if !different.isEmpty { throw ExperimentError.begunDifferently(experiment.name, paths: different) }
        try Applying(context).apply(experiment.tip, named: experiment.name)
        workspace.reread()
        let applied = try repository.workspaceIndex(settings: context.settings, scratch: context.scratch)
        try applied.track(filesOf: tree)
        try applied.refresh()
        return try continuing(
            ResumeState(commit: experiment.tip, experiment: experiment), isChanged: false, request, context, head,
            try ExperimentCatalog(of: repository), applied, isTaken: isTaken)
    }

    /// A new experiment on top of a commit.
    static func fresh(
        _ request: RunRequest, context: ExperimentContext, head: CommitID, _ index: (any WorkspaceIndex)? = nil,
        isTaken: @escaping (String) -> Bool
    ) throws -> RunPlan {
        let repository = context.repository
        let fresh = try ExperimentReference.fresh(
            named: request.name, baseline: head, replacing: request.options.force, in: repository, isPromised: isTaken)
        return RunPlan(
            reference: fresh.reference, start: head, expected: fresh.expected, isContinuing: false,
            index: try index ?? repository.workspaceIndex(settings: context.settings, scratch: context.scratch))
    }

    /// The paths that are not written by stages.
    static func inputs(
        among paths: [String], _ workspace: ProjectWorkspace, _ context: ExperimentContext
    ) -> [String] {
        let results = Set(
            workspace.files.flatMap(\.stages).flatMap { stage in
                [stage.lockFile] + stage.outputs.map(\.rooted)
                    + (stage.live.map { [stage.rooted($0.path + ".json")] } ?? [])
            }.map { context.inRepository($0).string })
        return paths.filter { path in
            !results.contains(path) && !path.hasSuffix(".gitignore")
                && !results.contains { path.hasPrefix($0 + "/") }
        }
    }

    /// Goes on with the experiment of a commit, or branches off from it where something changed.
    static func continuing(
        _ state: ResumeState, isChanged: Bool, _ request: RunRequest, _ context: ExperimentContext, _ head: CommitID,
        _ catalog: ExperimentCatalog, _ index: any WorkspaceIndex, isTaken: @escaping (String) -> Bool
    ) throws -> RunPlan {
        let repository = context.repository
        let console = context.console
        let experiment = state.experiment
        if !isChanged {
            guard state.isTip else {
                let chains = ChainReader(repository)
                let heads = try catalog.experiments(of: head).filter { candidate in
                    try chains.chain(of: candidate).contains { $0.id == state.commit }
                }
                throw ExperimentError.unchangedCheckpoint(state.commit.short, heads: heads.map(\.name))
            }
            if let name = request.name, !name.isIdentical(to: experiment.name) {
                let (own, name) = (ShellWord.shown(experiment.name), ShellWord.shown(name))
                console.warn(
                    "nothing changed, so experiment '\(Console.sanitized(experiment.name))' goes on under its own name; "
                        + "for a new experiment: git exp run --reset -n \(name); "
                        + "for a branch of that name: git exp branch \(own) \(name)")
            }
            console.note("Existing checkpoint experiment '\(Console.sanitized(experiment.name))' will be resumed")
            announce(state, console)
            return RunPlan(
                reference: experiment.reference, start: state.commit, expected: .commit(state.commit),
                isContinuing: true, index: index)
        }
        if request.resuming != nil {
            throw ExperimentError.begunDifferently(
                experiment.name, paths: Set(request.overrides.map(\.file)).sorted())
        }
        let base = state.isTip ? experiment.name : state.commit.short
        console.note("Modified checkpoint experiment based on '\(Console.sanitized(base))' will be created")
        announce(state, console)
        let fresh = try ExperimentReference.fresh(
            named: request.name, baseline: experiment.baseline, replacing: request.options.force, in: repository,
            isPromised: isTaken)
        return RunPlan(
            reference: fresh.reference, start: state.commit, expected: fresh.expected, isContinuing: true,
            index: index)
    }

    private static func announce(_ state: ResumeState, _ console: Console) {
        console.note(
            "Training continues from checkpoint \(state.commit.short) of '\(Console.sanitized(state.experiment.name))'; "
                + "'git exp run --reset' starts over.")
    }
}
