import Files
import Git
import SystemPackage

/// The commits of entries, in the logs of references, as `git stash` keeps its own. DVC knows entries by them.
struct QueueStash {
    static let waiting = "refs/exps/celery/stash"
    static let failed = "refs/exps/celery/failed"

    private let repository: Repository
    private let reference: String
    private var git: GitCommand {
        GitCommand(in: repository.commonDirectory, environment: ["GIT_DIR": repository.commonDirectory.string])
    }

    init(_ reference: String, in repository: Repository) {
        self.reference = reference
        self.repository = repository
    }

    /// The commits, oldest first.
    func commits() throws -> [CommitID] {
        let file = repository.commonDirectory.pushing(FilePath("logs/" + reference))
        guard let bytes = try FileIO.read(file) else { return [] }
        return bytes.split(separator: 10).compactMap { line in
            guard line.count > 82 else { return nil }
            return CommitID(String(decoding: line[(line.startIndex + 41)..<(line.startIndex + 81)], as: UTF8.self))
        }
    }

    /// Adds a commit, unless it is lost; the caller has the project's lock.
    func push(_ commit: CommitID) throws {
        if try commits().contains(commit) { return }
        guard let message = try? repository.commit(commit).message else { return }
        let subject = message.split(separator: "\n").first ?? ""
        try run("update-ref", "--create-reflog", "-m", "commit: \(subject)", reference, commit.hex)
    }

    /// Removes a commit, if it is there; the caller has the project's lock.
    func drop(_ commit: CommitID) throws {
        let commits = try commits()
        guard let index = commits.lastIndex(of: commit) else {
            // Git lets the lines of a log go after some time.
            if try repository.commit(named: reference) == commit { try run("update-ref", "-d", reference) }
            return
        }
        if commits.count == 1 { return try run("update-ref", "-d", reference) }
        try run("reflog", "delete", "--rewrite", "--updateref", "\(reference)@{\(commits.count - 1 - index)}")
    }

    private func run(_ arguments: String...) throws {
        let answer = try git.run(["-c", "core.hooksPath=/dev/null"] + arguments)
        guard answer.exit.isSuccess else {
            throw GitCommandError.failed(arguments: arguments, complaint: answer.complaint)
        }
    }
}

extension Queue {
    /// The beginning of the names of references that keep the commits of entries from git's clean-up: in the logs where
    /// DVC looks for them, they would stay for 30 days.
    private static let keepers = "refs/git-exp/queue/"

    /// Keeps the commit of an entry as long as the entry is in the queue.
    func keep(_ stash: CommitID) throws {
        try repository.setReference(Self.keepers + stash.hex, to: stash, expecting: .anything)
    }

    /// Lets the commit of an entry go.
    func letGo(_ stash: CommitID) throws {
        try repository.deleteReference(Self.keepers + stash.hex)
    }

    /// The commits that are kept.
    func keptCommits() throws -> [CommitID] { try repository.references(below: Self.keepers).map(\.commit) }
}
