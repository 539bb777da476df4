import Diagnostics
import Formats

/// The table of experiments as text, Markdown or CSV.
package struct ShowTable {
    private let rows: [ShowRow]
    private let options: ShowOptions
    private let content: ShowColumns
    private let hasState: Bool
    private let hasExecutor: Bool
    private let now: Int64

    /// - Parameter now: The time of day in seconds since 1970; rows of today show their hour.
    /// - Throws: ``ShowError`` for a pattern that is none.
    package init(_ rows: [ShowRow], _ options: ShowOptions, now: Int64 = TimeText.now()) throws(ShowError) {
        self.rows = rows
        self.options = options
        self.now = now
        content = try ShowColumns(rows, options)
        hasState = rows.contains { $0.state != nil }
        hasExecutor = rows.contains { $0.executor != nil }
    }

    private struct Column {
        var header: String
        var cells: [String]
        let isRight: Bool
        let group: ShowColumn.Group?
    }

    private func columns() -> [Column] {
        var columns = [Column(header: "Experiment", cells: rows.map(label), isRight: false, group: nil)]
        if !options.hidesTimestamp {
            let created = rows.map { $0.created.map { TimeText.short($0, now: now) } ?? "-" }
            columns.append(Column(header: "Created", cells: created, isRight: false, group: nil))
        }
        if hasState {
            columns.append(Column(header: "State", cells: rows.map { $0.state ?? "-" }, isRight: false, group: nil))
        }
        if hasExecutor {
            columns.append(
                Column(header: "Executor", cells: rows.map { $0.executor ?? "-" }, isRight: false, group: nil))
        }
        let digits = options.precision ?? 5
        for (index, column) in content.columns.enumerated() {
            let cells = content.cells.map {
                Console.sanitized(Self.text($0[index], digits: digits, isShort: true) ?? "-")
            }
            columns.append(
                Column(
                    header: Console.sanitized(column.header), cells: cells, isRight: column.group == .metric,
                    group: column.group))
        }
        return columns
    }

    /// - Parameter digits: Significant digits of a number; `nil` for all.
    private static func text(_ cell: ShowColumns.Cell?, digits: Int?, isShort: Bool = false) -> String? {
        switch cell {
        case .value(let value): CellText.of(value, digits: digits)
        case .hash(let hash): isShort ? String(hash.prefix(7)) : hash
        case .unreadable: "!"
        case nil: nil
        }
    }

    private func label(_ row: ShowRow) -> String {
        let short = row.revision == "workspace" ? row.revision : String(row.revision.prefix(7))
        if row.kind == .baseline { return Console.sanitized(options.usesIDs ? short : row.name ?? short) }
        let name = row.name.map { " [\(Console.sanitized($0))]" } ?? ""
        let parent = row.parent.map { " (\($0.prefix(7)))" } ?? ""
        return "\(row.kind.tree)\(short)\(name)\(parent)"
    }

    /// The table between three rules.
    ///
    /// - Parameters:
    ///   - width: The columns of the terminal to fit into; `nil` takes what is needed.
    ///   - colour: Whether names and headers stand out.
    package func text(width: Int?, colour: Bool) -> String {
        var columns = columns()
        if columns.count == 1 && options.onlyChanged { return "" }
        var widths = columns.map { column in ([column.header] + column.cells).map(DisplayWidth.of).max() ?? 0 }
        if let width { Self.fit(&columns, &widths, into: width) }
        let ruleWidth = widths.reduce(0, +) + 3 * (widths.count - 1) + 2
        let rule = " " + String(repeating: "─", count: ruleWidth) + " \n"
        func line(_ cells: [String], _ style: (Int, String) -> String) -> String {
            let padded = cells.enumerated().map { index, cell in
                let shown = width == nil ? cell : DisplayWidth.cut(cell, to: widths[index])
                return style(index, DisplayWidth.padded(shown, to: widths[index], right: columns[index].isRight))
            }
            return "  " + padded.joined(separator: "   ") + "  \n"
        }
        var text = rule
        text += line(columns.map(\.header)) { index, cell in colour ? Self.coloured(cell, columns[index].group) : cell }
        text += rule
        for (number, row) in rows.enumerated() {
            let isStrong = colour && (row.kind == .baseline || row.name != nil)
            text += line(columns.map { $0.cells[number] }) { index, cell in
                isStrong && index == 0 ? "\u{1B}[1m\(cell)\u{1B}[m" : cell
            }
        }
        return text + rule
    }

    private static func coloured(_ cell: String, _ group: ShowColumn.Group?) -> String {
        let code =
            switch group {
            case .metric: "33"
            case .parameter: "34"
            case .dependency: "35"
            case nil: "1"
            }
        return "\u{1B}[\(code)m\(cell)\u{1B}[m"
    }

    /// Drops columns from the right, the last dependency too, then cuts cells, until the table fits.
    private static func fit(_ columns: inout [Column], _ widths: inout [Int], into width: Int) {
        func total() -> Int { widths.reduce(0, +) + 3 * (widths.count - 1) + 4 }
        var dropped = false
        func expendable() -> Int? {
            columns.indices.last { index in
                columns[index].group != nil && columns[..<index].contains { $0.group == columns[index].group }
            } ?? columns.lastIndex { $0.group == .dependency }
        }
        while total() > width, let last = expendable() {
            columns.remove(at: last)
            widths.remove(at: last)
            if !dropped {
                dropped = true
                columns.append(
                    Column(header: "…", cells: columns[0].cells.map { _ in "…" }, isRight: false, group: nil))
                widths.append(1)
            }
        }
        while total() > width, let widest = widths.indices.max(by: { widths[$0] < widths[$1] }), widths[widest] > 4 {
            widths[widest] -= 1
        }
    }

    /// The table in GitHub's Markdown, with an empty line behind it.
    package func markdown() -> String {
        let columns = columns()
        let widths = columns.map { column in
            // DVC leaves two columns of room beside a header.
            max(
                DisplayWidth.of(MarkdownText.escaped(column.header)) + 2,
                column.cells.map { DisplayWidth.of(MarkdownText.escaped($0)) }.max() ?? 0)
        }
        func line(_ cells: [String]) -> String {
            let padded = zip(cells, widths).map { DisplayWidth.padded(MarkdownText.escaped($0), to: $1) }
            return "| " + padded.joined(separator: " | ") + " |\n"
        }
        let rule = "|" + widths.map { String(repeating: "-", count: $0 + 2) }.joined(separator: "|") + "|\n"
        return line(columns.map(\.header)) + rule
            + rows.indices.map { row in line(columns.map { $0.cells[row] }) }.joined() + "\n"
    }

    /// The table as comma-separated values with CR LF, full numbers and ISO times.
    ///
    /// - Parameter isTerminal: Whether control characters must be made visible, which a program wants as they are.
    package func csv(forTerminal isTerminal: Bool = false) -> String {
        func line(_ fields: [String]) -> String {
            CSVText.line(isTerminal ? fields.map(Console.sanitized) : fields)
        }
        var headers = ["Experiment", "rev", "typ"]
        if !options.hidesTimestamp { headers.append("Created") }
        let hasParent = !options.onlyChanged || rows.contains { $0.parent != nil }
        if hasParent { headers.append("parent") }
        if hasState { headers.append("State") }
        if hasExecutor { headers.append("Executor") }
        headers += content.columns.map(\.header)
        var text = line(headers)
        for (row, cells) in zip(rows, content.cells) {
            let isBaseline = row.kind == .baseline
            let short = row.revision == "workspace" ? row.revision : String(row.revision.prefix(7))
            var fields = [
                isBaseline ? "" : row.name ?? "", isBaseline ? (options.usesIDs ? short : row.name ?? short) : short,
                row.kind.rawValue,
            ]
            if !options.hidesTimestamp { fields.append(row.created.map(TimeText.iso) ?? "") }
            if hasParent { fields.append(row.parent.map { String($0.prefix(7)) } ?? "") }
            if hasState { fields.append(row.state ?? "") }
            if hasExecutor { fields.append(row.executor ?? "") }
            fields += cells.map { Self.text($0, digits: options.precision) ?? "" }
            text += line(fields)
        }
        return text
    }
}
