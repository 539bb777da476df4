import Clibgit2

extension Repository {
    /// The commit that a revision means to git: a branch, a tag, an id or its beginning, `HEAD~2`, …
    ///
    /// - Returns: `nil` where git knows no such revision, or it is not a commit.
    /// - Throws: ``GitError`` with code `ambiguous` where several objects begin so.
    package func resolve(_ revision: String) throws(GitError) -> CommitID? {
        guard !revision.isEmpty, !revision.hasPrefix("-") else { return nil }
        var object: OpaquePointer?
        do {
            try check { git_revparse_single(&object, raw, revision) }
        } catch let error where error.code == .ambiguous {
            throw error
        } catch {
            return nil
        }
        defer { git_object_free(object) }
        var commit: OpaquePointer?
        defer { git_object_free(commit) }
        guard git_object_peel(&commit, object, GIT_OBJECT_COMMIT) == 0, let commit else { return nil }
        return CommitID(git_object_id(commit).pointee)
    }

    /// Whether git accepts the text as the last part of a reference's name.
    package static func isValidReferenceName(_ name: String) -> Bool {
        prepareLibrary()
        var valid: Int32 = 0
        return git_reference_name_is_valid(&valid, name) == 0 && valid == 1
    }
}
