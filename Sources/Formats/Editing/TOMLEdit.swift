/// Edits of a TOML text at the place of one value.
enum TOMLEdit {
    static func apply(
        _ change: ParameterEdit.Change, at path: [String], to bytes: [UInt8], name: String
    ) throws -> [UInt8] {
        var parser = TOMLParser(bytes, file: name)
        let root = try parser.document()
        var table = root
        var depth = 0
        while depth < path.count - 1, case .table(let next)? = table.item(path[depth]) {
            table = next
            depth += 1
        }
        let rest = path[depth...]
        switch (table.item(path[depth]), change) {
        case (.value(var value, let range)?, .set(let new)), (.value(var value, let range)?, .add(let new)):
            guard rest.count == 1 ? (value = new) == () : value.apply(change, at: rest.dropFirst()) else { break }
            return splice(bytes, range, text(value))
        case (.value(var value, let range)?, .delete):
            if rest.count > 1 {
                guard value.apply(change, at: rest.dropFirst()) else { break }
                return splice(bytes, range, text(value))
            }
            let start = bytes[..<range.lowerBound].lastIndex(of: 10).map { $0 + 1 } ?? 0
            let end = bytes[range.upperBound...].firstIndex(of: 10).map { $0 + 1 } ?? bytes.count
            return splice(bytes, start..<end, "")
        case (nil, .add(let value)):
            let nested = rest.dropFirst().reversed().reduce(value) { .mapping(Mapping([($1, $0)])) }
            let line = key(path[depth]) + " = " + text(nested)
            return inserting(line, at: place(in: table, isRoot: depth == 0, bytes), bytes)
        default: break
        }
        throw OverrideError.notEditable(
            key: path.joined(separator: "."), file: name, reason: "a part of it is a table of its own")
    }

    /// Behind the last value of a table; at the top of the file for a root without values.
    private static func place(in table: TOMLTable, isRoot: Bool, _ bytes: [UInt8]) -> Int {
        let ends = table.items.compactMap { entry -> Int? in
            if case .value(_, let range) = entry.item { range.upperBound } else { nil }
        }
        if let end = ends.max() { return bytes[end...].firstIndex(of: 10).map { $0 + 1 } ?? bytes.count }
        return isRoot ? 0 : bytes.count
    }

    private static func inserting(_ line: String, at place: Int, _ bytes: [UInt8]) -> [UInt8] {
        let needsBreak = place > 0 && bytes[place - 1] != 10
        return splice(bytes, place..<place, (needsBreak ? "\n" : "") + line + "\n")
    }

    private static func splice(_ bytes: [UInt8], _ range: Range<Int>, _ text: String) -> [UInt8] {
        var result = bytes
        result.replaceSubrange(range, with: Array(text.utf8))
        return result
    }

    private static func key(_ key: String) -> String {
        let isBare =
            !key.isEmpty
            && key.utf8.allSatisfy {
                ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x5F || $0 == 0x2D
            }
        return isBare ? key : JSON.pythonDumps(.string(key))
    }

    private static func text(_ value: Value) -> String {
        switch value {
        case .list(let list): "[" + list.map(text).joined(separator: ", ") + "]"
        case .mapping(let mapping):
            "{ " + mapping.entries.map { key($0.key.string ?? "") + " = " + text($0.value) }.joined(separator: ", ")
                + " }"
        case .float(let number):
            number.isFinite ? PythonNumber.repr(number) : number.isNaN ? "nan" : number < 0 ? "-inf" : "inf"
        case .timestamp(let time): time
        // TOML has no null; a text is the nearest thing, and the check of the result refuses it.
        case .null: "\"\""
        default: JSON.pythonDumps(value)
        }
    }
}
