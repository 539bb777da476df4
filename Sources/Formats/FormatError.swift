import Diagnostics

/// A place in a text.
package struct SourcePosition: Hashable, Sendable {
    /// In bytes from the start.
    package let offset: Int
    /// From 1.
    package let line: Int
    /// From 1, in code points.
    package let column: Int

    package init(offset: Int, line: Int, column: Int) {
        self.offset = offset
        self.line = line
        self.column = column
    }
}

/// A file that is not what its format, or its reader, wants.
package struct FormatError: UserFacingError, Hashable {
    /// The file's name as the user knows it.
    package let file: String
    package let position: SourcePosition?
    /// What is wrong and what was expected.
    package let problem: String
    /// The lines around the place, with their numbers; empty where they are not known.
    package let excerpt: String
    package let hint: String?

    package init(
        file: String, position: SourcePosition?, problem: String, source: [UInt8]? = nil, hint: String? = nil
    ) {
        self.file = file
        self.position = position
        self.problem = problem
        self.hint = hint
        excerpt = source.flatMap { source in position.map { Self.excerpt(of: source, around: $0.line) } } ?? ""
    }

    package var message: String {
        let place = position.map { ":\($0.line):\($0.column)" } ?? ""
        let head = "\(Console.sanitized(file))\(place): \(problem)"
        return excerpt.isEmpty ? head : head + "\n" + excerpt
    }

    private static func excerpt(of source: [UInt8], around line: Int) -> String {
        let first = max(1, line - 1)
        let lines = source.split(separator: 10, maxSplits: line + 1, omittingEmptySubsequences: false)
        let last = min(lines.count, line + 1)
        guard first <= last else { return "" }
        let width = String(last).utf8.count
        return (first...last).map { number in
            let text = Console.sanitized(String(decoding: lines[number - 1].prefix(120), as: UTF8.self))
            let digits = String(number)
            let padding = String(repeating: " ", count: width - digits.utf8.count)
            return "  \(padding)\(digits) \(number == line ? "│" : " ") \(text)"
        }.joined(separator: "\n")
    }
}
