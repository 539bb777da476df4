/// Parameters out of a Python file: assignments of literals, at the top level and in classes.
///
/// Nothing is executed. What is not a plain literal is passed over.
package enum PythonLiterals {
    /// - Throws: ``FormatError`` where a bracket or a text does not end.
    package static func parse(_ bytes: [UInt8], file: String) throws(FormatError) -> Value {
        .mapping(try assignments(bytes, file: file).mapping)
    }

    /// An assignment, with the places of its literal and of the whole statement.
    struct Assignment {
        let path: [String]
        let value: Value
        let node: FlowNode
        let statement: Range<Int>
    }

    static func assignments(_ bytes: [UInt8], file: String) throws(FormatError) -> Assignments {
        var result = Assignments()
        var blocks = PythonBlocks()
        for line in try PythonLines.split(bytes, file: file) {
            blocks.close(to: line.indent)
            if case .names(let path) = blocks.context { result.note(line.range, in: path) }
            if bytes[line.range].last == UInt8(ascii: ":") {
                blocks.open(String(decoding: bytes[line.range], as: UTF8.self), indent: line.indent)
                if case .names(let path) = blocks.context, !path.isEmpty { result.open(path, header: line.range) }
                continue
            }
            var cursor = TextCursor(bytes, file: file, format: "Python")
            cursor.index = line.range.lowerBound
            let path: [String]
            switch blocks.context {
            case .names(let names): path = names
            case .selfOf(let names):
                guard cursor.take("self.") else { continue }
                path = names
            case .ignored: continue
            }
            if case .names = blocks.context, !path.isEmpty, cursor.byte != UInt8(ascii: "@") {
                result.close(line.range, in: path)
            }
            guard let name = target(&cursor) else { continue }
            var literal = PythonLiteralParser(cursor, end: line.range.upperBound)
            guard let value = literal.whole() else { continue }
            result.add(Assignment(path: path + [name], value: value.value, node: value.node, statement: line.range))
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
        if cursor.take(":") {
            if ["else", "try", "finally", "lambda"].contains(name) { return nil }
            cursor.skip { $0 != UInt8(ascii: "=") && $0 != 10 && $0 != UInt8(ascii: "#") }
        }
        guard cursor.byte == UInt8(ascii: "="), cursor.byte(ahead: 1) != UInt8(ascii: "=") else { return nil }
        cursor.index += 1
        return name
    }
}

/// The blocks around a line of Python.
private struct PythonBlocks {
    enum Context {
        /// The top level, or directly in a class.
        case names([String])
        /// Directly in `__init__` of a class, where `self.x` counts.
        case selfOf([String])
        case ignored
    }

    private var blocks: [(indent: Int, context: Context)] = []

    var context: Context { blocks.last?.context ?? .names([]) }

    /// Ends the blocks that a line with this indentation is not part of.
    mutating func close(to indent: Int) {
        while let last = blocks.last, last.indent >= indent { blocks.removeLast() }
    }

    /// Begins the block of a line that ends with a colon.
    mutating func open(_ header: String, indent: Int) {
        var inner = Context.ignored
        if case .names(let path) = context {
            if header.hasPrefix("class ") {
                let name = header.dropFirst(6).drop { $0 == " " }.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
                inner = .names(path + [String(name)])
            } else if header.hasPrefix("def __init__("), !path.isEmpty {
                inner = .selfOf(path)
            }
        }
        blocks.append((indent, inner))
    }
}

/// Where the body of a class stands.
struct PythonClass {
    let path: [String]
    let header: Range<Int>
    /// Where its first line begins, blanks left out.
    var first: Int?
    /// The last statement that stands directly in it and opens no block.
    var last: Range<Int>?
}

/// The assignments of a file, and the mapping they make.
struct Assignments {
    private(set) var all: [PythonLiterals.Assignment] = []
    /// The classes, in the order of the file.
    private(set) var classes: [PythonClass] = []
    private var root = Value.mapping(Mapping())

    /// A class, which is there even without a literal; a second one with its name takes its place.
    mutating func open(_ path: [String], header: Range<Int>) {
        all.removeAll { $0.path.starts(with: path) }
        classes.removeAll { $0.path.starts(with: path) }
        classes.append(PythonClass(path: path, header: header))
        root.set(.mapping(Mapping()), at: path[...])
    }

    /// A line that stands directly in a class.
    mutating func note(_ line: Range<Int>, in path: [String]) {
        guard let index = classes.lastIndex(where: { $0.path == path }) else { return }
        if classes[index].first == nil { classes[index].first = line.lowerBound }
    }

    /// A statement directly in a class, behind which another one may stand.
    mutating func close(_ statement: Range<Int>, in path: [String]) {
        if let index = classes.lastIndex(where: { $0.path == path }) { classes[index].last = statement }
    }

    mutating func add(_ assignment: PythonLiterals.Assignment) {
        all.append(assignment)
        root.set(assignment.value, at: assignment.path[...])
    }

    var mapping: Mapping { root.mapping ?? Mapping() }
}
