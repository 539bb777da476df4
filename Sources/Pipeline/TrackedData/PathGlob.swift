import Files
import SystemPackage

/// Finds files by patterns such as `data/*.csv` and `**/raw`.
enum PathGlob {
    /// The paths that match, sorted; names that begin with a dot only match a pattern that does.
    ///
    /// - Parameters:
    ///   - pattern: Relative to `folder`; `**` stands for any number of folders.
    ///   - folder: An absolute path.
    /// - Returns: The matches in the form in which the pattern is written.
    static func matches(_ pattern: String, in folder: FilePath) throws -> [String] {
        let path = FilePath(pattern)
        var found: [FilePath] = []
        let start = path.isAbsolute ? FilePath("/") : folder
        try walk(start, shown: path.isAbsolute ? "/" : "", Array(path.components.map(\.string))[...], &found)
        var seen: Set<FilePath> = []
        return found.filter { seen.insert($0).inserted }.map(\.string)
    }

    private static func walk(
        _ folder: FilePath, shown: FilePath, _ parts: ArraySlice<String>, _ found: inout [FilePath]
    ) throws {
        guard let part = parts.first else {
            if !shown.isEmpty { found.append(shown) }
            return
        }
        guard
            part.utf8.contains(where: { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "[") })
        else {
            let next = folder.appending(part)
            guard try FileStatus.of(next, followingLinks: false) != nil else { return }
            return try walk(next, shown: shown.appending(part), parts.dropFirst(), &found)
        }
        if part == "**" { try walk(folder, shown: shown, parts.dropFirst(), &found) }
        for (name, kind) in try FileIO.list(folder) ?? [] {
            if name.hasPrefix("."), !part.hasPrefix(".") { continue }
            if part == "**" {
                if kind == .directory {
                    try walk(folder.appending(name), shown: shown.appending(name), parts, &found)
                } else if parts.count == 1 {
                    found.append(shown.appending(name))
                }
            } else if Glob.matches(part, name), parts.count == 1 || kind == .directory {
                try walk(folder.appending(name), shown: shown.appending(name), parts.dropFirst(), &found)
            }
        }
    }
}
