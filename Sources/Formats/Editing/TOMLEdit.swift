/// Edits of a TOML text at the place of one value.
enum TOMLEdit {
    static func apply(
        _ change: ParameterEdit.Change, at path: [String], to bytes: [UInt8], name: String
    ) throws -> [UInt8] {
        var parser = TOMLParser(bytes, file: name)
        let place = try Place(path, in: parser.document())
        switch (place.item, change) {
        case (.value(_, let node)?, .delete) where place.rest.isEmpty:
            let start = bytes.lineStart(of: node.range.lowerBound)
            return bytes.replacing(start..<bytes.nextLine(after: node.range.upperBound), with: "")
        case (.value(_, let node)?, _):
            return try FlowEdit(bytes: bytes, dialect: .toml).apply(change, at: place.rest, in: node)
        case (nil, .add(let value)):
            let text = try FlowDialect.toml.text(value.nested(in: place.rest))
            return try inserting(place.key + " = " + text, behind: place, bytes)
        case (.table?, _), (.tables?, _): throw EditRefusal("it is a table of its own")
        default: throw EditRefusal.notMapping
        }
    }

    /// Where a path leads: the innermost table with lines of its own, and what is left from there.
    private struct Place {
        var table: TOMLTable
        var isRoot = true
        /// The key as the section spells it, dotted where the section's keys are.
        var key = ""
        var rest: ArraySlice<String>
        var item: TOMLTable.Item?

        init(_ path: [String], in root: TOMLTable) throws(EditRefusal) {
            table = root
            rest = path[...]
            while let part = rest.popFirst() {
                key += (key.isEmpty ? "" : ".") + FlowDialect.tomlKey(part)
                item = table.item(part)
                switch item {
                case .table(let next)? where !rest.isEmpty: enter(next)
                case .tables(let tables)? where rest.count > 1:
                    guard let index = rest.popFirst().flatMap(tables.place) else { throw .element }
                    enter(tables[index])
                default: return
                }
            }
        }

        private mutating func enter(_ next: TOMLTable) {
            table = next
            guard next.headerEnd != nil else { return }
            isRoot = false
            key = ""
        }
    }

    /// A line behind the last value of a table, or else below its header; at the top of the file for the root.
    private static func inserting(_ line: String, behind place: Place, _ bytes: [UInt8]) throws -> [UInt8] {
        let ends = place.table.items.compactMap { entry -> Int? in
            if case .value(_, let node) = entry.item { node.range.upperBound } else { nil }
        }
        let top = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        let isTop = place.isRoot && !place.key.utf8.contains(UInt8(ascii: "."))
        guard let offset = ends.max().map(bytes.nextLine) ?? place.table.headerEnd ?? (isTop ? top : nil) else {
            throw EditRefusal("its table has no lines of its own")
        }
        let needsBreak = offset > top && bytes[offset - 1] != 10
        return bytes.replacing(offset..<offset, with: (needsBreak ? bytes.lineEnd : "") + line + bytes.lineEnd)
    }
}
