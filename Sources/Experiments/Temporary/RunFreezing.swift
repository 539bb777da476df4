import Cache
import Diagnostics
import Files
import Formats
import Git
import Pipeline
import SystemPackage

/// Puts what a run needs into commits, without a change to the workspace.
package struct RunFreezing {
    /// What a frozen run starts from.
    package enum Origin {
        /// The workspace, and the checkpoint that it holds.
        case workspace
        /// The workspace, with nothing trained before.
        case workspaceAnew
        /// An experiment or any other commit, and not the workspace.
        case revision(ResolvedRevision, text: String)
    }

    private let context: ExperimentContext
    private var repository: Repository { context.repository }

    /// Takes the project; nothing happens yet.
    package init(_ context: ExperimentContext) { self.context = context }

    /// Freezes a run.
    ///
    /// - Parameter isTaken: Which names are given besides those of experiments.
    /// - Throws: ``ExperimentError``, ``PipelineError``, ``OverrideError`` for what a run refuses before it starts.
    package func freeze(
        _ request: RunRequest, from origin: Origin, isTaken: @escaping (String) -> Bool = { _ in false }
    ) throws -> FrozenRun {
        let head = try context.head()
        if let name = request.name { try context.checkName(name) }
        try FileIO.makeDirectories(context.scratch)
        switch origin {
        case .workspace: return try freezeWorkspace(request, head, isTaken, continues: true)
        case .workspaceAnew: return try freezeWorkspace(request, head, isTaken, continues: false)
        case .revision(let revision, let text): return try freeze(revision, text, request, head, isTaken)
        }
    }

    private func freezeWorkspace(
        _ request: RunRequest, _ head: CommitID, _ isTaken: @escaping (String) -> Bool, continues: Bool
    ) throws -> FrozenRun {
        let contents = try ParameterChanges.contents(for: request, in: context)
        let workspace = try context.workspace(replacing: contents)
        let stages = try workspace.graph.order(request.selection, files: workspace.files.map(\.path))
        func prepared(_ tree: TreeID) throws -> TreeID {
            try repository.tree(
                tree, changing: try ParameterChanges.treeChanges(contents, context) + dataChanges(workspace, stages))
        }
        let plan: RunPlan
        if continues {
            plan = try RunPlan.make(
                request, context: context, workspace: workspace, stages: stages, head: head, remains: nil,
                isHere: false, isTaken: isTaken, preparing: prepared)
        } else {
            plan = try RunPlan.fresh(request, context: context, head: head, isTaken: isTaken)
        }
        try plan.index.refresh()
        let paths = StageFiles(workspace).everything(of: stages) + [".dvc/config", ".dvc/.gitignore", ".dvcignore"]
        try plan.index.add(try existing(paths).map { context.inRepository($0) })
        let tree = try prepared(try plan.index.writeTree())
        // Only the releases of DVC that have checkpoints know the word.
        let isKnown = workspace.generation == .two && stages.contains(where: \.hasCheckpoints)
        var plain = request
        if request.selection.glob {
            // A queue of DVC knows no patterns.
            let chosen = try workspace.graph.targets(request.selection, files: workspace.files.map(\.path))
            plain.selection.targets = chosen.map { $0.address(relativeTo: context.folder) }
            plain.selection.glob = false
        }
        return try record(
            plan, tree, plain, startsOver: isKnown && (request.reset || !continues),
            hasPolicy: workspace.generation == .three)
    }

    private func existing(_ paths: [FilePath]) throws -> [FilePath] {
        try paths.filter { try FileStatus.of(context.project.root.pushing($0), followingLinks: false) != nil }
    }

    /// Data that `.dvc` files track and that changed since: it goes into the cache, and the files name it.
    private func dataChanges(_ workspace: ProjectWorkspace, _ stages: [Stage]) throws -> [TreeChange] {
        let needed = Set((stages + stages.flatMap { workspace.graph.ancestors(of: $0) }).map(\.file))
        return try workspace.trackedData.filter { needed.contains($0.path) }.compactMap { data in
            guard let entry = try workspace.presentEntry(of: data, console: context.console) else { return nil }
            let text = try data.text(replacing: try workspace.tree.contents(of: data.path), entry: entry)
            return .put(context.inRepository(data.path), try repository.writeBlob(text), isExecutable: false)
        }
    }

    /// A run of what a commit holds. What is in the workspace has no part in it.
    private func freeze(
        _ revision: ResolvedRevision, _ text: String, _ request: RunRequest, _ head: CommitID,
        _ isTaken: @escaping (String) -> Bool
    ) throws -> FrozenRun {
        let tree = try repository.commit(revision.commit).tree
        let files = CommitTree(repository, tree: tree, prefix: context.prefix)
        let contents = try ParameterChanges.contents(for: request, in: context, of: files)
        let changed = try repository.tree(tree, changing: try ParameterChanges.treeChanges(contents, context))
        let index = try repository.workspaceIndex(settings: context.settings, scratch: context.scratch)
        let plan: RunPlan
        if let experiment = revision.experiment {
            let state = ResumeState(commit: revision.commit, experiment: experiment)
            plan = try RunPlan.continuing(
                state, isChanged: changed != tree, request, context, head, try ExperimentCatalog(of: repository), index,
                isTaken: isTaken)
        } else {
            plan = try RunPlan.fresh(request, context: context, head: revision.commit, isTaken: isTaken)
        }
        return try record(plan, changed, request, startsOver: false, hasPolicy: false)
    }

    private func record(
        _ plan: RunPlan, _ tree: TreeID, _ request: RunRequest, startsOver: Bool, hasPolicy: Bool
    ) throws -> FrozenRun {
        let signature = try Identity(of: repository, settings: context.settings).signature()
        // Whoever takes it from the queue stands in the root.
        var rooted = request
        rooted.selection = request.selection.fromRoot
        let call = rooted.call(
            baseline: plan.reference.baseline, name: plan.reference.name, startsOver: startsOver,
            hasPolicy: hasPolicy)
        let note = Pickle.dump(
            .mapping(Mapping([("args", .list([])), ("kwargs", .mapping(call))])), tuples: ["args"])
        let stashed = try repository.tree(
            tree,
            changing: [
                .put(context.inRepository(FrozenRun.callFile), try repository.writeBlob(note), isExecutable: false)
            ])
        let index = try repository.writeCommit(
            tree: stashed, parents: [plan.start], author: signature, message: "Index stash")
        let extends = if case .commit = plan.expected { true } else { false }
        let stash = try repository.writeCommit(
            tree: stashed, parents: [plan.start, index], author: signature,
            message: FrozenRun.message(plan.reference, start: plan.start, extends: extends))
        return FrozenRun(
            stash: stash, tree: tree, reference: plan.reference, start: plan.start, extends: extends,
            isContinuing: plan.isContinuing)
    }
}
