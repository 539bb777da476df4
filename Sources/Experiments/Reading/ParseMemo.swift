import Files
import Formats
import Git
import Pipeline
import SystemPackage

/// Reads files of many commits, each distinct content once.
package final class ParseMemo {
    private let repository: Repository
    /// The project's folder inside the repository, with `/` at its end unless it is empty.
    private let prefix: String
    private let root: FilePath
    private let config: ProjectConfig
    private var pipelines: [BlobID: [ParsedPipeline]] = [:]
    private var tracked: [ExactString: TrackedData] = [:]
    private var locks: [BlobID: [LockFile.StageEntries]] = [:]
    private var values: [BlobID: Result<Value, FormatError>] = [:]
    private var folders: [TreeID: [String]] = [:]

    /// Takes the project whose files are read; nothing is remembered yet.
    package init(_ context: ExperimentContext) {
        repository = context.repository
        prefix = context.prefix.isEmpty ? "" : context.prefix.string + "/"
        root = context.project.root
        config = context.project.config
    }

    /// A pipeline file with the contents of the files that its `${…}` take values from.
    private struct ParsedPipeline {
        let path: String
        let file: PipelineFile?
        let templates: [BlobID?]
    }

    /// The blob at a path of the project; `nil` where there is no file.
    func blob(_ rooted: FilePath, in tree: TreeID) throws -> BlobID? {
        guard ProjectPath.isInside(rooted) else { return nil }
        guard let entry = try repository.entry(at: prefix + rooted.string, in: tree),
            entry.kind == .file || entry.kind == .executable
        else { return nil }
        return entry.blob
    }

    /// The pipeline files of a commit, and the blobs that they were made from; a file that cannot be read is an error.
    func pipelineFiles(in tree: TreeID) throws -> (files: [PipelineFile], blobs: [BlobID?]) {
        var files: [PipelineFile] = []
        var blobs: [BlobID?] = []
        for path in try paths(in: tree) where path.hasSuffix("dvc.yaml") {
            guard let blob = try blob(FilePath(path), in: tree) else { continue }
            let parsed = try pipeline(blob, path, in: tree)
            blobs += [blob] + parsed.templates
            if let file = parsed.file { files.append(file) }
        }
        return (files, blobs)
    }

    /// The `.dvc` files of a commit; one that cannot be read is an error.
    func trackedData(in tree: TreeID) throws -> [TrackedData] {
        var result: [TrackedData] = []
        for path in try paths(in: tree) where path.hasSuffix(".dvc") {
            guard let blob = try blob(FilePath(path), in: tree) else { continue }
            let key = ExactString(blob.hex + path)
            if tracked[key] == nil {
                tracked[key] = try TrackedData.parse(try repository.blob(blob), path: FilePath(path), root: root)
            }
            if let data = tracked[key] { result.append(data) }
        }
        return result
    }

    /// The pipeline files and `.dvc` files of a commit, seen from the project.
    private func paths(in tree: TreeID) throws -> [String] {
        if prefix.isEmpty { return try paths(below: tree, isTop: true) }
        guard let entry = try repository.entry(at: String(prefix.dropLast()), in: tree), entry.kind == .directory
        else { return [] }
        return try paths(below: entry.tree, isTop: true)
    }

    private func pipeline(_ blob: BlobID, _ path: String, in tree: TreeID) throws -> ParsedPipeline {
        for known in pipelines[blob] ?? [] where known.path == path {
            let paths = known.file?.templateFiles ?? []
            if paths.isEmpty { return known }
            if try zip(paths, known.templates).allSatisfy({ try self.blob($0, in: tree) == $1 }) { return known }
        }
        let templates = TemplateSource(
            style: try config.argumentStyle(),
            document: { path in try self.blob(path, in: tree).map { try self.document($0, name: path.string) } })
        let file = try PipelineFile.parse(
            try repository.blob(blob), path: FilePath(path), root: root, templates: templates)
        let sources = try (file?.templateFiles ?? []).map { try self.blob($0, in: tree) }
        let parsed = ParsedPipeline(path: path, file: file, templates: sources)
        pipelines[blob, default: []].append(parsed)
        return parsed
    }

    /// The contents of a parameter file that must be readable.
    private func document(_ blob: BlobID, name: String) throws -> Value {
        if case .success(let known) = values[blob] { return known }
        let value = try ParameterFile.load(try repository.blob(blob), name: name)
        values[blob] = .success(value)
        return value
    }

    /// Where a tree has pipeline files and `.dvc` files. Folders that did not change between commits are read once.
    private func paths(below tree: TreeID, isTop: Bool) throws -> [String] {
        if let known = folders[tree] { return known }
        let entries = try repository.entries(of: tree)
        var result: [String] = []
        if isTop || !entries.contains(where: { $0.name == ".dvc" && $0.kind == .directory }) {
            for entry in entries {
                if entry.kind == .file, entry.name == "dvc.yaml" { result.insert("dvc.yaml", at: 0) }
                if entry.kind == .file, TrackedDataCollection.isName(entry.name) { result.append(entry.name) }
                if entry.kind == .directory, entry.name != ".dvc" {
                    result += try paths(below: entry.tree, isTop: false).map { entry.name + "/" + $0 }
                }
            }
        }
        folders[tree] = result
        return result
    }

    /// What a lock file says of dependencies and outputs.
    func lock(_ rooted: FilePath, in tree: TreeID) throws -> [LockFile.StageEntries] {
        guard let blob = try blob(rooted, in: tree) else { return [] }
        if let known = locks[blob] { return known }
        let lock = try LockFile.entries(of: try repository.blob(blob), file: rooted.string)
        locks[blob] = lock
        return lock
    }

    /// The value of a parameter or metrics file, or why it cannot be read.
    func contents(_ blob: BlobID, at path: FilePath) throws -> RevisionData.Contents {
        if let known = values[blob] { return RevisionData.Contents(known, of: path) }
        let bytes = try repository.blob(blob)
        let value = RevisionData.Contents.load(bytes, path)
        values[blob] = value
        return RevisionData.Contents(value, of: path)
    }
}
