import Clibgit2
import SystemPackage

extension Repository {
    /// Whether git ignores a path, relative to the top of the work tree.
    package func isIgnored(_ path: FilePath, isFolder: Bool) throws(GitError) -> Bool {
        var ignored: Int32 = 0
        // libgit2 keeps rules it has read; files like .gitignore change under a long run.
        try check { git_ignore_path_is_ignored(&ignored, raw, isFolder ? path.string + "/" : path.string) }
        return ignored == 1
    }

    /// Whether the user's index has a file at this path, or one below it.
    package func isTracked(_ path: FilePath) throws(GitError) -> Bool {
        let file = indexFile
        let index: Handle
        do throws(GitError) {
            index = try Handle(git_index_free) { out in file.withPlatformString { git_index_open(&out, $0) } }
        } catch {
            return isTrackedByGit(path)
        }
        if git_index_get_bypath(index.raw, path.string, 0) != nil { return true }
        var position = 0
        return git_index_find_prefix(&position, index.raw, path.string + "/") == 0
    }

    /// The slow way, for an index that libgit2 cannot read.
    private func isTrackedByGit(_ path: FilePath) -> Bool {
        guard let workTree else { return false }
        let answer = try? GitCommand(in: workTree).run("--literal-pathspecs", "ls-files", "-z", "--", path.string)
        return !(answer?.output.isEmpty ?? true)
    }
}
