/// Edits of a YAML or JSON text at the place of one value; all other bytes stay.
struct YAMLEdit {
    enum Dialect { case yaml, json }

    private let bytes: [UInt8]
    private let file: String
    private let dialect: Dialect
    private let root: YAMLNode?
    private let writer: FlowWriter

    /// - Throws: ``FormatError`` where the text is not YAML; JSON is read as YAML, of which it is a part.
    init(_ bytes: [UInt8], file: String, dialect: Dialect) throws(FormatError) {
        self.bytes = bytes
        self.file = file
        self.dialect = dialect
        root = try YAML.parse(bytes, file: file)
        writer = FlowWriter(isJSON: dialect == .json)
    }

    /// The line end of the file.
    private var lineEnd: String {
        bytes.firstIndex(of: 13).map { $0 + 1 < bytes.count && bytes[$0 + 1] == 10 } ?? false ? "\r\n" : "\n"
    }

    func apply(_ change: ParameterEdit.Change, at path: [String]) throws -> [UInt8] {
        switch change {
        case .set(let value):
            let (_, node, keyEnd) = try find(path)
            return replacing(node, behind: keyEnd, with: value)
        case .add(let value):
            return try adding(value, at: path)
        case .delete:
            return try deleting(path)
        }
    }

    private func refuse(_ path: [String], _ reason: String) -> OverrideError {
        .notEditable(key: path.joined(separator: "."), file: file, reason: reason)
    }

    /// The node at a path, the mapping or list that holds it, and where its key's colon ends.
    private func find(_ path: [String]) throws -> (parent: YAMLNode, node: YAMLNode, keyEnd: Int?) {
        guard var node = root else { throw refuse(path, "the file is empty") }
        var parent = node
        var keyEnd: Int?
        for part in path {
            if node.isAlias { throw refuse(path, "the value belongs to an anchor elsewhere in the file") }
            parent = node
            if let pairs = node.pairs {
                guard let pair = pairs.last(where: { $0.key.scalarText?.isIdentical(to: part) ?? false }) else {
                    throw refuse(path, "the value comes from a merged mapping")
                }
                node = pair.value
                keyEnd = colonEnd(behind: pair.key)
            } else if let items = node.items, let number = Int(part) {
                node = items[number < 0 ? items.count + number : number]
                keyEnd = nil
            } else {
                throw refuse(path, "a part of it is not a mapping")
            }
        }
        return (parent, node, keyEnd)
    }

    private func colonEnd(behind key: YAMLNode) -> Int {
        (bytes[key.end.offset...].firstIndex(of: UInt8(ascii: ":")) ?? key.end.offset) + 1
    }

    private func replacing(_ node: YAMLNode, behind keyEnd: Int?, with value: Value) -> [UInt8] {
        let isBlock = (node.pairs != nil || node.items != nil) && !node.isFlow
        let isBlockText =
            if case .scalar(_, let style, _) = node.content { style == .literal || style == .folded } else { false }
        let text = writer.text(value)
        if node.isEmptyScalar {
            let place = keyEnd ?? node.start.offset
            return splice(place..<place, " " + text)
        }
        guard isBlock || isBlockText, let keyEnd else { return splice(node.start.offset..<node.end.offset, text) }
        var end = node.end.offset
        // A block text ends with its line; that line end stays.
        while end > keyEnd, bytes[end - 1] == 10 || bytes[end - 1] == 13 { end -= 1 }
        return splice(keyEnd..<end, " " + text)
    }

    private func splice(_ range: Range<Int>, _ text: String) -> [UInt8] {
        var result = bytes
        result.replaceSubrange(range, with: Array(text.utf8))
        return result
    }

    private func adding(_ value: Value, at path: [String]) throws -> [UInt8] {
        guard let root else {
            return Array(
                (writer.isJSON
                    ? writer.text(nested(path[...], value)) + "\n" : block(path[0], nested(path.dropFirst(), value), 0))
                    .utf8)
        }
        var node = root
        var keyEnd: Int?
        var depth = 0
        while depth < path.count - 1,
            let pair = node.pairs?.last(where: { $0.key.scalarText?.isIdentical(to: path[depth]) ?? false })
        {
            if pair.value.isAlias { throw refuse(path, "the value belongs to an anchor elsewhere in the file") }
            node = pair.value
            keyEnd = colonEnd(behind: pair.key)
            depth += 1
        }
        if node.isAlias { throw refuse(path, "the value belongs to an anchor elsewhere in the file") }
        let inner = nested(path[(depth + 1)...], value)
        guard let pairs = node.pairs else {
            guard keyEnd != nil, let text = node.scalarText, YAMLEdit.isNull(text) else {
                throw refuse(path, "a part of it is not a mapping")
            }
            return replacing(node, behind: keyEnd, with: .mapping(Mapping([(path[depth], inner)])))
        }
        if node.isFlow { return addingToFlow(node, pairs, path[depth], inner) }
        let indent = pairs.first.map { $0.key.start.column - 1 } ?? 0
        return insertingLines(block(path[depth], inner, indent), behind: node.end.offset)
    }

