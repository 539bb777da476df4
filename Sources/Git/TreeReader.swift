import Clibgit2
import Files
import SystemPackage

/// One entry of a tree.
package struct TreeEntry: Hashable, Sendable {
    /// Told by the mode of the entry; a submodule is a commit of another repository.
    package enum Kind: Sendable { case file, executable, symlink, directory, submodule }

    /// Without any folder.
    package let name: String
    /// Says whether ``blob`` or ``tree`` is meant.
    package let kind: Kind
    private let oid: ObjectID<Never>

    init?(_ raw: OpaquePointer) {
        guard let name = String(validatingCString: git_tree_entry_name(raw)) else { return nil }
        self.name = name
        oid = ObjectID(git_tree_entry_id(raw).pointee)
        switch git_tree_entry_filemode(raw) {
        case GIT_FILEMODE_TREE: kind = .directory
        case GIT_FILEMODE_BLOB_EXECUTABLE: kind = .executable
        case GIT_FILEMODE_LINK: kind = .symlink
        case GIT_FILEMODE_COMMIT: kind = .submodule
        default: kind = .file
        }
    }

    /// Only of use for a file, an executable or a symbolic link, whose target is the blob.
    package var blob: BlobID { BlobID(oid.oid) }
    /// Only of use for a directory.
    package var tree: TreeID { TreeID(oid.oid) }
}

extension Repository {
    /// The entries of a tree, in git's order. Names that are not UTF-8 are left out.
    package func entries(of tree: TreeID) throws(GitError) -> [TreeEntry] {
        var oid = tree.oid
        let handle = try Handle(git_tree_free) { git_tree_lookup(&$0, raw, &oid) }
        return (0..<git_tree_entrycount(handle.raw)).compactMap { index in
            git_tree_entry_byindex(handle.raw, index).flatMap { TreeEntry($0) }
        }
    }

    /// The entry at a path, with `/` between its parts; `nil` where there is none.
    package func entry(at path: String, in tree: TreeID) throws(GitError) -> TreeEntry? {
        var oid = tree.oid
        let handle = try Handle(git_tree_free) { git_tree_lookup(&$0, raw, &oid) }
        var found: OpaquePointer?
        do {
            try check { git_tree_entry_bypath(&found, handle.raw, path) }
        } catch let error where error.code == .notFound {
            return nil
        }
        defer { git_tree_entry_free(found) }
        return found.flatMap { TreeEntry($0) }
    }
}

/// A commit's tree, or a folder of it, read as files: nothing is checked out.
package struct CommitTree: FileTree {
    private let repository: Repository
    private let root: TreeID
    /// The project's folder inside the repository; empty at the top.
    private let prefix: FilePath

    /// Takes the tree of a commit and the project's folder in it; nothing is read yet.
    package init(_ repository: Repository, tree: TreeID, prefix: FilePath = "") {
        self.repository = repository
        root = tree
        self.prefix = prefix
    }

    private func entry(at path: FilePath) throws(GitError) -> TreeEntry? {
        guard let inside = repositoryPath(path) else { return nil }
        return try repository.entry(at: inside, in: root)
    }

    /// The path from the tree's top; `nil` where it leaves the tree.
    private func repositoryPath(_ path: FilePath) -> String? {
        let whole = prefix.appending(path.components).lexicallyNormalized()
        guard !whole.isAbsolute, whole.components.first?.kind != .parentDirectory else { return nil }
        return whole.string == "." ? "" : whole.string
    }

    /// Links are no files here.
    ///
    /// - Throws: ``GitError``.
    package func contents(of path: FilePath) throws -> [UInt8]? {
        guard let entry = try entry(at: path), entry.kind == .file || entry.kind == .executable else { return nil }
        return try repository.blob(entry.blob)
    }

    /// A submodule is `other`; a path that leaves the tree is nothing.
    ///
    /// - Throws: ``GitError``.
    package func kind(of path: FilePath) throws -> FileKind? {
        if repositoryPath(path) == "" { return .directory }
        switch try entry(at: path)?.kind {
        case .file, .executable: return .file
        case .directory: return .directory
        case .symlink: return .symlink
        case .submodule: return .other
        case nil: return nil
        }
    }

    /// In git's order; names that are not UTF-8 are left out.
    ///
    /// - Throws: ``GitError``.
    package func list(_ directory: FilePath) throws -> [(name: String, kind: FileKind)]? {
        let tree: TreeID
        if repositoryPath(directory) == "" {
            tree = root
        } else {
            guard let entry = try entry(at: directory), entry.kind == .directory else { return nil }
            tree = entry.tree
        }
        return try repository.entries(of: tree).map { entry in
            switch entry.kind {
            case .file, .executable: (entry.name, .file)
            case .directory: (entry.name, .directory)
            case .symlink: (entry.name, .symlink)
            case .submodule: (entry.name, .other)
            }
        }
    }
}

extension TreeEntry {
    /// Whether both have the same contents and mode, whatever they are called.
    package func isSameFile(as other: TreeEntry) -> Bool { kind == other.kind && blob == other.blob }
}
