import Files
import Git
import Pipeline
import SystemPackage

/// Tells whether a call would begin an experiment as it was begun.
package struct SameInputs {
    private let experiment: Experiment
    private let context: ExperimentContext
    private var repository: Repository { context.repository }

    /// Takes the experiment; nothing is read yet.
    package init(_ experiment: Experiment, _ context: ExperimentContext) {
        self.experiment = experiment
        self.context = context
    }

    /// - Parameter isApart: Whether the workspace has no part in the run, and only the parameters of the call count.
    /// - Throws: ``ExperimentError/begunDifferently(_:paths:)`` where code or parameters are others.
    package func require(for request: RunRequest, isApart: Bool) throws {
        let tree = try repository.commit(experiment.tip).tree
        let different = isApart ? try differing(tree, by: request) : try differing(tree, fromWorkspaceWith: request)
        if !different.isEmpty { throw ExperimentError.begunDifferently(experiment.name, paths: different) }
    }

    private func differing(_ tree: TreeID, by request: RunRequest) throws -> [String] {
        let files = CommitTree(repository, tree: tree, prefix: context.prefix)
        let contents = try ParameterChanges.contents(for: request, in: context, of: files)
        return try contents.filter { try files.contents(of: $0.key) != $0.value }.map(\.key.string).sorted()
    }

    private func differing(_ tree: TreeID, fromWorkspaceWith request: RunRequest) throws -> [String] {
        let contents = try ParameterChanges.contents(for: request, in: context)
        let workspace = try context.workspace(replacing: contents)
        let index = try repository.workspaceIndex(settings: context.settings, scratch: context.scratch)
        try index.track(filesOf: tree)
        try index.refresh()
        let present = try repository.tree(
            try index.writeTree(), changing: try ParameterChanges.treeChanges(contents, context))
        return try Self.differing(
            tree, from: present, begunOn: try repository.commit(experiment.baseline).tree, workspace, context)
    }

    /// The inputs that are others in the tree of an experiment than in that of the workspace.
    ///
    /// - Parameter committed: The tree of the commit that the run stands on. What only the experiment has is no change of
    ///   what it was begun with.
    static func differing(
        _ tree: TreeID, from present: TreeID, begunOn committed: TreeID, _ workspace: ProjectWorkspace,
        _ context: ExperimentContext
    ) throws -> [String] {
        let repository = context.repository
        return try RunPlan.inputs(among: try repository.differingPaths(tree, present), workspace, context).filter {
            try repository.entry(at: $0, in: present) != nil || repository.entry(at: $0, in: committed) != nil
        }
    }
}
