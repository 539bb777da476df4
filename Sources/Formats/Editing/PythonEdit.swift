/// Edits of the literals in a Python file.
enum PythonEdit {
    static func apply(
        _ change: ParameterEdit.Change, at path: [String], to bytes: [UInt8], name: String
    ) throws -> [UInt8] {
        // Of several assignments the last one counts.
        let assignments = try PythonLiterals.assignments(bytes, file: name).all
        guard let owner = assignments.last(where: { path.starts(with: $0.path) }) else {
            return try appending(change, at: path, to: bytes)
        }
        let rest = path[owner.path.count...]
        if case .delete = change, rest.isEmpty { return deleting(owner, from: bytes) }
        return try FlowEdit(bytes: bytes, dialect: .python).apply(change, at: rest, in: owner.node)
    }

    private static func appending(
        _ change: ParameterEdit.Change, at path: [String], to bytes: [UInt8]
    ) throws(EditRefusal) -> [UInt8] {
        guard case .add(let value) = change, let name = path.first, isName(name) else {
            throw EditRefusal("it is no assignment of a literal")
        }
        let needsBreak = bytes.last.map { $0 != 10 } ?? false
        let text = try FlowDialect.python.text(value.nested(in: path.dropFirst()))
        return bytes + Array(((needsBreak ? bytes.lineEnd : "") + "\(name) = \(text)" + bytes.lineEnd).utf8)
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
