import SystemPackage

/// Changes of references that happen together, or not at all.
///
/// Git carries them out: it locks all of them first, writes what is new before it deletes what is old, and rewrites the
/// file of packed references once, however many of them go.
package struct ReferenceTransaction {
    private var input: [UInt8] = []
    private var names: [String] = []

    /// Changes nothing yet.
    package init() {}

    /// Whether there is nothing to carry out.
    package var isEmpty: Bool { input.isEmpty }

    /// Makes a reference that must not exist yet.
    package mutating func create(_ name: String, at commit: CommitID) { add("create", name, commit.hex) }

    /// Moves a reference that holds `old`.
    package mutating func move(_ name: String, from old: CommitID, to new: CommitID) {
        add("update", name, new.hex, old.hex)
    }

    /// Deletes a reference that holds `old`; `nil` deletes it whatever it holds, also where there is none.
    package mutating func delete(_ name: String, holding old: CommitID?) {
        add("delete", name, old?.hex ?? "")
    }

    private mutating func add(_ verb: String, _ name: String, _ commits: String...) {
        names.append(name)
        for word in ["\(verb) \(name)"] + commits { input += Array(word.utf8) + [0] }
    }

    /// Carries the changes out. Symbolic references are not followed, and no hook runs.
    ///
    /// A lock that stays the same while git waits for it twice belongs to a process that was killed, and is taken away.
    /// - Throws: ``GitError`` with code `modified` where a reference does not hold what it should, `locked` where somebody
    ///   does not let go of one; nothing changed then.
    package func commit(in repository: Repository) throws {
        if input.isEmpty { return }
        // In another language git's complaints would not be understood below.
        let git = GitCommand(in: repository.workTree ?? repository.gitDirectory, environment: ["LC_ALL": "C"])
        var seen: ReferenceLock?
        var complaint = ""
        for _ in 0..<8 {
            let answer = try git.run(
                [
                    "-c", "core.hooksPath=/dev/null", "-c", "core.filesRefLockTimeout=\(ReferenceLock.patience)",
                    "-c", "core.packedRefsTimeout=3000", "update-ref", "--no-deref", "--stdin", "-z",
                ], input: input)
            if answer.exit.isSuccess { return }
            complaint = answer.complaint
            guard let path = Self.lockInTheWay(complaint) else {
                throw GitError(code: .modified, message: "cannot change the references: \(complaint)")
            }
            let lock = ReferenceLock(at: path)
            if let seen, seen.isSame(as: lock) {
                lock.removeIfUnchanged()
                // The process that left this one may have left one beside each of its references.
                for name in names { ReferenceLock(of: name, in: repository).removeIfOld() }
            }
            seen = lock
        }
        throw GitError(
            code: .locked, message: "cannot change the references: \(complaint)",
            hint: "try again when the other process has finished")
    }

    /// The file that kept git from locking a reference, or from writing the packed ones, by its complaint.
    private static func lockInTheWay(_ complaint: String) -> FilePath? {
        let text = Array(complaint.utf8)
        for (start, end) in [("Unable to create '", "': File exists"), ("unable to create file ", ": File exists")] {
            guard let from = place(of: start, in: text[...]) else { continue }
            let rest = text[(from + start.utf8.count)...]
            guard let to = place(of: end, in: rest) else { continue }
            let path = String(decoding: rest[..<to], as: UTF8.self)
            if path.hasSuffix(".lock") || path.hasSuffix("/packed-refs.new") { return FilePath(path) }
        }
        return nil
    }

    private static func place(of part: String, in text: ArraySlice<UInt8>) -> Int? {
        text.indices.first { text[$0...].starts(with: part.utf8) }
    }
}
