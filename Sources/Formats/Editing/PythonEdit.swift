/// Edits of the literals in a Python file.
enum PythonEdit {
    static func apply(
        _ change: ParameterEdit.Change, at path: [String], to bytes: [UInt8], name: String
    ) throws -> [UInt8] {
        // Of several assignments the last one counts.
        let found = try PythonLiterals.assignments(bytes, file: name)
        guard let owner = found.all.last(where: { path.starts(with: $0.path) }) else {
            let owners = found.classes.filter { path.count > $0.path.count && path.starts(with: $0.path) }
            return try adding(change, at: path, to: owners.max { $0.path.count < $1.path.count }, bytes)
        }
        let rest = path[owner.path.count...]
        if case .delete = change, rest.isEmpty { return deleting(owner, from: bytes) }
        return try FlowEdit(bytes: bytes, dialect: .python).apply(change, at: rest, in: owner.node)
    }

    /// Adds an assignment to a class, behind its own statements or in front of its methods, or at the file's end.
    private static func adding(
        _ change: ParameterEdit.Change, at path: [String], to owner: PythonClass?, _ bytes: [UInt8]
    ) throws -> [UInt8] {
        let inner = path.dropFirst(owner?.path.count ?? 0)
        guard case .add(let value) = change, let name = inner.first, isName(name) else {
            throw EditRefusal("it is no assignment of a literal")
        }
        if owner == nil, inner.count > 1, try isDefined(name, in: bytes) {
            throw EditRefusal("'\(name)' is no mapping of literals")
        }
        var place = bytes.count
        var indent = ""
        if let owner {
            guard let first = owner.first else { throw EditRefusal("the class has no body") }
            indent = String(decoding: bytes[bytes.lineStart(of: first)..<first], as: UTF8.self)
            place = bytes.nextLine(after: (owner.last ?? owner.header).upperBound)
        }
        let needsBreak = place > 0 && bytes[place - 1] != 10
        let text = try FlowDialect.python.text(value.nested(in: inner.dropFirst()))
        let line = (needsBreak ? bytes.lineEnd : "") + indent + "\(name) = \(text)" + bytes.lineEnd
        return bytes.replacing(place..<place, with: line)
    }

    /// Whether a statement at the margin begins with the name, or defines a class of it: a mapping of the name further
    /// down would take its place.
    private static func isDefined(_ name: String, in bytes: [UInt8]) throws(FormatError) -> Bool {
        try PythonLines.split(bytes, file: "").contains { line in
            var text = bytes[line.range]
            if text.starts(with: "class ".utf8) { text = text.dropFirst(6).drop { $0 == 0x20 } }
            guard line.indent == 0, text.starts(with: name.utf8) else { return false }
            guard let next = text.dropFirst(name.utf8.count).first else { return true }
            return next < 0x80 && !isName("_" + String(UnicodeScalar(next)))
        }
    }

    /// Removes the lines of a statement; one in a class leaves `pass`, because a class needs something inside.
    private static func deleting(_ assignment: PythonLiterals.Assignment, from bytes: [UInt8]) -> [UInt8] {
        let statement = assignment.statement
        let start = bytes.lineStart(of: statement.lowerBound)
        let rest = bytes[statement.upperBound..<bytes.lineTextEnd(after: statement.upperBound)]
        let isAlone = start == statement.lowerBound && !rest.contains(UInt8(ascii: ";"))
        if isAlone { return bytes.replacing(start..<bytes.nextLine(after: statement.upperBound), with: "") }
        return bytes.replacing(statement, with: "pass")
    }

    private static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, !(first >= 0x30 && first <= 0x39) else { return false }
        return text.utf8.allSatisfy {
            ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x5F
        }
    }
}
