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
