import Files

/// Edits inside a value in brackets; everything else in the text stays.
struct FlowEdit {
    let bytes: [UInt8]
    let dialect: FlowDialect

    /// - Parameters:
    ///   - path: The place inside `node`; empty for the node itself, which can only be set.
    func apply(
        _ change: ParameterEdit.Change, at path: ArraySlice<String>, in node: FlowNode
    ) throws(EditRefusal) -> [UInt8] {
        guard let key = path.first else {
            switch change {
            case .set(let value), .add(let value): return try setting(node, to: value)
            case .delete: throw .element
            }
        }
        if node.isAlias { throw .alias }
        switch node.content {
        case .list(let items):
            guard let index = items.place(key) else { throw .element }
            return try apply(change, at: path.dropFirst(), in: items[index])
        case .mapping(let pairs):
            guard let index = pairs.lastIndex(where: { $0.key.isIdentical(to: key) }) else {
                guard case .add(let value) = change else { throw .notMapping }
                return try adding(key, value.nested(in: path.dropFirst()), to: pairs, of: node)
            }
            if case .delete = change, path.count == 1 { return deleting(index, from: pairs, of: node) }
            return try apply(change, at: path.dropFirst(), in: pairs[index].value)
        case .scalar:
            guard case .add(let value) = change else { throw .notMapping }
            return try setting(node, to: value.nested(in: path))
        }
    }

    private func setting(_ node: FlowNode, to value: Value) throws(EditRefusal) -> [UInt8] {
        let text = try dialect.text(value, like: bytes[node.range])
        let needsBlank = node.range.isEmpty && node.range.lowerBound > 0 && bytes[node.range.lowerBound - 1] != 0x20
        return bytes.replacing(node.range, with: needsBlank ? " " + text : text)
    }

    private func adding(
        _ key: String, _ value: Value, to pairs: [FlowNode.Pair], of node: FlowNode
    ) throws(EditRefusal) -> [UInt8] {
        let entry = try dialect.pair(.string(key), value)
        guard let last = pairs.last else {
            let blank = dialect == .toml ? " " : ""
            return bytes.replacing(node.range, with: "{" + blank + entry + blank + "}")
        }
        let end = max(last.value.range.upperBound, last.keyRange.upperBound)
        let lineStart = bytes.lineStart(of: last.keyRange.lowerBound)
        guard lineStart > node.range.lowerBound, bytes.isBlank(lineStart..<last.keyRange.lowerBound) else {
            return bytes.replacing(end..<end, with: ", " + entry)
        }
        // On a line of its own where the entries are.
        let indent = String(decoding: bytes[lineStart..<last.keyRange.lowerBound], as: UTF8.self)
        return bytes.replacing(end..<end, with: "," + bytes.lineEnd + indent + entry)
    }

    private func deleting(_ index: Int, from pairs: [FlowNode.Pair], of node: FlowNode) -> [UInt8] {
        if pairs.count == 1 { return bytes.replacing(node.range, with: "{}") }
        let key = pairs[index].keyRange
        if index + 1 < pairs.count {
            return bytes.replacing(key.lowerBound..<pairs[index + 1].keyRange.lowerBound, with: "")
        }
        // The last one goes with the comma in front of it; a comment between them stays.
        let before = pairs[index - 1]
        let comma = self.comma(from: max(before.value.range.upperBound, before.keyRange.upperBound), to: key.lowerBound)
        let end = max(pairs[index].value.range.upperBound, key.upperBound)
        let lineStart = bytes.lineStart(of: key.lowerBound)
        guard lineStart > comma, bytes.isBlank(lineStart..<key.lowerBound) else {
            return bytes.replacing(comma..<end, with: "")
        }
        let lineEnd = lineStart - (lineStart > 1 && bytes[lineStart - 2] == 13 ? 2 : 1)
        return bytes.replacing(lineEnd..<end, with: "").replacing(comma..<comma + 1, with: "")
    }

    private func comma(from start: Int, to end: Int) -> Int {
        var place = start
        while place < end, bytes[place] != UInt8(ascii: ",") {
            place = dialect != .json && bytes[place] == UInt8(ascii: "#") ? bytes.nextLine(after: place) : place + 1
        }
        return place
    }
}

extension Value {
    /// The value inside mappings with one key each.
    func nested(in path: ArraySlice<String>) -> Value {
        path.reversed().reduce(self) { .mapping(Mapping([($1, $0)])) }
    }
}
