import Diagnostics
import Files
import Formats

/// What the table of experiments is to show.
package struct ShowOptions: Sendable {
    /// Columns whose header matches one of these at its beginning are left out.
    package var drop: [String] = []
    /// Such columns stay whatever else is said.
    package var keep: [String] = []
    /// Leaves out the columns that say the same in every row; of dependencies, rows without one do not count.
    package var onlyChanged = false
    /// Leaves out the column `Created`.
    package var hidesTimestamp = false
    /// Significant digits of numbers; `nil` stands for 5 in tables and for all in CSV.
    package var precision: Int?
    /// Baselines as ids, not as names.
    package var usesIDs = false

    /// Shows everything, in the order of the rows.
    package init() {}
}

/// A request for columns that cannot be met.
package enum ShowError: UserFacingError, Hashable {
    case badPattern(String)
    case unknownColumn(String)
    /// The name that was asked for, and the headers that it could mean.
    case ambiguousColumn(String, [String])

    /// Patterns and names have their control characters made visible.
    package var message: String {
        switch self {
        case .badPattern(let text): "'\(Console.sanitized(text))' is not a regular expression"
        case .unknownColumn(let name): "no column '\(Console.sanitized(name))' to sort by"
        case .ambiguousColumn(let name, let candidates):
            "column '\(Console.sanitized(name))' could be any of \(candidates.map(Console.sanitized).joined(separator: ", "))"
        }
    }

    /// `nil` where the pattern itself is wrong.
    package var hint: String? {
        switch self {
        case .badPattern: nil
        case .unknownColumn: "name a metric or a parameter that the table shows"
        case .ambiguousColumn: "put the file in front: FILE:NAME"
        }
    }
}

/// A column of metrics, parameters or dependencies.
struct ShowColumn {
    enum Group: Hashable { case metric, parameter, dependency }
    let group: Group
    let file: String
    let name: String
    var header: String

    fileprivate func `is`(_ name: String, _ file: String, _ group: Group) -> Bool {
        self.group == group && self.name.isIdentical(to: name) && self.file.isIdentical(to: file)
    }
}

/// The columns that rows give rise to, and the cells in them.
struct ShowColumns {
    private static let fixed = ["Experiment", "rev", "typ", "Created", "parent", "State", "Executor"]
    private(set) var columns: [ShowColumn]
    /// A cell for each row and column; `nil` where there is no value.
    private(set) var cells: [[Cell?]]

    enum Cell: Hashable { case value(Value), hash(String), unreadable }

    init(_ rows: [ShowRow], _ options: ShowOptions) throws(ShowError) {
        var builder = ColumnBuilder()
        for row in rows { builder.add(row.metrics, .metric) }
        for row in rows { builder.add(row.parameters, .parameter) }
        let paths = Set(rows.flatMap(\.dependencies).map { ExactString($0.path) })
        builder.add(dependencies: paths.sorted().map(\.text))
        columns = builder.columns
        cells = rows.map { builder.cells(of: $0) }
        nameHeaders()
        try select(options)
    }

    /// A bare name where it is the only one, else with its file.
    private mutating func nameHeaders() {
        var counts: [ExactString: Int] = [:]
        for column in columns { counts[ExactString(column.name), default: 0] += 1 }
        for index in columns.indices where columns[index].group != .dependency {
            let name = columns[index].name
            if counts[ExactString(name), default: 0] > 1 || Self.fixed.contains(name) {
                columns[index].header = "\(columns[index].file):\(name)"
            }
        }
    }

    private mutating func select(_ options: ShowOptions) throws(ShowError) {
        let drop = try options.drop.map { (text) throws(ShowError) in try Self.pattern(text) }
        let keep = try options.keep.map { (text) throws(ShowError) in try Self.pattern(text) }
        func matches(_ patterns: [Regex<AnyRegexOutput>], _ text: String) -> Bool {
            patterns.contains { ((try? $0.prefixMatch(in: text)) ?? nil) != nil }
        }
        let chosen = columns.indices.filter { index in
            let header = columns[index].header
            if matches(keep, header) { return true }
            if matches(drop, header) { return false }
            if !options.onlyChanged { return true }
            // A commit without a lock file, as most baselines are, says nothing about dependencies.
            let isDependency = columns[index].group == .dependency
            return Set(cells.map { $0[index] }.filter { !isDependency || $0 != nil }).count > 1
        }
        columns = chosen.map { columns[$0] }
        cells = cells.map { row in chosen.map { row[$0] } }
    }

    private static func pattern(_ text: String) throws(ShowError) -> Regex<AnyRegexOutput> {
        do { return try Regex(text) } catch { throw ShowError.badPattern(text) }
    }
}

/// Collects columns in the order in which they appear.
private struct ColumnBuilder {
    private struct Key: Hashable {
        let group: ShowColumn.Group
        let file: ExactString
        let name: ExactString

        init(_ group: ShowColumn.Group, _ file: String, _ name: String) {
            self.group = group
            self.file = ExactString(file)
            self.name = ExactString(name)
        }
    }

    private(set) var columns: [ShowColumn] = []
    private var numbers: [Key: Int] = [:]
    /// The first column of each group.
    private var firsts: [ShowColumn.Group: Int] = [:]
    /// The column that was asked for last.
    private var last = -1

    mutating func add(_ files: [FileValues], _ group: ShowColumn.Group) {
        last = firsts[group].map { $0 - 1 } ?? columns.count - 1
        for file in files {
            for leaf in file.leaves ?? [] where number(of: leaf.name, file.file, group) == nil {
                add(Key(group, file.file, leaf.name))
            }
        }
    }

    mutating func add(dependencies: [String]) {
        for path in dependencies where number(of: path, path, .dependency) == nil { add(Key(.dependency, path, path)) }
    }

    private mutating func add(_ key: Key) {
        numbers[key] = columns.count
        last = columns.count
        if firsts[key.group] == nil { firsts[key.group] = columns.count }
        columns.append(ShowColumn(group: key.group, file: key.file.text, name: key.name.text, header: key.name.text))
    }

    /// Most rows have the columns of the row before, so the one behind the last that was asked for is tried first.
    private mutating func number(of name: String, _ file: String, _ group: ShowColumn.Group) -> Int? {
        last += 1
        if last < columns.count, columns[last].is(name, file, group) { return last }
        guard let number = numbers[Key(group, file, name)] else { return nil }
        last = number
        return number
    }

    mutating func cells(of row: ShowRow) -> [ShowColumns.Cell?] {
        last = -1
        var cells = [ShowColumns.Cell?](repeating: nil, count: columns.count)
        for (files, group) in [(row.metrics, ShowColumn.Group.metric), (row.parameters, .parameter)] {
            for file in files {
                guard let leaves = file.leaves else {
                    for (index, column) in columns.enumerated() where column.group == group {
                        if column.file.isIdentical(to: file.file) { cells[index] = .unreadable }
                    }
                    continue
                }
                // What is null counts as missing, as for DVC.
                for leaf in leaves {
                    guard let number = number(of: leaf.name, file.file, group) else { continue }
                    if case .null = leaf.value { continue }
                    cells[number] = .value(leaf.value)
                }
            }
        }
        for dependency in row.dependencies {
            if let number = number(of: dependency.path, dependency.path, .dependency) {
                cells[number] = .hash(dependency.hash)
            }
        }
        return cells
    }
}
