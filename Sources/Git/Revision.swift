import Clibgit2

extension Repository {
    /// The commit that a revision means to git: a branch, a tag, an id or its beginning, `HEAD~2`, …
    ///
    /// - Returns: `nil` where git knows no such revision, or it is not a commit.
    /// - Throws: ``GitError`` with code `ambiguous` where the ids of several commits begin so.
    package func resolve(_ revision: String) throws(GitError) -> CommitID? {
        guard !revision.isEmpty, !revision.hasPrefix("-") else { return nil }
        var object: OpaquePointer?
        do throws(GitError) {
            try check { git_revparse_single(&object, raw, revision) }
        } catch {
            guard error.code == .ambiguous else { return nil }
            // Other objects do not count, and what is too short is no id; git knows both, libgit2 neither.
            if let commit = commitAsGitSeesIt(revision) { return commit }
            guard commits(beginningWith: revision).count > 1 else { return nil }
            throw error
        }
        defer { git_object_free(object) }
        var commit: OpaquePointer?
        defer { git_object_free(commit) }
        guard git_object_peel(&commit, object, GIT_OBJECT_COMMIT) == 0, let commit else { return nil }
        return CommitID(git_object_id(commit).pointee)
    }

    private func commitAsGitSeesIt(_ revision: String) -> CommitID? {
        let git = GitCommand(in: workTree ?? gitDirectory)
        return (try? git.output("rev-parse", "--verify", "--quiet", revision + "^{commit}")).flatMap {
            CommitID($0)
        }
    }

    /// The commits whose ids begin with these digits; none for fewer than four.
    package func commits(beginningWith digits: String) -> [CommitID] {
        let git = GitCommand(in: workTree ?? gitDirectory)
        let ids = (try? git.output("rev-parse", "--disambiguate=" + digits)) ?? ""
        return ids.split(separator: "\n").compactMap { CommitID(String($0)) }.filter { (try? commit($0)) != nil }
    }

    /// Whether git accepts the text as the last part of a reference's name.
    package static func isValidReferenceName(_ name: String) -> Bool {
        prepareLibrary()
        var valid: Int32 = 0
        return git_reference_name_is_valid(&valid, name) == 0 && valid == 1
    }
}
