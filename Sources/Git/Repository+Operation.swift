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

    /// The branches that a rebase with `--update-refs` is going to move at its end, with their whole names.
    package func branchesOfRebase() -> Set<String> {
        let file = gitDirectory.appending("rebase-merge").appending("update-refs")
        guard let bytes = (try? FileIO.read(file)) ?? nil else { return [] }
        // Three lines each: the branch, where it was, and where it goes, which are zeros where it stays.
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
        var result: Set<String> = []
        for index in stride(from: 0, to: lines.count - 2, by: 3) where CommitID(lines[index + 2]) != nil {
            result.insert(lines[index])
        }
        return result
    }

    /// Whether git is in a rebase that has nothing to pick: what it checks out now is its end already.
    package func isRebaseWithoutCommits() -> Bool {
        let folder = gitDirectory.appending("rebase-merge")
        let lines = ["done", "git-rebase-todo"].flatMap { name in
            ((try? FileIO.read(folder.appending(name))) ?? nil ?? []).split(separator: 10)
        }.filter { $0.first != UInt8(ascii: "#") }
        return lines.count == 1 && lines[0].elementsEqual("noop".utf8)
    }
}
