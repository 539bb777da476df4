import SystemPackage

/// Paths as `dvc.yaml` writes them, and the same paths seen from the project root.
///
/// All of it is textual: nothing looks at the disk, so a commit is read the same way as the workspace.
package enum ProjectPath {
    /// A path of a stage, seen from the project root.
    ///
    /// - Parameters:
    ///   - text: The path as it is written: relative to `folder`, or absolute.
    ///   - folder: Where the path starts, relative to the project root.
    ///   - root: The absolute project root; an absolute `text` inside it becomes relative.
    /// - Returns: A normalised path without `.`; it is relative and starts with `..` where it leaves the project, or
    ///   absolute where it was absolute and outside. The root itself is the empty path.
    package static func rooted(_ text: String, in folder: FilePath, root: FilePath? = nil) -> FilePath {
        if let plain = plainPath(text, in: folder) { return plain }
        let path = FilePath(text)
        guard path.isAbsolute else { return normalized(folder.pushing(path)) }
        let absolute = path.lexicallyNormalized()
        guard let root = root?.lexicallyNormalized(), absolute.starts(with: root) else { return absolute }
        var inside = absolute
        guard inside.removePrefix(root) else { return absolute }
        return inside
    }

    /// The common case without the general machinery: no `.`, `..`, doubled or closing slash.
    private static func plainPath(_ text: String, in folder: FilePath) -> FilePath? {
        var start = true
        for byte in text.utf8 {
            if start && (byte == UInt8(ascii: ".") || byte == UInt8(ascii: "/")) { return nil }
            start = byte == UInt8(ascii: "/")
        }
        if start { return nil }
        return folder.isEmpty ? FilePath(text) : folder.appending(text)
    }

    /// The path without `.`, `..` resolved by their text; the empty path for the folder itself.
    package static func normalized(_ path: FilePath) -> FilePath {
        let result = path.lexicallyNormalized()
        return result == "." ? "" : result
    }

    /// Whether a rooted path names something below the root.
    package static func isInside(_ rooted: FilePath) -> Bool {
        !rooted.isAbsolute && !rooted.isEmpty && rooted.components.first != ".."
    }

    /// How to get from one folder to a path; both are seen from the same root, or both are absolute.
    ///
    /// - Returns: `.` where they are the same.
    package static func relative(_ path: FilePath, from folder: FilePath) -> FilePath {
        if path.isAbsolute != folder.isAbsolute { return path }
        let target = Array(normalized(path).components)
        let start = Array(normalized(folder).components)
        var shared = 0
        while shared < target.count, shared < start.count, target[shared] == start[shared] { shared += 1 }
        var result = FilePath()
        for _ in shared..<start.count { result.append(FilePath.Component("..")) }
        for component in target[shared...] { result.append(component) }
        return result.isEmpty ? "." : result
    }

    /// The path in the spelling that belongs into `dvc.yaml`: an absolute one inside the project becomes relative to
    /// `folder`, anything else stays as it is.
    static func verbatim(_ text: String, in folder: FilePath, root: FilePath?) -> String {
        guard text.utf8.first == UInt8(ascii: "/"), let root else { return text }
        let inside = rooted(text, in: folder, root: root)
        return inside.isAbsolute ? text : relative(inside, from: folder).string
    }
}
