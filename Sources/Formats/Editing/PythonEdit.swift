/// Edits of the literals in a Python file.
enum PythonEdit {
    static func apply(
        _ change: ParameterEdit.Change, at path: [String], to bytes: [UInt8], name: String
    ) throws -> [UInt8] {
        let assignments = try PythonLiterals.assignments(bytes, file: name).all
        // Of several assignments the last one counts.
        let owner = assignments.last { path.starts(with: $0.path) }
        if let owner {
            let rest = path[owner.path.count...]
            var value = owner.value
            switch change {
            case .set(let new) where rest.isEmpty, .add(let new) where rest.isEmpty:
                return splice(bytes, owner.range, PythonText.repr(new))
            case .delete where rest.isEmpty:
                let start = bytes[..<owner.range.lowerBound].lastIndex(of: 10).map { $0 + 1 } ?? 0
                let end = bytes[owner.range.upperBound...].firstIndex(of: 10).map { $0 + 1 } ?? bytes.count
                return splice(bytes, start..<end, "")
            default:
                if value.apply(change, at: rest) { return splice(bytes, owner.range, PythonText.repr(value)) }
            }
        } else if case .add(let value) = change, path.count == 1, isName(path[0]) {
            let needsBreak = bytes.last.map { $0 != 10 } ?? false
            let line = (needsBreak ? "\n" : "") + "\(path[0]) = \(PythonText.repr(value))\n"
            return bytes + Array(line.utf8)
        }
        throw OverrideError.notEditable(
            key: path.joined(separator: "."), file: name, reason: "it is no assignment of a literal")
    }

    private static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, !(first >= 0x30 && first <= 0x39) else { return false }
        return text.utf8.allSatisfy {
            ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x5F
        }
    }

    private static func splice(_ bytes: [UInt8], _ range: Range<Int>, _ text: String) -> [UInt8] {
        var result = bytes
        result.replaceSubrange(range, with: Array(text.utf8))
        return result
    }
}
