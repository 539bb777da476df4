import Diagnostics
import Files
import SystemPackage

/// A folder with files of a tracked directory.
final class TrackedFolder: Sendable {
    let path: FilePath
    /// Its path relative to the directory, with a closing slash; empty for the top.
    let prefix: String

    init(path: FilePath, prefix: String) {
        self.path = path
        self.prefix = prefix
    }
}

/// A file below a tracked directory.
struct TrackedFile: Sendable {
    let folder: TrackedFolder
    let name: String
    /// Of the file itself; of a link, of what it points to.
    let status: FileStatus
    let isLink: Bool

    var absolute: FilePath { folder.path.appending(name) }
    /// Relative to the directory.
    var relative: String { folder.prefix + name }

    /// Whether it shares nothing with the cache and may be written.
    var isPrivate: Bool { !isLink && status.links == 1 && status.mode & 0o200 != 0 }
}

/// The files that make up a tracked directory: all but ignored ones, other projects, repositories and linked folders.
struct TrackedFiles {
    /// Sorted by path.
    private(set) var files: [TrackedFile] = []
    private let root: FilePath
    private var ignoring: IgnoreRules
    private let meter: ProgressMeter?

    /// So many names are looked at by one thread at a time.
    private static let portion = 1_024

    /// - Parameters:
    ///   - directory: Absolute.
    ///   - root: The project.
    ///   - ignoring: The rules of its topmost `.dvcignore`.
    /// - Throws: ``CacheError`` for what cannot be tracked or changed meanwhile; `FileError`.
    init(of directory: FilePath, root: FilePath, ignoring: IgnoreRules, meter: ProgressMeter? = nil) throws {
        self.root = root
        self.ignoring = ignoring
        self.meter = meter
        try addRules(above: directory)
        let top = Node(TrackedFolder(path: directory, prefix: ""))
        var level = [top]
        var all = level
        while !level.isEmpty {
            try list(level)
            level = level.flatMap(\.children)
            all += level
        }
        try look(all)
        files.reserveCapacity(all.reduce(0) { $0 + $1.statuses.count })
        collect(top)
    }

    /// Ignore files may stand in every folder on the way down from the project's own.
    private mutating func addRules(above directory: FilePath) throws {
        guard let inProject = directory.relative(to: root) else { return }
        var folder = FilePath()
        for component in inProject.parent.components {
            folder.append(component)
            let file = root.pushing(folder).appending(".dvcignore")
            if let bytes = try FileIO.read(file) { ignoring.add(bytes, in: folder) }
        }
    }

    /// A folder while it is looked at, by one thread at a time.
    private final class Node: @unchecked Sendable {
        struct Item {
            let name: String
            /// Its place in the listing.
            let index: Int
            let kind: FileKind
        }

        let folder: TrackedFolder
        var listing: FolderListing?
        var items: [Item] = []
        var children: [Node] = []
        private let lock = Mutex()
        /// By the places in `items`; `nil` for what is no file.
        private(set) var statuses: [FileStatus?] = []

        init(_ folder: TrackedFolder) { self.folder = folder }

        func makeRoom() { statuses = Array(repeating: nil, count: items.count) }

        func set(_ found: [FileStatus?], at start: Int) {
            lock.with { statuses.replaceSubrange(start..<start + found.count, with: found) }
        }
    }

    /// Reads the names in these folders, on all processors.
    private func list(_ nodes: [Node]) throws {
        let (root, ignoring) = (root, ignoring)
        try Parallel.forEach(count: nodes.count) { try Self.list(nodes[$0], root, ignoring) }
    }

    private static func list(_ node: Node, _ root: FilePath, _ ignoring: IgnoreRules) throws {
        let folder = node.folder
        guard let listing = try FolderListing.of(folder.path) else { throw CacheError.changedMeanwhile(folder.path) }
        node.items.reserveCapacity(listing.count)
        for index in 0..<listing.count {
            let name = try listing.name(index)
            let kind = listing.kind(index)
            if listing.isHidden(index) {
                if kind == .directory, name == ".dvc", !folder.prefix.isEmpty {
                    // Another project.
                    node.items = []
                    node.children = []
                    return
                }
                if [".git", ".hg", ".dvc"].contains(name) { continue }
                if name == ".dvcignore" { throw CacheError.ignoreFileInside(folder.path.appending(name)) }
            }
            if !ignoring.isEmpty, let inProject = folder.path.appending(name).relative(to: root),
                ignoring.ignores(inProject, isFolder: kind == .directory)
            {
                continue
            }
            if kind == .directory {
                let child = TrackedFolder(path: folder.path.appending(name), prefix: folder.prefix + name + "/")
                node.children.append(Node(child))
            }
            node.items.append(Node.Item(name: name, index: index, kind: kind))
        }
        node.listing = listing
        node.makeRoom()
    }

    /// Asks the system for the status of all files, on all processors.
    private func look(_ nodes: [Node]) throws {
        let portions = nodes.flatMap { node in
            stride(from: 0, to: node.items.count, by: Self.portion).map { start in
                (node: node, range: start..<min(start + Self.portion, node.items.count))
            }
        }
        let meter = meter
        try Parallel.forEach(count: portions.count) { number in
            let (node, range) = portions[number]
            node.set(try Self.look(at: range, of: node), at: range.lowerBound)
            meter?.advance(files: range.count)
        }
    }

    private static func look(at range: Range<Int>, of node: Node) throws -> [FileStatus?] {
        guard let listing = node.listing, node.items[range].contains(where: { $0.kind != .directory }) else {
            return Array(repeating: nil, count: range.count)
        }
        let folder: FileDescriptor
        do {
            folder = try FileIO.retry {
                try FileDescriptor.open(node.folder.path, .readOnly, options: [.directory, .closeOnExec])
            }
        } catch {
            throw CacheError.changedMeanwhile(node.folder.path)
        }
        defer { try? folder.close() }
        return try node.items[range].map { item in
            if item.kind == .directory { return nil }
            var path: FilePath { node.folder.path.appending(item.name) }
            guard item.kind != .other else {
                throw CacheError.notHashable(path, kind: try FileNature.describe(path))
            }
            guard let status = try listing.status(item.index, in: folder) else {
                throw item.kind == .symlink ? CacheError.danglingLink(path) : CacheError.changedMeanwhile(path)
            }
            // A link to a folder is left out.
            if status.kind == .directory { return nil }
            guard status.kind == .file else {
                throw CacheError.notHashable(path, kind: try FileNature.describe(path))
            }
            return status
        }
    }

    /// Takes the files over in the order of their paths.
    private mutating func collect(_ node: Node) {
        var children = node.children.makeIterator()
        for (item, status) in zip(node.items, node.statuses) {
            if item.kind == .directory {
                if let child = children.next() { collect(child) }
            } else if let status {
                files.append(
                    TrackedFile(folder: node.folder, name: item.name, status: status, isLink: item.kind == .symlink))
            }
        }
    }
}
