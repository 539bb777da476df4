import Cache
import Files
import Git
import Pipeline
import SystemPackage

/// Finds the files of commits that name data, each folder and each content once however many commits share it.
final class RevisionFiles {
    private let repository: Repository
    private let root: FilePath
    /// The project's folder inside the repository; empty at the top.
    private let prefix: FilePath
    private var folders: [TreeID: [Found]] = [:]
    private var parsed: [BlobID: [(path: FilePath, data: TrackedData)]] = [:]
    private var hashes: [BlobID: [OutputHash]] = [:]

    init(_ context: ExperimentContext) {
        repository = context.repository
        root = context.project.root
        prefix = context.prefix
    }

    /// A lock file or a `.dvc` file.
    private struct Found {
        /// Seen from the folder that was searched.
        let path: FilePath
        let blob: BlobID
        /// Whether it belongs to another project further down.
        let isForeign: Bool
    }

    /// The `.dvc` files of the project in a commit.
    func trackedData(in tree: TreeID) throws -> [TrackedData] {
        var top = tree
        if !prefix.isEmpty {
            guard let entry = try repository.entry(at: prefix.string, in: tree), entry.kind == .directory else {
                return []
            }
            top = entry.tree
        }
        return try files(below: top).filter { !$0.isForeign && $0.path.extension == "dvc" }.map { found in
            if let known = parsed[found.blob]?.first(where: { $0.path == found.path }) { return known.data }
            let data = try TrackedData.parse(try repository.blob(found.blob), path: found.path, root: root)
            parsed[found.blob, default: []].append((found.path, data))
            return data
        }
    }

    /// The hashes of all outputs that lock files and `.dvc` files of a commit record, whatever else it says of them.
    ///
    /// - Throws: `FormatError` for a file that cannot be read.
    func hashes(in tree: TreeID) throws -> [OutputHash] {
        try files(below: tree).flatMap { found in
            if let known = hashes[found.blob] { return known }
            let bytes = try repository.blob(found.blob)
            let entries =
                found.path.extension == "dvc"
                ? try TrackedData.parse(bytes, path: found.path).entry.outputs
                : try LockFile.entries(of: bytes, file: found.path.string).flatMap(\.outputs)
            let result = entries.compactMap(\.hash)
            hashes[found.blob] = result
            return result
        }
    }

    private func files(below tree: TreeID) throws -> [Found] {
        if let known = folders[tree] { return known }
        var result: [Found] = []
        for entry in try repository.entries(of: tree) {
            switch entry.kind {
            case .directory where entry.name != ".dvc":
                let children = try repository.entries(of: entry.tree)
                let isProject = children.contains { $0.name == ".dvc" && $0.kind == .directory }
                result += try files(below: entry.tree).map {
                    Found(
                        path: FilePath(entry.name).pushing($0.path), blob: $0.blob,
                        isForeign: $0.isForeign || isProject)
                }
            case .file, .executable:
                let isLock = entry.name == "dvc.lock"
                if isLock || (entry.name.utf8.count > 4 && entry.name.hasSuffix(".dvc")) {
                    result.append(Found(path: FilePath(entry.name), blob: entry.blob, isForeign: false))
                }
            default: break
            }
        }
        folders[tree] = result
        return result
    }
}
