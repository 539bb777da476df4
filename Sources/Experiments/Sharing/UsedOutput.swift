import Cache
import Files
import Git
import Pipeline
import SystemPackage

/// An output whose data some revision uses.
package struct UsedOutput: Hashable, Sendable {
    /// Seen from the project root.
    package let path: FilePath
    /// Its hash, and which part of it is meant.
    package let wanted: Wanted
    /// The remote that the output is bound to; `nil` for the default one.
    package let remote: String?
    /// Whether it may go to a remote.
    package let isPushed: Bool
    /// An ordinary output, a metrics file or a plot.
    package let kind: Output.Kind

    /// - Returns: `nil` for an output that is not cached, or whose data is not known.
    init?(_ output: Output, _ hash: OutputHash?, below: String? = nil, uncached: Bool = false) {
        guard output.isCached || uncached, let hash, ObjectStore.isObjectName(hash.md5) else { return nil }
        path = output.rooted
        wanted = Wanted(hash, below: hash.isDirectory ? below : nil)
        remote = output.remote?.lowercased()
        isPushed = output.isPushed
        kind = output.kind
    }
}

/// Which data is meant.
package struct DataSelection: Sendable {
    /// Stages, `.dvc` files, outputs, and paths inside of outputs; empty means all of the project.
    package var targets: [String] = []
    /// Take targets as patterns.
    package var glob = false
    /// Take targets as folders: everything in and below them.
    package var recursive = false
    /// Also everything that the targets need.
    package var withDependencies = false
    /// Also the data of all branches.
    package var allBranches = false
    /// Also the data of all tags.
    package var allTags = false
    /// Also the data of every commit that `HEAD`, a branch or a tag reaches.
    package var allCommits = false

    /// The data of the workspace alone.
    package init() {}

    var hasRevisions: Bool { allBranches || allTags || allCommits }
}

/// Finds out which data the workspace and other revisions use.
package struct UsedDataReader {
    private let context: ProjectContext
    private let workspace: ProjectWorkspace

    /// Takes the project and its pipelines as they are in the workspace.
    package init(_ context: ProjectContext, _ workspace: ProjectWorkspace) {
        self.context = context
        self.workspace = workspace
    }

    /// The outputs that a selection means; those of the workspace first.
    ///
    /// - Throws: ``DataError/unknownTarget(_:similar:)`` for a target that the workspace does not know and no revision
    ///   either, and what reading throws.
    package func outputs(of selection: DataSelection) throws -> [UsedOutput] {
        var result: [UsedOutput] = []
        var seen: Set<UsedOutput> = []
        func add(_ outputs: [UsedOutput]) { result += outputs.filter { seen.insert($0).inserted } }
        var unknown: (any Error)?
        do {
            for target in try targets(of: selection) {
                let entry = workspace.lock(of: target.stage)
                add(target.outputs.compactMap { UsedOutput($0, entry?.output($0.path)?.hash, below: target.below) })
            }
        } catch let error as DataError where selection.hasRevisions {
            unknown = error
        }
        if selection.hasRevisions {
            let context = try context.withGit()
            var baselines = BaselineSelection()
            baselines.allBranches = selection.allBranches
            baselines.allTags = selection.allTags
            baselines.allCommits = selection.allCommits
            let chains = ChainReader(context.repository)
            let reader = RevisionOutputs(context)
            let commits = try baselines.commits(in: context.repository, chains: chains)
            add(try commits.flatMap { try reader.outputs(of: chains.commit($0).tree, selection) })
        }
        if result.isEmpty, let unknown { throw unknown }
        return result
    }

    /// What a selection means in the workspace.
    ///
    /// - Throws: ``DataError/unknownTarget(_:similar:)``, ``DataError/noMatch(_:)``.
    package func targets(of selection: DataSelection) throws -> [DataTarget] {
        var texts = selection.targets
        if selection.glob {
            texts = try texts.flatMap { pattern in
                let found = matches(pattern)
                if found.isEmpty { throw DataError.noMatch(pattern) }
                return found
            }
        }
        return try workspace.targets(
            texts, in: context.folder, recursive: selection.recursive,
            withDependencies: selection.withDependencies)
    }

    /// Outputs, stages and `.dvc` files that a pattern means, as the folder of the call sees them.
    private func matches(_ pattern: String) -> [String] {
        var names: [String] = []
        for stage in workspace.graph.stages {
            names.append(stage.address(relativeTo: context.folder))
            names += stage.outputs.map { ProjectPath.relative($0.rooted, from: context.folder).string }
        }
        var seen: Set<ExactString> = []
        return names.filter { Glob.matches(pattern, $0) && seen.insert(ExactString($0)).inserted }
    }
}

/// Reads which data commits use; what many commits share is read once.
final class RevisionOutputs {
    private let context: ExperimentContext
    private let memo: ParseMemo
    private let files: RevisionFiles

    init(_ context: ExperimentContext) {
        self.context = context
        memo = ParseMemo(context)
        files = RevisionFiles(context)
    }

    /// The outputs of a commit that a selection means.
    func outputs(of tree: TreeID, _ selection: DataSelection) throws -> [UsedOutput] {
        var result: [UsedOutput] = []
        for stage in try memo.pipelineFiles(in: tree).files.flatMap(\.stages) {
            let entry = try memo.lock(stage.lockFile, in: tree).first { $0.name.isIdentical(to: stage.name) }
            result += used(stage, selection) { output in
                entry?.outputs.first { $0.path.isIdentical(to: output.path) }?.hash
            }
        }
        for data in try files.trackedData(in: tree) {
            result += used(data.stage, selection) { data.entry.output($0.path)?.hash }
        }
        return result
    }

    private func used(
        _ stage: Stage, _ selection: DataSelection, _ hash: (Output) -> OutputHash?
    ) -> [UsedOutput] {
        if selection.targets.isEmpty { return stage.outputs.compactMap { UsedOutput($0, hash($0)) } }
        let address = stage.address(relativeTo: context.folder)
        return stage.outputs.flatMap { output in
            selection.targets.compactMap { target -> UsedOutput? in
                let path = ProjectPath.rooted(target, in: context.folder, root: context.project.root)
                let shown = ProjectPath.relative(output.rooted, from: context.folder).string
                if selection.glob {
                    let isMeant = Glob.matches(target, shown) || Glob.matches(target, address)
                    return isMeant ? UsedOutput(output, hash(output)) : nil
                }
                let isWhole = path == output.rooted || path == stage.file || address.isIdentical(to: target)
                if isWhole || (selection.recursive && output.rooted.starts(with: path)) {
                    return UsedOutput(output, hash(output))
                }
                return path.relative(to: output.rooted).flatMap { UsedOutput(output, hash(output), below: $0.string) }
            }
        }
    }
}
