import Formats

/// Edits of a configuration file of DVC, such as `.dvc/config`, that leave comments and layout as they are.
package struct ConfigEdit {
    private var lines: [String]
    private let file: String

    /// - Parameters:
    ///   - bytes: The file as it is; `nil` where there is none.
    ///   - file: Its name in errors.
    /// - Throws: `FormatError` for a file that cannot be understood.
    package init(_ bytes: [UInt8]?, file: String) throws(FormatError) {
        _ = try ConfigFile(parsing: bytes ?? [], file: file)
        self.file = file
        lines = String(decoding: bytes ?? [], as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            .map(String.init)
        if lines.last?.isEmpty ?? false { lines.removeLast() }
    }

    /// The text of the file.
    package var bytes: [UInt8] { Array(lines.map { $0 + "\n" }.joined().utf8) }

    /// Sets a key, in its place or at the end of its section; a section that is not there goes to the end.
    ///
    /// - Parameters:
    ///   - section: As ``ConfigFile/settings`` has it: `core`, `remote "storage"`.
    ///   - key: In lower case.
    package mutating func set(_ section: String, _ key: String, _ value: String) {
        let text = Self.quoted(value)
        guard let range = lineRange(of: section) else {
            lines += [Self.header(section), "    \(key) = \(text)"]
            return
        }
        if let line = line(of: key, in: range) {
            let indent = lines[line].prefix { $0 == " " || $0 == "\t" }
            let name = lines[line].dropFirst(indent.count).prefix { $0 != "=" }
            lines[line] = "\(indent)\(name)= \(text)\(Self.comment(behind: lines[line]))"
            return
        }
        var end = range.upperBound
        while end > range.lowerBound, lines[end - 1].allSatisfy({ $0 == " " || $0 == "\t" }) { end -= 1 }
        lines.insert("    \(key) = \(text)", at: end)
    }

    /// Removes a key, and its section where nothing is left in it.
    ///
    /// - Returns: Whether it was there.
    package mutating func remove(_ section: String, _ key: String) -> Bool {
        guard let range = lineRange(of: section), let line = line(of: key, in: range) else { return false }
        lines.remove(at: line)
        let rest = range.lowerBound..<(range.upperBound - 1)
        if rest.allSatisfy({ Self.isBlank(lines[$0]) }) {
            lines.removeSubrange((rest.lowerBound - 1)..<rest.upperBound)
        }
        return true
    }

    /// Removes a section with everything in it.
    ///
    /// - Returns: Whether it was there.
    package mutating func remove(section: String) -> Bool {
        guard let range = lineRange(of: section) else { return false }
        lines.removeSubrange((range.lowerBound - 1)..<range.upperBound)
        _ = remove(section: section)
        return true
    }

    /// Gives a section another name; its settings stay.
    ///
    /// - Returns: Whether it was there.
    package mutating func rename(section: String, to new: String) -> Bool {
        guard let range = lineRange(of: section) else { return false }
        lines[range.lowerBound - 1] = Self.header(new)
        return true
    }

    // MARK: Lines

    /// The lines of a section without its header.
    private func lineRange(of section: String) -> Range<Int>? {
        guard let start = lines.indices.first(where: { name(of: $0)?.isIdentical(to: section) ?? false }) else {
            return nil
        }
        let end = lines[(start + 1)...].indices.first { name(of: $0) != nil } ?? lines.count
        return (start + 1)..<end
    }

    /// The name of the section that a line opens; `nil` for any other line.
    private func name(of line: Int) -> String? {
        guard lines[line].drop(while: { $0 == " " || $0 == "\t" || $0 == "\u{FEFF}" }).first == "[" else { return nil }
        let probe = Array((lines[line] + "\nx = 1\n").utf8)
        return (try? ConfigFile(parsing: probe, file: file))?.settings.first?.section
    }

    private func line(of key: String, in range: Range<Int>) -> Int? {
        range.last { line in
            let probe = Array(("[x]\n" + lines[line] + "\n").utf8)
            return (try? ConfigFile(parsing: probe, file: file))?.settings.first?.key.isIdentical(to: key) ?? false
        }
    }

    private static func isBlank(_ line: String) -> Bool {
        line.utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
    }

    // MARK: Text

    /// A section with quotes in its name gets others around it.
    private static func header(_ section: String) -> String {
        section.utf8.contains(UInt8(ascii: "\"")) ? "['\(section)']" : "[\(section)]"
    }

    /// The blanks and the comment behind a value that stands on the line.
    private static func comment(behind line: String) -> Substring {
        guard let sign = line.firstIndex(of: "=") else { return "" }
        var quote: Character?
        var index = line.index(after: sign)
        var blanks: String.Index?
        while index < line.endIndex {
            let character = line[index]
            if let open = quote {
                if character == open { quote = nil }
            } else if character == "\"" || character == "'" {
                quote = character
            } else if character == "#", let blanks {
                return line[blanks...]
            }
            if character == " " || character == "\t" { blanks = blanks ?? index } else { blanks = nil }
            index = line.index(after: index)
        }
        return ""
    }

    /// The value with quotes where it would be read as something else without them.
    private static func quoted(_ value: String) -> String {
        let isEdge = { (byte: UInt8?) in byte.map { " \t\r\"'".utf8.contains($0) } ?? true }
        let needsQuotes =
            isEdge(value.utf8.first) || isEdge(value.utf8.last) || value.utf8.contains { ",#".utf8.contains($0) }
        if !needsQuotes { return value }
        return value.utf8.contains(UInt8(ascii: "\"")) ? "'\(value)'" : "\"\(value)\""
    }
}
