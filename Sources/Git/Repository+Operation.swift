import Files
import SystemPackage

/// Something that git does in several steps, between which the workspace is not the user's.
package enum GitOperation: String, Sendable, CaseIterable {
    case rebase, merge, bisect
    case cherryPick = "cherry-pick"
}

extension Repository {
    /// What git is in the middle of in this work tree.
    package func operations() -> Set<GitOperation> {
        let marks: [(String, GitOperation)] = [
            ("rebase-merge", .rebase), ("rebase-apply", .rebase), ("CHERRY_PICK_HEAD", .cherryPick),
            ("REVERT_HEAD", .cherryPick), ("sequencer", .cherryPick), ("MERGE_HEAD", .merge), ("BISECT_LOG", .bisect),
        ]
        return Set(
            marks.compactMap { name, operation in
                let status = try? FileStatus.of(gitDirectory.appending(name), followingLinks: false)
                return status == nil ? nil : operation
            })
    }
}
