import Cache
import Files
import Formats
import Git
import Pipeline
import Reporting
import SystemPackage

/// The parameters, metrics, dependencies and outputs of one revision.
package struct RevisionData: Sendable {
    /// What a file holds, or why it cannot be read.
    package enum Contents: Sendable { case value(Value), failure(type: String, message: String) }

    /// A dependency or an output as the lock file or a `.dvc` file has it.
    package struct Datum: Sendable {
        /// Seen from the project root.
        package let path: String
        /// 32 hexadecimal digits, with `.dir` for a folder; `nil` where none is recorded.
        package let hash: String?
        /// In bytes; `nil` where none is recorded.
        package let size: Int?
        /// Only of a folder.
        package let fileCount: Int?
        /// Whether it is an output that goes to the cache; a dependency never is.
        package let isCached: Bool
        /// Whether a `.dvc` file tracks it, and no stage writes it.
        package var isTrackedData = false
    }

    /// In the order in which they are shown.
    package var parameters: [(file: String, contents: Contents)] = []
    /// In the order in which they are shown.
    package var metrics: [(file: String, contents: Contents)] = []
    /// Stage by stage, addresses left out; a path may come several times.
    package var dependencies: [Datum] = []
    /// Those of stages, without metrics and plots, then those of `.dvc` files.
    package var outputs: [Datum] = []
    /// Whether any stage takes part in checkpoints.
    package var hasCheckpoints = false
    /// How far the run is that made the commit.
    package var state = RunState.complete
    /// Whether nothing of it lies in the cache, which may lose it or get it back later.
    package var isComplete = true
}

