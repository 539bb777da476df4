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
    package let root: FilePath

    package init(root: FilePath) { self.root = root }

    package func contents(of path: FilePath) throws -> [UInt8]? { try FileIO.read(root.pushing(path)) }

    package func kind(of path: FilePath) throws -> FileKind? {
        try FileStatus.of(root.pushing(path), followingLinks: false)?.kind
    }

    package func list(_ directory: FilePath) throws -> [(name: String, kind: FileKind)]? {
        try FileIO.list(root.pushing(directory))
    }
}
