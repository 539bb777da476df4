import SystemPackage

/// Changes of references that happen together, or not at all.
///
/// Git carries them out: it locks all of them first, writes what is new before it deletes what is old, and rewrites the
/// file of packed references once, however many of them go.
package struct ReferenceTransaction {
    private var input: [UInt8] = []

    package init() {}

    package var isEmpty: Bool { input.isEmpty }

    /// Makes a reference that must not exist yet.
    package mutating func create(_ name: String, at commit: CommitID) { add("create \(name)", commit.hex) }

    /// Moves a reference that holds `old`.
    package mutating func move(_ name: String, from old: CommitID, to new: CommitID) {
        add("update \(name)", new.hex, old.hex)
    }

    /// Deletes a reference that holds `old`; `nil` deletes it whatever it holds, also where there is none.
    package mutating func delete(_ name: String, holding old: CommitID?) { add("delete \(name)", old?.hex ?? "") }

    private mutating func add(_ words: String...) {
        for word in words { input += Array(word.utf8) + [0] }
    }

    /// Carries the changes out. Symbolic references are not followed, and no hook runs.
    ///
    /// - Throws: ``GitError`` with code `modified` where a reference does not hold what it should; nothing changed then.
    package func commit(in repository: Repository) throws {
        if input.isEmpty { return }
        let git = GitCommand(in: repository.workTree ?? repository.gitDirectory)
        let answer = try git.run(
            [
                "-c", "core.hooksPath=/dev/null", "-c", "core.filesRefLockTimeout=10000",
                "-c", "core.packedRefsTimeout=60000", "update-ref", "--no-deref", "--stdin", "-z",
            ], input: input)
        guard answer.exit.isSuccess else {
            throw GitError(code: .modified, message: "cannot change the references: \(answer.complaint)")
        }
    }
}
