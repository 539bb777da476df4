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
    /// Sorted by path.
    private(set) var files: [TrackedFile] = []
    private let root: FilePath
    private var ignoring: IgnoreRules
    private var portions: [Portion] = []

    /// Some of the names in one folder.
    private struct Portion: Sendable {
        let folder: FilePath
        /// The folder's own path with a closing slash; empty for the top.
        let prefix: String
        let names: ArraySlice<(name: String, kind: FileKind)>
    }

    /// So many names are looked at by one thread at a time.
    private static let portion = 1_024

    init(of directory: FilePath, root: FilePath, ignoring: IgnoreRules) throws {
        self.root = root
        self.ignoring = ignoring
        try addRules(above: directory)
        try walk(directory, prefix: "")
        try look()
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

    private mutating func walk(_ folder: FilePath, prefix: String) throws {
        guard let children = try FileIO.list(folder) else { throw CacheError.changedMeanwhile(folder) }
        if !prefix.isEmpty, children.contains(where: { $0.name == ".dvc" && $0.kind == .directory }) { return }
        var names: [(name: String, kind: FileKind)] = []
        names.reserveCapacity(children.count)
        for child in children {
            if child.name.utf8.first == UInt8(ascii: ".") {
                if [".git", ".hg", ".dvc"].contains(child.name) { continue }
                if child.name == ".dvcignore" { throw CacheError.ignoreFileInside(folder.appending(child.name)) }
            }
            if !ignoring.isEmpty, let inProject = folder.appending(child.name).relative(to: root),
                ignoring.ignores(inProject, isFolder: child.kind == .directory)
            {
                continue
            }
            if child.kind == .directory {
                try walk(folder.appending(child.name), prefix: prefix + child.name + "/")
            } else {
                names.append(child)
            }
        }
        for start in stride(from: 0, to: names.count, by: Self.portion) {
            let end = min(start + Self.portion, names.count)
            portions.append(Portion(folder: folder, prefix: prefix, names: names[start..<end]))
        }
    }

    /// Asks the system for the status of all files, on all processors.
    private mutating func look() throws {
        let found = Found(count: portions.count)
        let portions = portions
        try Parallel.forEach(count: portions.count) { found.set($0, try Self.look(at: portions[$0])) }
        files = found.values.flatMap(\.self)
    }

    private static func look(at portion: Portion) throws -> [TrackedFile] {
        let folder: FileDescriptor
        do {
            folder = try FileIO.retry {
                try FileDescriptor.open(portion.folder, .readOnly, options: [.directory, .closeOnExec])
            }
        } catch {
            throw CacheError.changedMeanwhile(portion.folder)
        }
        defer { try? folder.close() }
        var files: [TrackedFile] = []
        files.reserveCapacity(portion.names.count)
        for (name, kind) in portion.names {
            let path = portion.folder.appending(name)
            guard kind != .other else {
                throw CacheError.notHashable(path, kind: try FileNature.describe(path))
            }
            // Seen from their folder, so that the system does not walk down to it for each of them.
            guard let status = try FileStatus.of(name, in: folder, path: path) else {
                throw kind == .symlink ? CacheError.danglingLink(path) : CacheError.changedMeanwhile(path)
            }
            if status.kind == .file {
                files.append(TrackedFile(absolute: path, relative: portion.prefix + name, status: status))
            } else if status.kind != .directory {
                throw CacheError.notHashable(path, kind: try FileNature.describe(path))
            }
        }
        return files
    }
}

/// Results that several threads fill in.
private final class Found: @unchecked Sendable {
    private let lock = Mutex()
    private var storage: [[TrackedFile]]

    init(count: Int) { storage = Array(repeating: [], count: count) }

    func set(_ index: Int, _ files: [TrackedFile]) { lock.with { storage[index] = files } }

    var values: [[TrackedFile]] { lock.with { storage } }
}
