import Formats
import Git
import Pipeline
import Reporting
import SystemPackage

/// Which metrics files a user asks for.
package struct MetricsTargets: Sendable {
    /// As the user names them; empty means all.
    package let paths: [String]
    /// Whether they may be folders, for the files in and below them.
    package let areFolders: Bool

    package init(_ paths: [String] = [], areFolders: Bool = false) {
        self.paths = paths
        self.areFolders = areFolders
    }
}

/// Reads the metrics of revisions; files are named as seen from the folder of the call.
package struct MetricsReading {
    private let context: ExperimentContext
    private let reader: RevisionReader

    package init(_ context: ExperimentContext) throws {
        self.context = context
        reader = try RevisionReader(context)
    }

    /// The metrics of the workspace, and those of a selection of commits.
    ///
    /// The workspace is left out where it has the metrics of the branch that is checked out.
    /// - Parameter targets: The files that count.
    package func revisions(
        _ selection: BaselineSelection?, targets: MetricsTargets
    ) throws -> [(revision: String, files: [MetricsFile])] {
        let workspace = try files(reader.workspaceData(), targets)
        guard let selection else { return [("", workspace)] }
        let chains = ChainReader(context.repository)
        let commits = try selection.commits(in: context.repository, chains: chains)
        let labels = try labels(of: commits, selection)
        var result = try commits.map { id in
            (revision: labels[id] ?? id.hex, files: try files(reader.data(of: chains.commit(id)), targets))
        }
        let branch = try context.repository.headBranch().map { String($0.dropFirst("refs/heads/".count)) }
        let own = result.first { revision, _ in branch.map { revision.isIdentical(to: $0) } ?? false }
        if own.map({ $0.files == workspace }) ?? false { return result }
        result.insert(("workspace", workspace), at: 0)
        return result
    }

    /// Commits that were chosen as branches or tags are called by all of these names; others have none.
    private func labels(of commits: [CommitID], _ selection: BaselineSelection) throws -> [CommitID: String] {
        if selection.allCommits { return [:] }
        var names: [CommitID: [String]] = [:]
        for (isWanted, folder) in [(selection.allBranches, "refs/heads/"), (selection.allTags, "refs/tags/")]
        where isWanted {
            for reference in try context.repository.references(below: folder) {
                guard let commit = try context.repository.commit(named: reference.name) else { continue }
                names[commit, default: []].append(String(reference.name.dropFirst(folder.count)))
            }
        }
        return names.mapValues { $0.joined(separator: ",") }
    }

    /// The metrics of what a user names, `workspace` included.
    package func files(of text: String, _ resolver: RevisionResolver, targets: MetricsTargets) throws -> [MetricsFile] {
        if text == "workspace" { return try files(reader.workspaceData(), targets) }
        let commit = try context.repository.commit(resolver.resolve(text).commit)
        return try files(reader.data(of: commit), targets)
    }

    private func files(_ data: RevisionData, _ targets: MetricsTargets) -> [MetricsFile] {
        let wanted = targets.paths.map { ProjectPath.rooted($0, in: context.folder, root: context.project.root) }
        return data.metrics.compactMap { file, contents in
            let path = FilePath(file)
            let isWanted = wanted.contains { $0 == path || targets.areFolders && path.starts(with: $0) }
            if !wanted.isEmpty, !isWanted { return nil }
            let shown = ProjectPath.relative(path, from: context.folder).string
            guard case .value(let value) = contents else {
                return MetricsFile(path: shown, value: nil, leaves: [])
            }
            return MetricsFile(path: shown, value: value, leaves: value.metricLeaves)
        }
    }
}

private func == (left: [MetricsFile], right: [MetricsFile]) -> Bool {
    left.elementsEqual(right) { $0.path.isIdentical(to: $1.path) && $0.value == $1.value }
}
