import Diagnostics

/// A table of texts: columns left-aligned, two blanks between them, as `metrics show` prints it.
package struct PlainTable: Sendable {
    private let rawHeaders: [String]
    private let rawRows: [[String]]
    private let headers: [String]
    private let rows: [[String]]

    /// - Parameter rows: As many cells as headers in each.
    package init(headers: [String], rows: [[String]]) {
        rawHeaders = headers
        rawRows = rows
        self.headers = headers.map(Console.sanitized)
        self.rows = rows.map { $0.map(Console.sanitized) }
    }

    private var widths: [Int] {
        headers.indices.map { column in
            max(DisplayWidth.of(headers[column]) + 2, rows.map { DisplayWidth.of($0[column]) }.max() ?? 0)
        }
    }

    /// The lines, each with a line feed; no blanks at their ends.
    package var text: String {
        let widths = widths
        return ([headers] + rows).map { cells in
            let line = zip(cells, widths).map { DisplayWidth.padded($0, to: $1) }.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed()) + "\n"
        }.joined()
    }

    /// The lines as comma-separated values.
    ///
    /// - Parameter forTerminal: Make control characters visible.
    package func csv(forTerminal: Bool) -> String {
        let lines = forTerminal ? [headers] + rows : [rawHeaders] + rawRows
        return lines.map(CSVText.line).joined()
    }

    /// The table in GitHub's Markdown, with an empty line behind it.
    package var markdown: String {
        let widths = widths
        func line(_ cells: [String]) -> String {
            "| "
                + zip(cells, widths).map { DisplayWidth.padded(MarkdownText.escaped($0), to: $1) }.joined(
                    separator: " | ") + " |\n"
        }
        let rule = "|" + widths.map { String(repeating: "-", count: $0 + 2) }.joined(separator: "|") + "|\n"
        return line(headers) + rule + rows.map(line).joined() + "\n"
    }
}

enum MarkdownText {
    /// A pipe would end the cell.
    static func escaped(_ text: String) -> String {
        text.contains("|")
            ? text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|") : text
    }
}
