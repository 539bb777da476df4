import Files
import Formats

/// A metrics file at one revision.
package struct MetricsFile: Sendable {
    /// As the user is to see it.
    package let path: String
    /// The whole contents; `nil` where it could not be read.
    package let value: Value?
    /// The metrics by dotted name.
    package let leaves: [(name: String, value: Value)]

    /// Takes a file that was read already; one that could not be has neither a value nor leaves.
    package init(path: String, value: Value?, leaves: [(name: String, value: Value)]) {
        self.path = path
        self.value = value
        self.leaves = leaves
    }
}

enum MetricText {
    /// Numbers rounded behind the point.
    static func of(_ value: Value?, places: Int) -> String {
        switch value {
        case .float(let number)?: PythonNumber.rounded(number, places: places)
        case let value?: PythonText.str(value)
        case nil: "-"
        }
    }
}

/// What `metrics show` prints.
package struct MetricsTable {
    private let revisions: [(revision: String, files: [MetricsFile])]
    private let showsRevision: Bool
    private let places: Int

    /// - Parameter places: Digits behind the point.
    package init(_ revisions: [(revision: String, files: [MetricsFile])], showsRevision: Bool, places: Int) {
        self.revisions = revisions
        self.showsRevision = showsRevision
        self.places = places
    }

    /// A row for each file of each revision, and a column for each metric of any of them, sorted by name.
    package var plain: PlainTable {
        let names = Set(revisions.flatMap { $0.files.flatMap { $0.leaves.map { ExactString($0.name) } } })
            .sorted().map(\.text)
        let rows = revisions.flatMap { revision, files in
            files.map { file in
                (showsRevision ? [revision] : []) + [file.path]
                    + names.map { name in
                        MetricText.of(file.leaves.first { $0.name.isIdentical(to: name) }?.value, places: places)
                    }
            }
        }
        return PlainTable(headers: (showsRevision ? ["Revision"] : []) + ["Path"] + names, rows: rows)
    }

    /// As DVC prints it: the contents of each file, below `data`, the file and `data` of its revision.
    package var json: Value {
        .mapping(
            Mapping(
                revisions.map { revision, files in
                    let data = files.map { file in
                        (file.path, Value.mapping(Mapping([("data", file.value ?? .null)])))
                    }
                    return (revision, .mapping(Mapping([("data", .mapping(Mapping(data)))])))
                }))
    }
}

/// What `metrics diff` prints.
package struct MetricsComparison {
    struct Row {
        let path: String
        let name: String
        let old: Value?
        let new: Value?
    }

    let rows: [Row]

    /// - Parameter includesEqual: Whether metrics that did not change count, too.
    package init(old: [MetricsFile], new: [MetricsFile], includesEqual: Bool) {
        var rows: [Row] = []
        var paths = old.map(\.path)
        for file in new where !paths.contains(where: { $0.isIdentical(to: file.path) }) { paths.append(file.path) }
        for path in paths.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
            let before = old.first { $0.path.isIdentical(to: path) }?.leaves ?? []
            let after = new.first { $0.path.isIdentical(to: path) }?.leaves ?? []
            for name in Set((before + after).map { ExactString($0.name) }).sorted().map(\.text) {
                let row = Row(
                    path: path, name: name, old: Self.value(of: name, in: before), new: Self.value(of: name, in: after))
                if includesEqual || row.old != row.new { rows.append(row) }
            }
        }
        self.rows = rows
    }

    /// What is null counts as missing.
    private static func value(of name: String, in leaves: [(name: String, value: Value)]) -> Value? {
        let value = leaves.first { $0.name.isIdentical(to: name) }?.value
        return value == .null ? nil : value
    }

    /// Whether there is no value to show: nothing differs, or nothing is there.
    package var isEmpty: Bool { rows.isEmpty }

    /// What to subtract: truth values count as 0 and 1, as DVC has it.
    private static func number(_ value: Value?) -> Value? {
        if case .bool(let isTrue)? = value { return .int(isTrue ? 1 : 0) }
        return value
    }

    static func difference(_ row: Row) -> Value? {
        switch (number(row.old), number(row.new)) {
        case (.int(let old)?, .int(let new)?): .int(new - old)
        case (.int(let old)?, .float(let new)?): .float(new - Double(old))
        case (.float(let old)?, .int(let new)?): .float(Double(new) - old)
        case (.float(let old)?, .float(let new)?): .float(new - old)
        default: nil
        }
    }

    /// A row for each value, with the old and the new one and, for numbers, what lies between them.
    ///
    /// - Parameter places: Digits of numbers behind the point.
    package func table(oldName: String, newName: String, places: Int, hidesPath: Bool) -> PlainTable {
        PlainTable(
            headers: (hidesPath ? [] : ["Path"]) + ["Metric", oldName, newName, "Change"],
            rows: rows.map { row in
                (hidesPath ? [] : [row.path]) + [
                    row.name, MetricText.of(row.old, places: places), MetricText.of(row.new, places: places),
                    MetricText.of(Self.difference(row), places: places),
                ]
            })
    }

    /// As DVC prints it: `old`, `new` and, for numbers, `diff` below the file and the name of each value.
    package var json: Value {
        var files: [(String, Value)] = []
        for row in rows {
            var entry = Mapping([("old", row.old ?? .null), ("new", row.new ?? .null)])
            if let difference = Self.difference(row) { entry["diff"] = difference }
            if !(files.last?.0.isIdentical(to: row.path) ?? false) { files.append((row.path, .mapping(Mapping()))) }
            var mapping = files[files.count - 1].1.mapping ?? Mapping()
            mapping[row.name] = .mapping(entry)
            files[files.count - 1].1 = .mapping(mapping)
        }
        return .mapping(Mapping(files))
    }
}
