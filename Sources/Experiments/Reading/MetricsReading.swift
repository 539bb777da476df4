import Diagnostics
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

    /// Takes paths as they were typed, seen from the folder of the call.
    package init(_ paths: [String] = [], areFolders: Bool = false) {
        self.paths = paths
        self.areFolders = areFolders
    }
}

/// Reads the metrics of revisions; files are named as seen from the folder of the call.
package struct MetricsReading {
    private let context: ProjectContext
    private let reader: RevisionReader
    private let targets: MetricsTargets
    /// The targets seen from the project root.
    private let wanted: [FilePath]

    /// Takes the project and what is asked for; nothing is read yet.
    ///
    /// - Throws: ``PipelineError`` for settings of the cache that make no sense.
    package init(_ context: ProjectContext, targets: MetricsTargets = MetricsTargets()) throws {
        self.context = context
        self.targets = targets
        wanted = targets.paths.map { ProjectPath.rooted($0, in: context.folder, root: context.project.root) }
        reader = try RevisionReader(context)
        if !targets.areFolders { reader.furtherMetrics = wanted }
    }

    /// The metrics of the workspace, and those of a selection of commits.
    ///
    /// The workspace is left out where it has the metrics of the branch that is checked out.
    /// - Throws: ``ExperimentError/noMetrics(_:available:)`` for a target that none of them has.
    package func revisions(_ selection: BaselineSelection?) throws -> [(revision: String, files: [MetricsFile])] {
        let workspace = try files(reader.workspaceData())
        guard let selection else {
            try requireTargets(in: [workspace])
            return [("", workspace)]
        }
        let repository = try context.withGit().repository
        let chains = ChainReader(repository)
        let commits = try selection.commits(in: repository, chains: chains)
        let labels = try labels(of: commits, selection, in: repository)
        var result = try commits.map { id in
            let name = labels[id] ?? id.hex
            return (revision: name, files: try files(reader.data(of: chains.commit(id)), of: name))
        }
        try requireTargets(in: [workspace] + result.map(\.files))
        let branch = try repository.headBranch().map { String($0.dropFirst("refs/heads/".count)) }
        let own = result.first { revision, _ in branch.map { revision.isIdentical(to: $0) } ?? false }
        if own.map({ $0.files == workspace }) ?? false { return result }
        result.insert(("workspace", workspace), at: 0)
        return result
    }

    /// Commits that were chosen as branches or tags are called by all of these names; others have none.
    private func labels(of commits: [CommitID], _ selection: BaselineSelection, in repository: Repository) throws
        -> [CommitID: String]
    {
        if selection.allCommits { return [:] }
        var names: [CommitID: [String]] = [:]
        for (isWanted, folder) in [(selection.allBranches, "refs/heads/"), (selection.allTags, "refs/tags/")]
        where isWanted {
            for reference in try repository.references(below: folder) {
                guard let commit = try repository.commit(named: reference.name) else { continue }
                names[commit, default: []].append(String(reference.name.dropFirst(folder.count)))
            }
        }
        return names.mapValues { $0.joined(separator: ",") }
    }

    /// The metrics of what a user names, `workspace` included.
    package func files(of text: String, _ resolver: RevisionResolver) throws -> [MetricsFile] {
        if text == "workspace" { return try files(reader.workspaceData()) }
        let commit = try resolver.repository.commit(resolver.resolve(text).commit)
        return try files(reader.data(of: commit), of: text)
    }

    private func files(_ data: RevisionData, of revision: String? = nil) -> [MetricsFile] {
        data.metrics.compactMap { file, contents -> MetricsFile? in
            if !wanted.isEmpty, !wanted.contains(where: { targets.take(FilePath(file), $0) }) { return nil }
            let shown = shown(file)
            guard case .value(let value) = contents else {
                let place = revision.map { Console.sanitized($0) + ": " } ?? ""
                context.console.warn(place + Console.sanitized(contents.problem ?? ""))
                return MetricsFile(path: shown, value: nil, leaves: [])
            }
            return MetricsFile(path: shown, value: value, leaves: value.metricLeaves)
        }
    }

    /// A path of the project, seen from the folder of the call.
    private func shown(_ file: String) -> String { ProjectPath.relative(FilePath(file), from: context.folder).string }

    /// - Throws: ``ExperimentError/noMetrics(_:available:)`` for a target that none of the revisions has.
    package func requireTargets(in revisions: [[MetricsFile]]) throws {
        for (text, target) in zip(targets.paths, wanted) {
            let isThere = revisions.contains { files in
                files.contains { targets.take(ProjectPath.rooted($0.path, in: context.folder), target) }
            }
            if isThere { continue }
            let known = try reader.workspaceData().metrics.map { shown($0.file) }
            throw ExperimentError.noMetrics(text, available: known)
        }
    }
}

extension MetricsTargets {
    fileprivate func take(_ file: FilePath, _ target: FilePath) -> Bool {
        file == target || areFolders && file.starts(with: target)
    }
}

private func == (left: [MetricsFile], right: [MetricsFile]) -> Bool {
    left.elementsEqual(right) { $0.path.isIdentical(to: $1.path) && $0.value == $1.value }
}
