import Clibgit2

extension Repository {
    /// Who wrote a commit and when, as rebasing, amending and picking leave it: `Name <email> seconds`.
    package func authorship(of id: CommitID) throws(GitError) -> String {
        var oid = id.oid
        let handle = try Handle(git_commit_free) { git_commit_lookup(&$0, raw, &oid) }
        guard let author = git_commit_author(handle.raw)?.pointee, let name = author.name, let email = author.email
        else { return "" }
        return "\(String(cString: name)) <\(String(cString: email))> \(author.when.time)"
    }

    /// Writes a commit that says the same as another one on top of other parents. A signature would not hold any more
    /// and is left out.
    package func writeCommit(like id: CommitID, parents: [CommitID]) throws(GitError) -> CommitID {
        var odb: OpaquePointer?
        try check { git_repository_odb(&odb, raw) }
        defer { git_odb_free(odb) }
        var oid = id.oid
        let object = try Handle(git_odb_object_free) { git_odb_read(&$0, odb, &oid) }
        let old = UnsafeRawBufferPointer(start: git_odb_object_data(object.raw), count: git_odb_object_size(object.raw))
        let bytes = CommitText.replacingParents(Array(old), with: parents)
        var new = git_oid()
        try check {
            bytes.withUnsafeBytes { git_odb_write(&new, odb, $0.baseAddress, $0.count, GIT_OBJECT_COMMIT) }
        }
        return CommitID(new)
    }
}

/// The text of a commit object.
private enum CommitText {
    static func replacingParents(_ text: [UInt8], with parents: [CommitID]) -> [UInt8] {
        var result: [UInt8] = []
        var rest = text[...]
        var isSkipping = false
        while let end = rest.firstIndex(of: 10), end > rest.startIndex {
            let line = rest[...end]
            rest = rest[(end + 1)...]
            // The lines of a header that go on begin with a blank.
            if isSkipping, line.first == 0x20 { continue }
            isSkipping = line.starts(with: "parent ".utf8) || line.starts(with: "gpgsig".utf8)
            if isSkipping { continue }
            result += line
            if line.starts(with: "tree ".utf8) {
                for parent in parents { result += Array("parent \(parent.hex)\n".utf8) }
            }
        }
        return result + rest
    }
}
