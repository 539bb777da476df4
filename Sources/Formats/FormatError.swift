import Diagnostics

/// A file's text is not what its format allows.
package struct FormatError: UserFacingError, Hashable {
    /// The file as the user would name it.
    package let file: String
    /// Where it went wrong, where that is known.
    package let position: SourcePosition?
    /// What is wrong there, in lower case.
    package let problem: String
    /// The lines around the position with their numbers, ready to print; empty without a position.
    package let excerpt: [String]
    /// Whether the text holds the markers of a merge that was never resolved.
    package let hasConflictMarkers: Bool

    /// An error in `text`, with the line it points to and the one before.
    package init(file: String, position: SourcePosition?, problem: String, text: some RandomAccessCollection<UInt8>) {
        self.file = file
        self.position = position
        self.problem = problem
        excerpt = position.map { SourceExcerpt.lines(of: text, around: $0.line) } ?? []
        hasConflictMarkers = SourceExcerpt.hasConflictMarkers(text)
    }

    /// An error without an excerpt.
    package init(file: String, position: SourcePosition? = nil, problem: String) {
        self.init(file: file, position: position, problem: problem, text: EmptyCollection())
    }

    /// Several lines: what is wrong and where, then the excerpt.
    package var message: String {
        let cause = hasConflictMarkers ? " (possible merge conflicts)" : ""
        var lines = "'\(Console.sanitized(file))' is invalid\(cause): \(Console.sanitized(problem))"
        if let position { lines += ", line \(position.line), column \(position.column)" }
        for line in excerpt { lines += "\n" + line }
        return lines
    }

    /// Only for the markers of a merge; otherwise `nil`.
    package var hint: String? {
        hasConflictMarkers ? "resolve the conflict, then remove the lines with '<<<<<<<' and '>>>>>>>'" : nil
    }
}

/// Numbered lines of a file for an error message.
package enum SourceExcerpt {
    /// A line longer than this many code points is cut.
    private static let width = 100

    /// The line before `line` and the `count` lines from it on, numbered, with guides in deep indentation.
    ///
    /// Control characters are made visible, so the lines are safe to print.
    package static func lines(of text: some RandomAccessCollection<UInt8>, around line: Int, count: Int = 1) -> [String]
    {
        let first = max(1, line - 1)
        let last = line + max(count, 1) - 1
        var found: [(number: Int, bytes: [UInt8])] = []
        var number = 1
        var start = text.startIndex
        while number <= last, start < text.endIndex {
            let end = text[start...].firstIndex(of: UInt8(ascii: "\n")) ?? text.endIndex
            if number >= first { found.append((number, Array(text[start..<end].prefix(width * 4)))) }
            start = end < text.endIndex ? text.index(after: end) : end
            number += 1
        }
        let digits = "\(last)".count
        return found.map { number, bytes in
            let label = "\(number)"
            let padding = String(repeating: " ", count: digits - label.count + 2)
            return padding + label + " " + visible(bytes)
        }
    }

    private static func visible(_ bytes: [UInt8]) -> String {
        let indent = bytes.prefix { $0 == UInt8(ascii: " ") }.count
        var text = ""
        let wanted = String(decoding: bytes.dropFirst(indent), as: UTF8.self).unicodeScalars
        for scalar in wanted.prefix(width) where scalar != "\r" { text.unicodeScalars.append(scalar) }
        if wanted.count > width { text += "…" }
        let guides = min(indent, width) / 4
        let rest = min(indent, width) % 4
        return String(repeating: "│   ", count: guides) + String(repeating: " ", count: rest) + Console.sanitized(text)
    }

    static func hasConflictMarkers(_ text: some RandomAccessCollection<UInt8>) -> Bool {
        var atLineStart = true
        var index = text.startIndex
        while index < text.endIndex {
            let byte = text[index]
            if atLineStart, byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">") {
                // Git makes them longer where a marker is inside of another one, or where it is told to.
                let end = text[index...].firstIndex { $0 != byte } ?? text.endIndex
                let length = text.distance(from: index, to: end)
                if length >= ConflictMarkers.size, end < text.endIndex, text[end] == UInt8(ascii: " ") { return true }
            }
            atLineStart = byte == UInt8(ascii: "\n")
            index = text.index(after: index)
        }
        return false
    }
}
