import Clibgit2
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A file that a tree is to have, or to have no more.
package enum TreeChange: Sendable {
    /// The file's path from the top of the tree, and its contents.
    case put(FilePath, BlobID, isExecutable: Bool)
    /// The file's path from the top of the tree.
    case remove(FilePath)

    var path: FilePath {
        switch self {
        case .put(let path, _, _), .remove(let path): path
        }
    }
}

extension Repository {
    /// Writes a tree that differs from another one by these files. Of several changes of a path the last one counts.
    ///
    /// - Throws: ``GitError`` for a path that git does not allow, such as one with `..`.
    package func tree(_ base: TreeID, changing changes: [TreeChange]) throws(GitError) -> TreeID {
        if changes.isEmpty { return base }
        var last: [FilePath: TreeChange] = [:]
        for change in changes { last[change.path] = change }
        var oid = base.oid
        let old = try Handle(git_tree_free) { git_tree_lookup(&$0, raw, &oid) }
        let paths = last.keys.map { strdup($0.string) }
        defer { for path in paths { free(path) } }
        let updates = zip(paths, last.values).map { path, change in
            var update = git_tree_update()
            update.path = UnsafePointer(path)
            switch change {
            case .remove: update.action = GIT_TREE_UPDATE_REMOVE
            case .put(_, let blob, let isExecutable):
                update.action = GIT_TREE_UPDATE_UPSERT
                update.id = blob.oid
                update.filemode = isExecutable ? GIT_FILEMODE_BLOB_EXECUTABLE : GIT_FILEMODE_BLOB
            }
            return update
        }
        var result = git_oid()
        try check { git_tree_create_updated(&result, raw, old.raw, updates.count, updates) }
        return TreeID(result)
    }
}
