import SystemPackage

/// A private index from which trees of the workspace are made; the user's own index is only read.
///
/// It starts as the user's index, so it holds what git tracks and what was staged as new, and may be widened by the
/// files of another commit. All paths are relative to the top of the work tree.
package protocol WorkspaceIndex {
    /// Also tracks the files of this tree that the index does not have.
    func track(filesOf tree: TreeID) throws

    /// Takes over every modification, mode change and deletion of the files it tracks.
    func refresh() throws

    /// Tracks these files, ignored or not; of a folder, the files in it that git does not ignore.
    ///
    /// Paths that do not exist are dropped from the index; those beyond a symbolic link are left out.
    func add(_ paths: [FilePath]) throws

    /// Keeps these files, and those in these folders, as the index has them now, whatever becomes of them in the
    /// workspace. Holding a path again takes it over anew first.
    func hold(_ paths: [FilePath]) throws

    /// Forgets these paths.
    func remove(_ paths: [FilePath]) throws

    /// Writes the tree.
    func writeTree() throws -> TreeID

    /// What git neither tracks nor ignores, of these paths; of a folder in which it tracks something, what is in there.
    ///
    /// - Returns: Files, and folders that hold nothing else, with `/` at their end.
    func untracked(_ paths: [FilePath]) throws -> [String]
}

extension Repository {
    /// A private index of this work tree.
    ///
    /// Where contents pass through git unchanged the work is done here, without starting a process; a repository
    /// with filters, line-end conversion, submodules, a split or sparse index is left to git itself.
    ///
    /// - Parameter scratch: A folder for the private copy that git works on; it must exist.
    package func workspaceIndex(settings: GitSettings, scratch: FilePath) throws -> any WorkspaceIndex {
        guard let workTree else {
            throw GitError(
                code: .refused, message: "this repository has no work tree",
                hint: "run experiments in a clone of it, or in a linked worktree")
        }
        let path = indexFile
        if let plain = try PlainIndex(self, workTree: workTree, file: path, settings: settings) { return plain }
        return try GitIndex(self, workTree: workTree, file: path, scratch: scratch)
    }

    /// The user's index file, `GIT_INDEX_FILE` honoured.
    package var indexFile: FilePath {
        guard let chosen = getenvironment("GIT_INDEX_FILE"), !chosen.isEmpty else {
            return gitDirectory.appending("index")
        }
        let path = FilePath(chosen)
        return path.isAbsolute ? path : (workTree ?? gitDirectory).pushing(path)
    }
}
