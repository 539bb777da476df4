import Files
import Git

/// Finds out what became of a commit that was amended, rebased, picked or squashed.
struct Successors {
    private let repository: Repository
    /// So many commits are looked at, the newest ones.
    private static let limit = 2_000
    /// So many of them by their patches, which git has to make.
    private static let patchLimit = 200

    init(_ repository: Repository) { self.repository = repository }

    /// The commit on `HEAD` or a branch that is the other one written anew; `nil` where it cannot be told.
    ///
    /// Git keeps author and time when it rewrites; else the same files, the log of `HEAD`, the same patch, or a message that
    /// quotes the other one's tell.
    func successor(of commit: Commit) -> CommitID? {
        guard let ids = try? repository.commitsSince(commit.id, limit: Self.limit) else { return nil }
        let candidates = ids.compactMap { try? repository.commit($0) }
        if candidates.isEmpty { return nil }
        return byAuthor(commit, candidates) ?? candidates.last { $0.tree == commit.tree }?.id
            ?? byLog(commit.id, Set(ids)) ?? byPatch(commit.id) ?? byMessage(commit, candidates)
    }

    private func byAuthor(_ commit: Commit, _ candidates: [Commit]) -> CommitID? {
        guard let author = try? repository.authorship(of: commit.id), !author.isEmpty else { return nil }
        let found = candidates.filter { (try? repository.authorship(of: $0.id)) == author }
        let sameSubject = found.filter { $0.subject.isIdentical(to: commit.subject) }
        if let same = sameSubject.first(where: { $0.tree == commit.tree }) ?? sameSubject.first { return same.id }
        // Written a second time, under another title; what was made in the same second is another commit.
        let anew = found.filter { !author.hasSuffix(" \($0.seconds)") }
        return anew.count == 1 ? anew[0].id : nil
    }

    private func byLog(_ commit: CommitID, _ candidates: Set<CommitID>) -> CommitID? {
        guard let log = try? repository.headLog() else { return nil }
        var next = commit
        for line in log where line.old == next && line.message.hasPrefix("commit (amend)") {
            guard let new = line.new else { continue }
            if candidates.contains(new) { return new }
            next = new
        }
        return nil
    }

    private func byPatch(_ commit: CommitID) -> CommitID? {
        guard let place = repository.workTree else { return nil }
        let git = GitCommand(in: place)
        func patches(_ arguments: [String]) -> [(patch: Substring, commit: CommitID)] {
            let plain = ["--no-ext-diff", "--no-textconv", "--no-color", "-p", "--pretty=medium"]
            guard let log = try? git.run(["-c", "core.fsmonitor=false", "log"] + plain + arguments),
                let ids = try? git.run(["patch-id", "--stable"], input: log.output)
            else { return [] }
            return ids.text.split(separator: "\n").compactMap { line in
                let words = line.split(separator: " ")
                guard words.count == 2, let id = CommitID(String(words[1])) else { return nil }
                return (words[0], id)
            }
        }
        guard let own = patches(["-n", "1", commit.hex]).first?.patch else { return nil }
        let others = patches(
            ["-n", String(Self.patchLimit), "--no-merges", "HEAD", "--branches", "--not", commit.hex])
        return others.first { $0.patch == own }?.commit
    }

    /// A squashed commit's message usually holds those of its parts.
    private func byMessage(_ commit: Commit, _ candidates: [Commit]) -> CommitID? {
        let subject = commit.subject
        guard subject.utf8.count >= 8 else { return nil }
        let found = candidates.filter { candidate in
            candidate.message.split(separator: "\n").contains { $0.drop { " *-".contains($0) } == subject }
        }
        return found.count == 1 ? found[0].id : nil
    }
}
