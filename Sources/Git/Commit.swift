import Clibgit2

/// What a commit object says.
package struct Commit: Hashable, Sendable {
    /// Of the object that was read.
    package let id: CommitID
    /// The files of the commit.
    package let tree: TreeID
    /// In the order of the commit; empty for the first one of a history.
    package let parents: [CommitID]
    /// The committer's time, in seconds since 1970, UTC.
    package let seconds: Int64
    /// The committer's offset, in minutes east of UTC.
    package let offset: Int
    /// As it is stored; bytes that are not UTF-8 are replaced.
    package let message: String

    /// Takes what a commit says; nothing is looked up.
    package init(
        id: CommitID, tree: TreeID, parents: [CommitID], seconds: Int64, offset: Int, message: String
    ) {
        self.id = id
        self.tree = tree
        self.parents = parents
        self.seconds = seconds
        self.offset = offset
        self.message = message
    }
}

extension Repository {
    /// Reads a commit.
    ///
    /// - Throws: ``GitError`` with code `notFound` where the repository does not have it.
    package func commit(_ id: CommitID) throws(GitError) -> Commit {
        var oid = id.oid
        let handle = try Handle(git_commit_free) { git_commit_lookup(&$0, raw, &oid) }
        let parents = (0..<git_commit_parentcount(handle.raw)).compactMap { index in
            git_commit_parent_id(handle.raw, index).map { CommitID($0.pointee) }
        }
        return Commit(
            id: id, tree: TreeID(git_commit_tree_id(handle.raw).pointee), parents: parents,
            seconds: git_commit_time(handle.raw), offset: Int(git_commit_time_offset(handle.raw)),
            message: git_commit_message(handle.raw).map { String(cString: $0) } ?? "")
    }

    /// Writes a commit object. No reference moves and no hook runs.
    ///
    /// - Parameter message: The whole message, byte for byte.
    package func writeCommit(
        tree: TreeID, parents: [CommitID], author: Signature, message: String
    ) throws(GitError) -> CommitID {
        var text = "tree \(tree.hex)\n"
        for parent in parents { text += "parent \(parent.hex)\n" }
        text += "author \(author.text)\ncommitter \(author.text)\n\n\(message)"
        return CommitID(try writeObject(Array(text.utf8), GIT_OBJECT_COMMIT))
    }

    /// Writes a blob with these bytes.
    package func writeBlob(_ bytes: [UInt8]) throws(GitError) -> BlobID {
        BlobID(try writeObject(bytes, GIT_OBJECT_BLOB))
    }

    /// Writes the tree that has no entries.
    package func writeEmptyTree() throws(GitError) -> TreeID { TreeID(try writeObject([], GIT_OBJECT_TREE)) }

    private func writeObject(_ bytes: [UInt8], _ type: git_object_t) throws(GitError) -> git_oid {
        var odb: OpaquePointer?
        try check { git_repository_odb(&odb, raw) }
        defer { git_odb_free(odb) }
        var oid = git_oid()
        try check { bytes.withUnsafeBytes { git_odb_write(&oid, odb, $0.baseAddress, $0.count, type) } }
        return oid
    }

    /// The bytes of a blob.
    package func blob(_ id: BlobID) throws(GitError) -> [UInt8] {
        var oid = id.oid
        let handle = try Handle(git_blob_free) { git_blob_lookup(&$0, raw, &oid) }
        let size = Int(git_blob_rawsize(handle.raw))
        guard size > 0, let start = git_blob_rawcontent(handle.raw) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: size))
    }

    /// Whether `ancestor` can be reached from `commit` (a commit is an ancestor of itself).
    package func isAncestor(_ ancestor: CommitID, of commit: CommitID) throws(GitError) -> Bool {
        if ancestor == commit { return true }
        var old = ancestor.oid
        var new = commit.oid
        return try check { git_graph_descendant_of(raw, &new, &old) } == 1
    }
}
