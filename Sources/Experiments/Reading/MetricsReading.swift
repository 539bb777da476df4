import Formats
import Git
import Pipeline
import Reporting
import SystemPackage

/// Reads the metrics of revisions.
package struct MetricsReading {
    private let context: ProjectContext
    private let reader: RevisionReader

    package init(_ context: ProjectContext) throws {
        self.context = context
        reader = try RevisionReader(context)
    }

    /// The metrics of the workspace, and those of a selection of commits.
    ///
    /// - Parameter targets: Files as the user names them; empty means all.
    package func revisions(
        _ selection: BaselineSelection?, targets: [String]
    ) throws -> [(revision: String, files: [MetricsFile])] {
        let workspace = try files(reader.workspaceData(), targets)
        guard let selection else { return [("", workspace)] }
        let repository = try context.withGit().repository
        let chains = ChainReader(repository)
        let commits = try selection.commits(in: repository, chains: chains)
        let others = try commits.map { id in
            (revision: id.hex, files: try files(reader.data(of: chains.commit(id)), targets))
        }
        return [("workspace", workspace)] + others
    }

    /// The metrics of what a user names, `workspace` included.
    package func files(of text: String, _ resolver: RevisionResolver, targets: [String]) throws -> [MetricsFile] {
        if text == "workspace" { return try files(reader.workspaceData(), targets) }
        let commit = try resolver.repository.commit(resolver.resolve(text).commit)
        return try files(reader.data(of: commit), targets)
    }

    private func files(_ data: RevisionData, _ targets: [String]) -> [MetricsFile] {
        let wanted = targets.map { ProjectPath.rooted($0, in: context.folder, root: context.project.root).string }
        return data.metrics.compactMap { file, contents in
            if !wanted.isEmpty, !wanted.contains(file) { return nil }
            guard case .value(let value) = contents else { return MetricsFile(path: file, value: nil, leaves: []) }
            return MetricsFile(path: file, value: value, leaves: value.metricLeaves)
        }
    }
}