/// Reads revisions: commits without a checkout, and the workspace.
package final class RevisionReader {
    private let context: ProjectContext
    /// `nil` without git, where there are no commits.
    private let memo: ParseMemo?
    private let store: ObjectStore
    /// What the pipeline of the commit before says; most commits have the same.
    private var last: (blobs: [BlobID?], paths: [FilePath], sources: DataSources, stale: StaleStages)?
    /// Whether only those parameters count that stages use.
    package var onlyUsedParameters = false
    /// Files that count as metrics whether or not a pipeline says so.
    package var furtherMetrics: [FilePath] = []
    /// Files of which all values count, whether or not anything names them; seen from the project root.
    package var wholeParameterFiles: [FilePath] = []

    /// Takes the project whose revisions are read; nothing is read yet.
    ///
    /// - Throws: ``PipelineError`` for settings of the cache that make no sense.
    package init(_ context: ProjectContext) throws {
        self.context = context
        memo = (context as? ExperimentContext).map { ParseMemo($0) }
        let settings = try context.project.config.cache(root: context.project.root)
        store = ObjectStore(directory: settings.directory, linkTypes: settings.linkTypes, isShared: settings.isShared)
    }

    /// What a commit holds, without the metrics that are of data which it no longer has.
    ///
    /// - Throws: ``FormatError`` where the pipeline of the commit cannot be read.
    package func data(of commit: Commit) throws -> RevisionData {
        guard let memo else { throw ExperimentError.withoutGit }
        let tree = commit.tree
        let (files, blobs) = try memo.pipelineFiles(in: tree)
        let paths = files.map(\.path)
        if last?.blobs != blobs || last?.paths != paths {
            last = (blobs, paths, DataSources(of: files), StaleStages(of: files))
        }
        var data = try data(
            files, last?.sources ?? DataSources(of: files), tracked: memo.trackedData(in: tree), stale: last?.stale,
            lock: { try memo.lock($0, in: tree) },
            contents: { path in
                guard let blob = try memo.blob(path, in: tree) else { return nil }
                return try memo.contents(blob, at: path)
            })
        data.state = RunState(of: commit.message)
        return data
    }

    /// The workspace as it is now.
    ///
    /// - Parameter isRunning: Whether metrics of data that was replaced are left out: a run will make them anew.
    package func workspaceData(isRunning: Bool = false) throws -> RevisionData {
        let workspace = try context.workspace(checking: false)
        return try data(
            workspace.files, DataSources(of: workspace.files), tracked: workspace.trackedData,
            stale: isRunning ? StaleStages(of: workspace.files) : nil,
            lock: { path in
                try workspace.tree.contents(of: path).map {
                    try LockFile.entries(of: $0, file: path.string, acceptingConflicts: true)
                } ?? []
            },
            contents: { path in
                guard ProjectPath.isInside(path), let bytes = try workspace.tree.contents(of: path) else { return nil }
                return .init(RevisionData.Contents.load(bytes, path), of: path)
            })
    }

    private func data(
        _ files: [PipelineFile], _ sources: DataSources, tracked: [TrackedData], stale: StaleStages?,
        lock: (FilePath) throws -> [LockFile.StageEntries],
        contents read: (FilePath) throws -> RevisionData.Contents?
    ) throws -> RevisionData {
        var data = RevisionData()
        var isComplete = true
        func contents(_ path: FilePath) throws -> RevisionData.Contents? {
            if let found = try read(path) { return found }
            for (output, hash) in tracked.flatMap(Self.hashes) where path.starts(with: output.rooted) {
                // The cache may lose it, or get it back later.
                isComplete = false
                return try cached(hash, path, in: output)
            }
            return nil
        }
        var locks: [FilePath: [LockFile.StageEntries]] = [:]
        func entry(_ stage: Stage) throws -> LockFile.StageEntries? {
            if locks[stage.lockFile] == nil { locks[stage.lockFile] = try lock(stage.lockFile) }
            return locks[stage.lockFile]?.first { $0.name.isIdentical(to: stage.name) }
        }
        var outdated: [FilePath] = []
        for source in sources.metrics {
            if let stale, let origin = source.origin, try stale.contains(origin.stage, entry: entry) {
                outdated.append(source.path)
                continue
            }
            if let found = try contents(source.path) {
                data.metrics.append((source.path.string, found.metricsOnly))
            } else if source.isCached, let origin = source.origin {
                data.isComplete = false
                let hash = try entry(origin.stage)?.outputs.first { $0.path.isIdentical(to: origin.output.path) }?.hash
                if let value = try hash.flatMap({ try cached($0, source.path, in: origin.output) }) {
                    data.metrics.append((source.path.string, value.metricsOnly))
                }
            }
        }
        let known = outdated + data.metrics.map { FilePath($0.file) }
        for path in furtherMetrics where !known.contains(path) {
            if let found = try contents(path) { data.metrics.append((path.string, found)) }
        }
        try addParameters(files, sources, contents, to: &data)
        for stage in files.flatMap(\.stages) {
            let entry = try entry(stage)
            data.hasCheckpoints = data.hasCheckpoints || stage.hasCheckpoints
            for dependency in stage.dependencies {
                let recorded = entry?.dependencies.first { $0.path.isIdentical(to: dependency.path) }
                if dependency.isAddress { continue }
                data.dependencies.append(Self.datum(dependency.rooted, recorded, isCached: false))
            }
            for output in stage.outputs where output.kind == .plain || output.kind == .live {
                let recorded = entry?.outputs.first { $0.path.isIdentical(to: output.path) }
                data.outputs.append(Self.datum(output.rooted, recorded, isCached: output.isCached))
            }
        }
        for (output, hash) in tracked.flatMap(Self.hashes) {
            data.outputs.append(
                .init(
                    path: output.rooted.string, hash: hash.md5, size: hash.size, fileCount: hash.nfiles,
                    isCached: output.isCached, isTrackedData: true))
        }
        data.isComplete = data.isComplete && isComplete
        return data
    }

    /// The outputs of a `.dvc` file whose data is known.
    private static func hashes(_ data: TrackedData) -> [(output: Output, hash: OutputHash)] {
        data.stage.outputs.compactMap { output in data.entry.output(output.path)?.hash.map { (output, $0) } }
    }

    private static func datum(_ path: FilePath, _ entry: LockEntry?, isCached: Bool) -> RevisionData.Datum {
        .init(path: path.string, hash: entry?.md5, size: entry?.size, fileCount: entry?.fileCount, isCached: isCached)
    }

    /// A file out of the cache: an output, or a file of one.
    private func cached(_ hash: OutputHash, _ path: FilePath, in output: Output) throws -> RevisionData.Contents? {
        guard ObjectStore.isObjectName(hash.md5) else { return nil }
        var md5 = hash.md5
        if hash.isDirectory {
            guard let below = path.relative(to: output.rooted)?.string, try store.contains(hash),
                let entry = try store.manifest(of: hash).first(where: { $0.path.isIdentical(to: below) })
            else { return nil }
            md5 = entry.md5
        } else if path != output.rooted {
            return nil
        }
        guard let bytes = try FileIO.read(store.path(of: md5, hash.generation)) else { return nil }
        return .init(RevisionData.Contents.load(bytes, path), of: path)
    }

    /// The default file counts as a whole, others by the keys that stages name.
    private func addParameters(
        _ files: [PipelineFile], _ sources: DataSources, _ contents: (FilePath) throws -> RevisionData.Contents?,
        to data: inout RevisionData
    ) throws {
        var keys: [FilePath: [String]?] = [:]
        for stage in files.flatMap(\.stages) {
            for parameter in stage.parameters {
                if parameter.isWhole {
                    keys[parameter.rooted] = .some(nil)
                } else if case .some(.some(let known)) = keys[parameter.rooted] {
                    keys[parameter.rooted] = known + parameter.keys.filter { !known.contains($0) }
                } else if keys[parameter.rooted] == nil {
                    keys[parameter.rooted] = parameter.keys
                }
            }
        }
        var paths = sources.parameters.map(\.path)
        let defaultFile = FilePath(ParameterDependency.defaultFile)
        if !onlyUsedParameters, !paths.contains(defaultFile) { paths.append(defaultFile) }
        for path in wholeParameterFiles {
            keys[path] = .some(nil)
            if !paths.contains(path) { paths.append(path) }
        }
        paths.sort { left, right in left == defaultFile && right != defaultFile }
        for path in paths {
            guard let found = try contents(path) else { continue }
            let isWhole = path.lastComponent?.string == ParameterDependency.defaultFile && !onlyUsedParameters
            guard !isWhole, case .value(let value) = found, case .some(.some(let wanted)) = keys[path] else {
                data.parameters.append((path.string, found))
                continue
            }
            let picked = wanted.compactMap { key in ParameterFile.value(at: key, in: value).map { (key, $0) } }
            data.parameters.append((path.string, .value(.mapping(Mapping(picked)))))
        }
        if !onlyUsedParameters { try addVariables(files.flatMap(\.stages), besides: paths, contents, to: &data) }
    }

    /// What the `${…}` of stages take from files that are not among the parameter files.
    private func addVariables(
        _ stages: [Stage], besides known: [FilePath], _ contents: (FilePath) throws -> RevisionData.Contents?,
        to data: inout RevisionData
    ) throws {
        var files: [(path: FilePath, keys: [String])] = []
        var seen: Set<UsedVariable> = []
        for variable in stages.flatMap(\.variables) where seen.insert(variable).inserted {
            if known.contains(variable.file) { continue }
            if let number = files.firstIndex(where: { $0.path == variable.file }) {
                files[number].keys.append(variable.key)
            } else {
                files.append((variable.file, [variable.key]))
            }
        }
        for (path, keys) in files {
            guard case .value(let value)? = try contents(path) else { continue }
            let picked = keys.compactMap { key in ParameterFile.value(at: key, in: value).map { (key, $0) } }
            data.parameters.append((path.string, .value(.mapping(Mapping(picked)))))
        }
    }
}
