/// Parameters out of a Python file: assignments of literals, at the top level and in classes.
///
/// Nothing is executed. What is not a plain literal is passed over.
package enum PythonLiterals {
    /// - Throws: ``FormatError`` where a bracket or a text does not end.
    package static func parse(_ bytes: [UInt8], file: String) throws(FormatError) -> Value {
        .mapping(try assignments(bytes, file: file).mapping)
    }

    /// An assignment, with the place of its literal.
    struct Assignment {
        let path: [String]
        let value: Value
        let range: Range<Int>
    }

    static func assignments(_ bytes: [UInt8], file: String) throws(FormatError) -> Assignments {
        var result = Assignments()
        var classes: [(indent: Int, name: String)] = []
        var initializer: Int?
        for line in try PythonLines.split(bytes, file: file) {
            classes.removeAll { $0.indent >= line.indent }
            if let indent = initializer, line.indent <= indent { initializer = nil }
            let text = String(decoding: bytes[line.range], as: UTF8.self)
            if text.hasPrefix("class ") {
                guard line.indent == 0 || !classes.isEmpty else { continue }
                classes.append(
                    (line.indent, String(text.dropFirst(6).prefix { $0.isLetter || $0.isNumber || $0 == "_" })))
                continue
            }
            if text.hasPrefix("def __init__"), !classes.isEmpty {
                initializer = line.indent
                continue
            }
            let isInBody = classes.last.map { line.indent > $0.indent } ?? (line.indent == 0)
            guard isInBody else { continue }
            var cursor = TextCursor(bytes, file: file, format: "Python")
            cursor.index = line.range.lowerBound
            let end = line.range.upperBound
            if initializer != nil {
                guard cursor.take("self.") else { continue }
            } else if line.indent > 0, classes.isEmpty {
                continue
            }
            guard let name = target(&cursor) else { continue }
            var literal = PythonLiteralParser(cursor, end: end)
            guard let value = try literal.whole() else { continue }
            result.add(Assignment(path: classes.map(\.name) + [name], value: value, range: literal.valueRange))
        }
        return result
    }

    /// The name in front of `=`, annotations passed over; the cursor stands behind the `=` then.
    private static func target(_ cursor: inout TextCursor) -> String? {
        let start = cursor.index
        cursor.skip {
            ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x5F || $0 >= 0x80
        }
        guard cursor.index > start else { return nil }
        let name = cursor.text(from: start)
        cursor.skip { $0 == 0x20 || $0 == 0x09 }
        if cursor.take(":") { cursor.skip { $0 != UInt8(ascii: "=") && $0 != 10 && $0 != UInt8(ascii: "#") } }
        guard cursor.byte == UInt8(ascii: "="), cursor.byte(ahead: 1) != UInt8(ascii: "=") else { return nil }
        cursor.index += 1
        return name
    }
}

/// The assignments of a file, and the mapping they make.
struct Assignments {
    private(set) var all: [PythonLiterals.Assignment] = []

    mutating func add(_ assignment: PythonLiterals.Assignment) { all.append(assignment) }

    var mapping: Mapping {
        var root = Value.mapping(Mapping())
        for assignment in all { root.set(assignment.value, at: assignment.path[...]) }
        return root.mapping ?? Mapping()
    }
}

extension Value {
    /// Sets a value inside nested mappings, which are made where they are missing.
    mutating func set(_ value: Value, at path: ArraySlice<String>) {
        guard let key = path.first else { return self = value }
        var mapping = self.mapping ?? Mapping()
        var inner = mapping[key] ?? .mapping(Mapping())
        inner.set(value, at: path.dropFirst())
        mapping[key] = inner
        self = .mapping(mapping)
    }
}
