import Files
import SystemPackage

/// A file below a tracked directory.
struct TrackedFile: Sendable {
    let absolute: FilePath
    /// Relative to the directory.
    let relative: String
    /// Of the file itself; of a link, of what it points to.
    let status: FileStatus
}

/// The files that make up a tracked directory: all but ignored ones, other projects, repositories and linked folders.
struct TrackedFiles {
    private(set) var files: [TrackedFile] = []
    private let root: FilePath
    private var ignoring: IgnoreRules

    init(of directory: FilePath, root: FilePath, ignoring: IgnoreRules) throws {
        self.root = root
        self.ignoring = ignoring
        try addRules(above: directory)
        try walk(directory, relative: "")
        files.sort { $0.relative.utf8.lexicographicallyPrecedes($1.relative.utf8) }
    }

    /// Ignore files may stand in every folder on the way down from the project's own.
    private mutating func addRules(above directory: FilePath) throws {
        guard let inProject = directory.relative(to: root) else { return }
        var folder = FilePath()
        for component in inProject.removingLastComponent().components {
            folder.append(component)
            let file = root.pushing(folder).appending(".dvcignore")
            if let bytes = try FileIO.read(file) { ignoring.add(bytes, in: folder) }
        }
    }

    private mutating func walk(_ folder: FilePath, relative: String) throws {
        guard let children = try FileIO.list(folder) else { throw CacheError.changedMeanwhile(folder) }
        if !relative.isEmpty, children.contains(where: { $0.name == ".dvc" && $0.kind == .directory }) { return }
        for child in children {
            if [".git", ".hg", ".dvc"].contains(child.name) { continue }
            let path = folder.appending(child.name)
            if child.name == ".dvcignore" { throw CacheError.ignoreFileInside(path) }
            let below = relative.isEmpty ? child.name : relative + "/" + child.name
            if !ignoring.isEmpty, let inProject = path.relative(to: root),
                ignoring.ignores(inProject, isFolder: child.kind == .directory)
            {
                continue
            }
            switch child.kind {
            case .directory:
                try walk(path, relative: below)
            case .file, .symlink:
                guard let status = try FileStatus.of(path, followingLinks: true) else {
                    throw child.kind == .symlink ? CacheError.danglingLink(path) : CacheError.changedMeanwhile(path)
                }
                if status.kind == .file {
                    files.append(TrackedFile(absolute: path, relative: below, status: status))
                } else if status.kind != .directory {
                    throw CacheError.notHashable(path, kind: try FileNature.describe(path))
                }
            case .other:
                throw CacheError.notHashable(path, kind: try FileNature.describe(path))
            }
        }
    }
}
