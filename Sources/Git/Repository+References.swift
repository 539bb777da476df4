import Clibgit2

/// A reference and the commit it names.
package struct NamedCommit: Hashable, Sendable {
    /// In full, such as `refs/exps/…`.
    package let name: String
    /// What the reference leads to.
    package let commit: CommitID

    /// Takes a reference that was looked up already.
    package init(name: String, commit: CommitID) {
        self.name = name
        self.commit = commit
    }
}

extension Repository {
    /// The commit `HEAD` names, or `nil` before the first one.
    package func head() throws(GitError) -> CommitID? { try commit(named: "HEAD") }

    /// The full name of the branch that is checked out; `nil` when `HEAD` is detached.
    package func headBranch() throws(GitError) -> String? {
        var reference: OpaquePointer?
        try check { git_reference_lookup(&reference, raw, "HEAD") }
        defer { git_reference_free(reference) }
        return git_reference_symbolic_target(reference).map { String(cString: $0) }
    }

    /// The name that a symbolic reference stands for; `nil` for any other, and where there is none.
    package func symbolicTarget(of name: String) throws(GitError) -> String? {
        var reference: OpaquePointer?
        do throws(GitError) {
            try check { git_reference_lookup(&reference, raw, name) }
        } catch let error where error.code == .notFound {
            return nil
        }
        defer { git_reference_free(reference) }
        return git_reference_symbolic_target(reference).map { String(cString: $0) }
    }

    /// The commit that a reference names, symbolic ones followed; `nil` where there is no such reference.
    package func commit(named reference: String) throws(GitError) -> CommitID? {
        var oid = git_oid()
        do {
            try check { git_reference_name_to_id(&oid, raw, reference) }
        } catch let error where error.code == .notFound || error.code == .invalidName {
            return nil
        }
        var commit: OpaquePointer?
        guard git_commit_lookup(&commit, raw, &oid) == 0 else {
            return try peeled(oid)
        }
        git_commit_free(commit)
        return CommitID(oid)
    }

    private func peeled(_ oid: git_oid) throws(GitError) -> CommitID? {
        var oid = oid
        var object: OpaquePointer?
        var commit: OpaquePointer?
        defer {
            git_object_free(object)
            git_object_free(commit)
        }
        guard git_object_lookup(&object, raw, &oid, GIT_OBJECT_ANY) == 0,
            git_object_peel(&commit, object, GIT_OBJECT_COMMIT) == 0, let commit
        else { return nil }
        return CommitID(git_object_id(commit).pointee)
    }

    /// The direct references below `prefix` (which ends in `/`) with the objects they name, sorted by name.
    package func references(below prefix: String) throws(GitError) -> [NamedCommit] {
        if let stored = try? StoredReferences(self).references(below: prefix) { return stored }
        return try listedReferences(below: prefix)
    }

    /// The slow way, for names of files that are not UTF-8: those are left out.
    private func listedReferences(below prefix: String) throws(GitError) -> [NamedCommit] {
        var iterator: OpaquePointer?
        try check { git_reference_iterator_glob_new(&iterator, raw, prefix + "*") }
        defer { git_reference_iterator_free(iterator) }
        var result: [NamedCommit] = []
        var reference: OpaquePointer?
        while true {
            let status = git_reference_next(&reference, iterator)
            if status == GIT_ITEROVER.rawValue { break }
            try check { status }
            defer { git_reference_free(reference) }
            guard let oid = git_reference_target(reference), let name = git_reference_name(reference) else { continue }
            guard let text = String(validatingCString: name) else { continue }
            result.append(NamedCommit(name: text, commit: CommitID(oid.pointee)))
        }
        return result.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    /// Writes a direct reference.
    ///
    /// - Parameters:
    ///   - expected: What the reference must hold now: `.absent`, a commit, or `.anything`.
    ///   - log: A line for the reference's log, where git keeps one.
    /// - Throws: ``GitError`` with code `exists` or `modified` where it holds something else.
    package func setReference(
        _ name: String, to commit: CommitID, expecting expected: ExpectedReference, log: String? = nil
    ) throws(GitError) {
        if log == nil, writePrepared(name, commit, expected) { return }
        var oid = commit.oid
        try lockingReference(name) { () throws(GitError) in
            var reference: OpaquePointer?
            defer { git_reference_free(reference) }
            switch expected {
            case .absent: try check { git_reference_create(&reference, raw, name, &oid, 0, log) }
            case .anything: try check { git_reference_create(&reference, raw, name, &oid, 1, log) }
            case .commit(let old):
                var current = old.oid
                try check { git_reference_create_matching(&reference, raw, name, &oid, 1, &current, log) }
            }
        }
    }

    /// Deletes a reference; nothing happens where there is none.
    ///
    /// - Parameter expected: If given, the commit it must name, or it stays.
    /// - Returns: Whether it was there and is gone.
    @discardableResult
    package func deleteReference(_ name: String, expecting expected: CommitID? = nil) throws(GitError) -> Bool {
        try lockingReference(name) { () throws(GitError) in
            var reference: OpaquePointer?
            do throws(GitError) {
                try check { git_reference_lookup(&reference, raw, name) }
            } catch let error where error.code == .notFound {
                return false
            }
            defer { git_reference_free(reference) }
            if let expected, git_reference_target(reference).map({ CommitID($0.pointee) }) != expected { return false }
            try check { git_reference_delete(reference) }
            return true
        }
    }
}

/// What a reference must hold for it to be written.
package enum ExpectedReference: Sendable {
    /// Nothing: it must not be there.
    case absent
    /// This commit, and nothing else.
    case commit(CommitID)
    /// Whatever it holds, or nothing.
    case anything
}
