import SystemPackage

/// Files below one root, wherever they are kept: the workspace and a commit both are one.
///
/// Paths are relative to the root. Absence is a value, not an error.
package protocol FileTree {
    /// The bytes of the file at a path; `nil` where there is no file.
    func contents(of path: FilePath) throws -> [UInt8]?

    /// What is at a path, links not followed; `nil` where nothing is.
    func kind(of path: FilePath) throws -> FileKind?

    /// The names in a folder; `nil` where there is no folder.
    func list(_ directory: FilePath) throws -> [(name: String, kind: FileKind)]?
}

/// The files of the workspace.
package struct WorkspaceTree: FileTree {
    /// Absolute; what paths are relative to.
    package let root: FilePath
    /// Files that are to be seen with other contents than they have, by their paths.
    package let replaced: [FilePath: [UInt8]]

    /// Takes the root, absolute, and what is to be seen in place of files, by paths from the root.
    package init(root: FilePath, replaced: [FilePath: [UInt8]] = [:]) {
        self.root = root
        self.replaced = replaced
    }

    /// Follows links.
    ///
    /// - Throws: ``FileError``.
    package func contents(of path: FilePath) throws -> [UInt8]? {
        try replaced[path] ?? FileIO.read(root.pushing(path))
    }

    /// What the workspace has there; replacements do not count.
    ///
    /// - Throws: ``FileError``.
    package func kind(of path: FilePath) throws -> FileKind? {
        try FileStatus.of(root.pushing(path), followingLinks: false)?.kind ?? (replaced[path] == nil ? nil : .file)
    }

    /// Sorted by the bytes of the names; replacements do not count.
    ///
    /// - Throws: ``FileError``, also for a name that is not UTF-8.
    package func list(_ directory: FilePath) throws -> [(name: String, kind: FileKind)]? {
        guard var entries = try FileIO.list(root.pushing(directory)) else { return nil }
        for path in replaced.keys where path.parent == directory {
            // A file that is yet to be.
            guard let name = path.lastComponent, !entries.contains(where: { $0.name.isIdentical(to: name.string) })
            else { continue }
            entries.append((name.string, .file))
        }
        return entries
    }
}
