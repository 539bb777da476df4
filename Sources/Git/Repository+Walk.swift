import Clibgit2

extension Repository {
    /// All commits reachable from `HEAD`, branches, remote branches and tags, newest first.
    package func reachableCommits() throws(GitError) -> [CommitID] {
        let walk = try Handle(git_revwalk_free) { git_revwalk_new(&$0, raw) }
        git_revwalk_sorting(walk.raw, GIT_SORT_TIME.rawValue)
        if try head() != nil { try check { git_revwalk_push_head(walk.raw) } }
        for pattern in ["refs/heads/*", "refs/remotes/*", "refs/tags/*"] {
            try check { git_revwalk_push_glob(walk.raw, pattern) }
        }
        var result: [CommitID] = []
        var oid = git_oid()
        while git_revwalk_next(&oid, walk.raw) == 0 { result.append(CommitID(oid)) }
        return result
    }
}

extension Repository {
    /// Those of the commits that neither `HEAD` nor a branch, a remote branch or a tag reaches.
    ///
    /// Costs as much history as lies between them, not all of it. Commits that are missing count as not reached.
    ///
    /// - Parameters:
    ///   - locally: Whether what is known of remotes does not count.
    ///   - leaving: Branches that do not count, with their whole names.
    package func unreachable(
        among commits: Set<CommitID>, locally: Bool = false, leaving: Set<String> = []
    ) throws(GitError) -> Set<CommitID> {
        var lost: Set<CommitID> = []
        let walk = try Handle(git_revwalk_free) { git_revwalk_new(&$0, raw) }
        for commit in commits {
            var oid = commit.oid
            if git_revwalk_push(walk.raw, &oid) != 0 { lost.insert(commit) }
        }
        if try head() != nil { try check { git_revwalk_hide_head(walk.raw) } }
        if leaving.isEmpty {
            try check { git_revwalk_hide_glob(walk.raw, "refs/heads/*") }
        } else {
            for branch in try references(below: "refs/heads/") where !leaving.contains(branch.name) {
                var oid = branch.commit.oid
                try check { git_revwalk_hide(walk.raw, &oid) }
            }
        }
        for pattern in ["refs/tags/*"] + (locally ? [] : ["refs/remotes/*"]) {
            try check { git_revwalk_hide_glob(walk.raw, pattern) }
        }
        var oid = git_oid()
        while git_revwalk_next(&oid, walk.raw) == 0 {
            let commit = CommitID(oid)
            if commits.contains(commit) { lost.insert(commit) }
        }
        return lost
    }

    /// The commits that `HEAD` and the branches reach and `commit` does not, newest first.
    ///
    /// - Parameter limit: How many at most.
    package func commitsSince(_ commit: CommitID, limit: Int) throws(GitError) -> [CommitID] {
        let walk = try Handle(git_revwalk_free) { git_revwalk_new(&$0, raw) }
        git_revwalk_sorting(walk.raw, GIT_SORT_TIME.rawValue)
        if try head() != nil { try check { git_revwalk_push_head(walk.raw) } }
        try check { git_revwalk_push_glob(walk.raw, "refs/heads/*") }
        var hidden = commit.oid
        try check { git_revwalk_hide(walk.raw, &hidden) }
        var result: [CommitID] = []
        var oid = git_oid()
        while result.count < limit, git_revwalk_next(&oid, walk.raw) == 0 { result.append(CommitID(oid)) }
        return result
    }

    /// The commits of a range such as `main..HEAD`, oldest first.
    ///
    /// - Throws: ``GitCommandError`` with git's complaint for what is no range.
    package func commits(inRange range: String) throws(GitCommandError) -> [CommitID] {
        let text = try GitCommand(in: workTree ?? gitDirectory).output(
            "rev-list", "--reverse", "--topo-order", "--end-of-options", range, "--")
        return text.split(separator: "\n").compactMap { CommitID(String($0)) }
    }
}