    private static func isNull(_ text: String) -> Bool { ["", "~", "null", "Null", "NULL"].contains(text) }

    private func nested(_ path: ArraySlice<String>, _ value: Value) -> Value {
        path.reversed().reduce(value) { .mapping(Mapping([($1, $0)])) }
    }

    /// An entry as lines of a block mapping.
    private func block(_ key: String, _ value: Value, _ indent: Int) -> String {
        let margin = String(repeating: " ", count: indent)
        let lines = YAML.emit(.mapping(Mapping([(key, value)]))).split(separator: "\n", omittingEmptySubsequences: true)
        return lines.map { margin + $0 + lineEnd }.joined()
    }

    private func insertingLines(_ lines: String, behind place: Int) -> [UInt8] {
        var place = place
        if place > 0, place <= bytes.count, bytes[place - 1] != 10 {
            guard let lineFeed = bytes[place...].firstIndex(of: 10) else {
                return splice(bytes.count..<bytes.count, lineEnd + lines)
            }
            place = lineFeed + 1
        }
        return splice(place..<place, lines)
    }

    private func addingToFlow(
        _ node: YAMLNode, _ pairs: [(key: YAMLNode, value: YAMLNode)], _ key: String, _ value: Value
    ) -> [UInt8] {
        let entry = writer.text(.string(key)) + ": " + writer.text(value)
        guard let last = pairs.last else {
            let close = node.end.offset - 1
            return splice(node.start.offset + 1..<close, entry)
        }
        // On lines of their own where the entries are.
        let end = last.value.end.offset
        if last.key.start.line > node.start.line {
            let indent = String(repeating: " ", count: last.key.start.column - 1)
            return splice(end..<end, "," + lineEnd + indent + entry)
        }
        return splice(end..<end, ", " + entry)
    }

    private func deleting(_ path: [String]) throws -> [UInt8] {
        let (parent, node, keyEnd) = try find(path)
        guard keyEnd != nil, let pairs = parent.pairs,
            let index = pairs.lastIndex(where: { $0.key.scalarText?.isIdentical(to: path[path.count - 1]) ?? false })
        else { throw refuse(path, "an element of a list cannot be deleted") }
        let pair = pairs[index]
        if parent.isFlow {
            var start = pair.key.start.offset
            var end = pair.value.end.offset
            if index + 1 < pairs.count {
                end = pairs[index + 1].key.start.offset
            } else if index > 0 {
                start = pairs[index - 1].value.end.offset
            }
            return splice(start..<end, "")
        }
        if pairs.count == 1, path.count > 1 {
            let (_, own, ownKeyEnd) = try find(Array(path.dropLast()))
            return replacing(own, behind: ownKeyEnd, with: .mapping(Mapping()))
        }
        let start = bytes[..<pair.key.start.offset].lastIndex(of: 10).map { $0 + 1 } ?? 0
        var end = max(node.end.offset, keyEnd ?? 0)
        if bytes[end - 1] != 10 { end = bytes[end...].firstIndex(of: 10).map { $0 + 1 } ?? bytes.count }
        if start > 0 || pair.key.start.column == 1 {
            return splice(start..<end, pairs.count == 1 ? "{}" + lineEnd : "")
        }
        return splice(pair.key.start.offset..<end, "")
    }
}

/// Values on one line.
struct FlowWriter {
    let isJSON: Bool

    func text(_ value: Value) -> String {
        if isJSON { return JSON.pythonDumps(value) }
        switch value {
        case .list(let list): return "[" + list.map(inside).joined(separator: ", ") + "]"
        case .mapping(let mapping):
            return "{" + mapping.entries.map { inside($0.key) + ": " + inside($0.value) }.joined(separator: ", ") + "}"
        case .null: return "null"
        default: return scalar(value)
        }
    }

    private func scalar(_ value: Value) -> String {
        let text = YAML.emit(value).dropLast()
        // A folded text goes into quotes on one line.
        return text.contains("\n") ? JSON.pythonDumps(value) : String(text)
    }

    /// Inside brackets more characters have a meaning.
    private func inside(_ value: Value) -> String {
        guard case .string(let string) = value else { return text(value) }
        let text = scalar(value)
        return text.utf8.first == UInt8(ascii: "'") || text.utf8.first == UInt8(ascii: "\"")
            || !string.utf8.contains(where: { ",[]{}:?".utf8.contains($0) }) ? text : JSON.pythonDumps(value)
    }
}
