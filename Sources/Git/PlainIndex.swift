import Clibgit2
import Diagnostics
import Files
import SystemPackage

/// A private index in memory, over libgit2, for repositories in which git stores files byte for byte.
final class PlainIndex: WorkspaceIndex {
    private let repository: Repository
    private let workTree: FilePath
    private let handle: Handle
    /// Files changed at or after this time may change again without a visible sign, in nanoseconds since 1970.
    private let racyFrom: Int64
    private var held: Set<FilePath> = []

    /// Opens the index; `nil` where git itself is needed.
    init?(_ repository: Repository, workTree: FilePath, file: FilePath, settings: GitSettings) throws {
        guard !PlainStorage.isConfiguredAway(settings, repository) else { return nil }
        self.repository = repository
        self.workTree = workTree
        do {
            handle = try Handle(git_index_free) { out in file.withPlatformString { git_index_open(&out, $0) } }
        } catch {
            return nil
        }
        racyFrom = try FileStatus.of(file, followingLinks: true)?.modified ?? 0
        guard PlainStorage.isPlain(handle.raw, workTree: workTree) else { return nil }
    }

    func track(filesOf tree: TreeID) throws {
        try track(tree, below: FilePath())
    }

    private func track(_ tree: TreeID, below folder: FilePath) throws {
        for entry in try repository.entries(of: tree) {
            let path = folder.appending(entry.name)
            switch entry.kind {
            case .directory:
                try track(entry.tree, below: path)
            case .file, .executable, .symlink:
                guard git_index_get_bypath(handle.raw, path.string, 0) == nil else { continue }
                var new = git_index_entry()
                new.mode = entry.kind.mode
                new.id = entry.blob.oid
                try insert(&new, at: path)
            case .submodule:
                continue
            }
        }
    }

    func refresh() throws {
        var gone: [FilePath] = []
        var changed: [(FilePath, FileStatus)] = []
        for position in 0..<git_index_entrycount(handle.raw) {
            guard let entry = git_index_get_byindex(handle.raw, position) else { continue }
            let path = FilePath(String(cString: entry.pointee.path))
            if isHeld(path) { continue }
            let status = try FileStatus.of(workTree.pushing(path), followingLinks: false)
            switch status?.kind {
            case nil, .directory: gone.append(path)
            case .other: continue
            case .file, .symlink:
                guard let status, !isUnchanged(entry.pointee, status) else { continue }
                changed.append((path, status))
            }
        }
        for path in gone { try check { git_index_remove(handle.raw, path.string, 0) } }
        for (path, status) in changed { try store(path, status) }
    }

    private func isUnchanged(_ entry: git_index_entry, _ status: FileStatus) -> Bool {
        let second: Int64 = 1_000_000_000
        let recorded = Int64(entry.mtime.seconds) * second + Int64(entry.mtime.nanoseconds)
        let recordedChange = Int64(entry.ctime.seconds) * second + Int64(entry.ctime.nanoseconds)
        // git keeps 32 bits of each.
        return entry.mode == status.gitMode && recorded == status.modified && recordedChange == status.changed
            && entry.file_size == UInt32(truncatingIfNeeded: status.size)
            && entry.ino == UInt32(truncatingIfNeeded: status.inode) && status.modified < racyFrom
    }

    func hold(_ paths: [FilePath]) throws {
        try add(paths)
        held.formUnion(paths)
    }

    private func isHeld(_ path: FilePath) -> Bool {
        if held.isEmpty { return false }
        var path = path
        repeat {
            if held.contains(path) { return true }
        } while path.ascend() && !path.isEmpty
        return false
    }

    func add(_ paths: [FilePath]) throws {
        for path in paths where try !isBeyondLink(path) {
            switch try FileStatus.of(workTree.pushing(path), followingLinks: false) {
            case nil: try remove([path])
            case let status? where status.kind == .directory: try addFolder(path)
            case let status?: try store(path, status)
            }
        }
    }

    private func addFolder(_ folder: FilePath) throws {
        guard let children = try FileIO.list(workTree.pushing(folder)) else { return }
        if children.contains(where: { $0.name == ".git" }) { return }
        for child in children {
            let path = folder.appending(child.name)
            var ignored: Int32 = 0
            let question = child.kind == .directory ? path.string + "/" : path.string
            try check { git_ignore_path_is_ignored(&ignored, repository.raw, question) }
            let isTracked = git_index_get_bypath(handle.raw, path.string, 0) != nil
            if ignored == 1 && !isTracked { continue }
            if child.kind == .directory {
                try addFolder(path)
            } else if let status = try FileStatus.of(workTree.pushing(path), followingLinks: false) {
                try store(path, status)
            }
        }
    }

    private func isBeyondLink(_ path: FilePath) throws -> Bool {
        var parent = path.parent
        while !parent.isEmpty {
            if try FileStatus.of(workTree.pushing(parent), followingLinks: false)?.kind == .symlink { return true }
            parent = parent.parent
        }
        return false
    }

    func remove(_ paths: [FilePath]) throws {
        for path in paths where git_index_get_bypath(handle.raw, path.string, 0) != nil {
            try check { git_index_remove(handle.raw, path.string, 0) }
        }
    }

    func writeTree() throws -> TreeID {
        var oid = git_oid()
        try check { git_index_write_tree_to(&oid, handle.raw, repository.raw) }
        return TreeID(oid)
    }

    func untracked(_ paths: [FilePath]) throws -> [String] {
        var search = UntrackedSearch(repository, workTree: workTree, index: handle.raw)
        for path in paths {
            let status = try FileStatus.of(workTree.pushing(path), followingLinks: false)
            if let status { try search.look(at: path, status.kind) }
        }
        return search.found
    }

    private func store(_ path: FilePath, _ status: FileStatus) throws {
        guard status.kind == .file || status.kind == .symlink else { return }
        guard let id = try repository.writeWorkspaceBlob(workTree.pushing(path), status) else {
            return try remove([path])
        }
        var entry = git_index_entry()
        entry.mode = status.gitMode
        entry.id = id.oid
        // A file that changed within the clock's granularity of being read is read again next time.
        if status.modified < Clock.now() - 50_000_000 {
            entry.mtime = git_index_time(nanoseconds: status.modified)
            entry.ctime = git_index_time(nanoseconds: status.changed)
            entry.file_size = UInt32(truncatingIfNeeded: status.size)
            entry.ino = UInt32(truncatingIfNeeded: status.inode)
        }
        try insert(&entry, at: path)
    }

    private func insert(_ entry: inout git_index_entry, at path: FilePath) throws(GitError) {
        try check {
            path.string.withCString { text in
                entry.path = text
                return git_index_add(handle.raw, &entry)
            }
        }
    }
}

extension git_index_time {
    init(nanoseconds: Int64) {
        self.init(
            seconds: Int32(truncatingIfNeeded: nanoseconds / 1_000_000_000),
            nanoseconds: UInt32(truncatingIfNeeded: nanoseconds % 1_000_000_000))
    }
}

extension FileStatus {
    /// The mode that git records for a file or a link.
    var gitMode: UInt32 { kind == .symlink ? 0o120000 : mode & 0o100 != 0 ? 0o100755 : 0o100644 }
}

extension TreeEntry.Kind {
    var mode: UInt32 {
        switch self {
        case .file: 0o100644
        case .executable: 0o100755
        case .symlink: 0o120000
        case .directory: 0o040000
        case .submodule: 0o160000
        }
    }
}
