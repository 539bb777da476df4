import Files
import Formats
import Git
import Pipeline
import SystemPackage

/// The lock files and `.dvc` files in which two states of a repository differ, and the outputs that differ with them.
package struct RecordChanges {
    private let repository: Repository
    private let old: TreeID?
    /// From the top of the repository.
    private let paths: [String]

    /// - Parameter old: `nil` where nothing was there before.
    package init(_ repository: Repository, from old: TreeID?, to new: TreeID) throws {
        self.repository = repository
        self.old = old
        let all: [String]
        if let old {
            all = try repository.differingPaths(old, new)
        } else {
            all = try repository.files(of: new).entries.map(\.path)
        }
        paths = all.filter(Self.isRecord)
    }

    /// The differences between a commit and the index.
    package init(inIndexOf repository: Repository, since old: TreeID?) throws {
        self.repository = repository
        self.old = old
        paths = try repository.paths(differingFrom: old, in: repository.stagedFiles()).filter(Self.isRecord)
    }

    /// Whether no such file differs.
    package var isEmpty: Bool { paths.isEmpty }

    private static func isRecord(_ path: String) -> Bool {
        switch path.utf8.last {
        case UInt8(ascii: "k"): path == "dvc.lock" || path.hasSuffix("/dvc.lock")
        case UInt8(ascii: "c"): TrackedDataCollection.isName(path) && !path.hasSuffix("/.dvc")
        default: false
        }
    }

    /// The folders of the projects that the differences are in, those further up first.
    package func projects(below workTree: FilePath) throws -> [FilePath] {
        var result: [FilePath] = []
        for path in paths {
            var folder = FilePath(path).parent
            while true {
                let marker = workTree.pushing(folder).appending(".dvc")
                if try FileStatus.of(marker, followingLinks: true)?.kind == .directory {
                    if !result.contains(folder) { result.append(folder) }
                    break
                }
                if folder.isEmpty { break }
                folder = folder.parent
            }
        }
        return result
    }

    /// The outputs of a project whose data is another one than it was.
    ///
    /// - Parameters:
    ///   - workspace: The project as the workspace has it.
    ///   - prefix: The project's folder inside the repository.
    package func targets(in workspace: ProjectWorkspace, prefix: FilePath) throws -> [DataTarget] {
        let changed = Set(paths.map { FilePath($0) })
        var before: [FilePath: LockFile] = [:]
        return try workspace.graph.stages.flatMap { stage -> [DataTarget] in
            let record = prefix.isEmpty ? stage.lockFile : prefix.pushing(stage.lockFile)
            guard changed.contains(record) else { return [] }
            if before[record] == nil { before[record] = try lock(at: record) }
            let then = before[record]?[stage.name]
            let now = workspace.lock(of: stage)
            return stage.outputs.filter { output in
                guard output.isCached, let hash = now?.output(output.path)?.hash else { return false }
                return then?.output(output.path)?.hash?.md5 != hash.md5
            }.map { DataTarget(stage: stage, output: $0) }
        }
    }

    /// A lock file as it was; one that cannot be read says nothing.
    private func lock(at path: FilePath) throws -> LockFile {
        guard let old, let entry = try repository.entry(at: path.string, in: old),
            entry.kind == .file || entry.kind == .executable
        else { return LockFile() }
        let bytes = try repository.blob(entry.blob)
        if path.extension == "dvc" {
            let data = try? TrackedData.parse(bytes, path: path)
            return LockFile(stages: data.map { [("", $0.entry)] } ?? [])
        }
        return (try? LockFile.parse(bytes, file: path.string)) ?? LockFile()
    }
}
