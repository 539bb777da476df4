import Git

/// Which commits count as baselines, for `show`, `list` and `gc`.
package struct BaselineSelection: Sendable {
    /// Revisions; empty means `HEAD`.
    package var revisions: [String] = []
    /// How many commits to follow from each along first parents; negative follows all.
    package var count = 1
    /// Also the tips of all branches.
    package var allBranches = false
    /// Also the commits of all tags.
    package var allTags = false
    /// Every commit that `HEAD`, a branch or a tag reaches; the rest then says nothing.
    package var allCommits = false

    /// `HEAD` alone.
    package init() {}

    /// The commits in the order in which they are shown, each once.
    ///
    /// - Throws: ``ExperimentError`` for a revision that git does not know.
    package func commits(in repository: Repository, chains: ChainReader) throws -> [CommitID] {
        if allCommits { return try repository.reachableCommits() }
        var result: [CommitID] = []
        var seen: Set<CommitID> = []
        func add(_ commit: CommitID) { if seen.insert(commit).inserted { result.append(commit) } }
        let isDefault = revisions.isEmpty && !allBranches && !allTags
        for revision in isDefault || (revisions.isEmpty && count != 1) ? ["HEAD"] : revisions {
            guard let start = try Self.start(revision, in: repository) else { continue }
            var next: CommitID? = start
            var left = count
            while let commit = next, left != 0 {
                add(commit)
                left -= 1
                next = try chains.commit(commit).parents.first
            }
        }
        if allBranches { for branch in try repository.references(below: "refs/heads/") { add(branch.commit) } }
        if allTags {
            for tag in try repository.references(below: "refs/tags/") {
                if let commit = try repository.commit(named: tag.name) { add(commit) }
            }
        }
        return result
    }

    /// The commit of a revision; `nil` for `HEAD` before the first commit.
    private static func start(_ revision: String, in repository: Repository) throws -> CommitID? {
        do throws(GitError) {
            if let commit = try repository.resolve(revision) { return commit }
        } catch {
            guard error.code == .ambiguous else { throw error }
            throw ExperimentError.ambiguous(
                revision, references: repository.commits(beginningWith: revision).map(\.hex))
        }
        if revision == "HEAD" { return nil }
        let baselines = try ExperimentCatalog(of: repository).experiments(named: revision).map(\.baseline.short)
        if baselines.isEmpty { throw ExperimentError.unknown(revision, similar: []) }
        throw ExperimentError.isNoBaseline(revision, baselines: baselines)
    }
}

/// What baselines are called.
package struct BaselineNames {
    private let head: CommitID?
    private let branch: String?
    private var tags: [CommitID: String] = [:]
    private var branches: [CommitID: String] = [:]

    /// Reads the branches and tags; of several for one commit the first one by name counts.
    package init(_ repository: Repository) throws {
        head = try repository.head()
        branch = try repository.headBranch().map { String($0.dropFirst("refs/heads/".count)) }
        for tag in try repository.references(below: "refs/tags/").reversed() {
            if let commit = try repository.commit(named: tag.name) { tags[commit] = String(tag.name.dropFirst(10)) }
        }
        for branch in try repository.references(below: "refs/heads/").reversed() {
            branches[branch.commit] = String(branch.name.dropFirst(11))
        }
    }

    /// The branch that is checked out, else a tag, else a branch; `nil` where there is none.
    package func name(of commit: CommitID) -> String? {
        if commit == head, let branch { return branch }
        return tags[commit] ?? branches[commit]
    }
}
