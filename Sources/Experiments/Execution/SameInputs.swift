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
        let changes = try contents.map { path, bytes in
            let status = try FileStatus.of(context.project.root.pushing(path), followingLinks: true)
            return TreeChange.put(
                context.inRepository(path), try repository.writeBlob(bytes),
                isExecutable: (status?.mode ?? 0) & 0o100 != 0)
        }
        let present = try repository.tree(try index.writeTree(), changing: changes)
        let committed = try repository.commit(experiment.baseline).tree
        // What only the experiment has is no change of what it was begun with.
        return try RunPlan.inputs(among: try repository.differingPaths(tree, present), workspace, context).filter {
            try repository.entry(at: $0, in: present) != nil || repository.entry(at: $0, in: committed) != nil
        }
    }
}
