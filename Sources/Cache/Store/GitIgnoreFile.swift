import Files

/// The lines that keep cached outputs out of git.
package enum GitIgnoreFile {
    /// The line for a name: anchored to the file's own folder, characters with a meaning escaped.
    package static func line(for name: String) -> String {
        var line = "/"
        for scalar in name.unicodeScalars {
            // A backslash would escape what follows; DVC leaves it alone, and git then sees the file.
            if "[]!*#?\\".unicodeScalars.contains(scalar) { line += "\\" }
            line.unicodeScalars.append(scalar)
        }
        // Blanks at the end do not count for git unless they are escaped.
        return line.utf8.last == 0x20 ? String(line.dropLast()) + "\\ " : line
    }

    /// The contents with the line for `name` at the end; `nil` where it is there already.
    package static func adding(_ name: String, to contents: [UInt8]) -> [UInt8]? {
        let line = Array(line(for: name).utf8)
        let lines = contents.split(separator: 10, omittingEmptySubsequences: true)
        if lines.contains(where: { $0.elementsEqual(line) }) { return nil }
        var result = contents
        if let last = result.last, last != 10 { result.append(10) }
        return result + line + [10]
    }

    /// The contents without the line for `name`; `nil` where there is no such line.
    package static func removing(_ name: String, from contents: [UInt8]) -> [UInt8]? {
        let line = Array(line(for: name).utf8)
        let lines = contents.split(separator: 10, omittingEmptySubsequences: false)
        let rest = lines.filter { !$0.elementsEqual(line) }
        return rest.count == lines.count ? nil : Array(rest.joined(separator: [10]))
    }
}
