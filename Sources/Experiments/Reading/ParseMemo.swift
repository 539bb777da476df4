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
    private var pipelines: [BlobID: PipelineFile?] = [:]
    private var locks: [BlobID: [LockFile.StageEntries]] = [:]
    private var values: [BlobID: Value?] = [:]
    private var folders: [TreeID: [String]] = [:]

    package init(_ context: ExperimentContext) {
        repository = context.repository
        prefix = context.prefix.isEmpty ? "" : context.prefix.string + "/"
        root = context.project.root
    }

    /// The blob at a path of the project; `nil` where there is no file.
    func blob(_ rooted: FilePath, in tree: TreeID) throws -> BlobID? {
        guard ProjectPath.isInside(rooted) else { return nil }
        guard let entry = try repository.entry(at: prefix + rooted.string, in: tree),
            entry.kind == .file || entry.kind == .executable
        else { return nil }
        return entry.blob
    }

    /// The pipeline files of a commit, and the blobs they are; a file that cannot be read is an error.
    func pipelineFiles(in tree: TreeID) throws -> (files: [PipelineFile], blobs: [BlobID]) {
        var top = tree
        if !prefix.isEmpty {
            guard let entry = try repository.entry(at: String(prefix.dropLast()), in: tree), entry.kind == .directory
            else { return ([], []) }
            top = entry.tree
        }
        var files: [PipelineFile] = []
        var blobs: [BlobID] = []
        for path in try paths(below: top, isTop: true) {
            guard let blob = try blob(FilePath(path), in: tree) else { continue }
            blobs.append(blob)
            if let known = pipelines[blob], known == nil || known?.path.string == path {
                if let known { files.append(known) }
            } else if let file = try parse(blob, path) {
                files.append(file)
            }
        }
        return (files, blobs)
    }

    private func parse(_ blob: BlobID, _ path: String) throws -> PipelineFile? {
        let file = try PipelineFile.parse(try repository.blob(blob), path: FilePath(path), root: root)
        pipelines[blob] = .some(file)
        return file
    }

    /// Where a tree has pipeline files. Folders that did not change between commits are read once.
    private func paths(below tree: TreeID, isTop: Bool) throws -> [String] {
        if let known = folders[tree] { return known }
        let entries = try repository.entries(of: tree)
        var result: [String] = []
        if isTop || !entries.contains(where: { $0.name == ".dvc" && $0.kind == .directory }) {
            for entry in entries {
                if entry.name == "dvc.yaml", entry.kind == .file { result.insert("dvc.yaml", at: 0) }
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

    /// The value of a parameter or metrics file; `nil` where it cannot be read.
    func value(_ blob: BlobID, name: String) throws -> Value? {
        if let known = values[blob] { return known }
        let value = try? ParameterFile.load(try repository.blob(blob), name: name)
        values[blob] = .some(value)
        return value
    }
}
