import Files

/// Edits of a YAML text at the place of one value; all other bytes stay.
struct YAMLEdit {
    /// What a node hangs on.
    enum Slot {
        case root
        case key(YAMLNode, in: YAMLNode)
        case item
    }

    let bytes: [UInt8]
    let root: YAMLNode?
    let writer: YAMLBlockWriter
    /// Whether an empty `{}` gets its first entry on a line of its own.
    let opensBraces: Bool

    /// - Throws: ``FormatError`` where the text is not YAML.
    init(_ bytes: [UInt8], file: String, opensBraces: Bool = false) throws(FormatError) {
        self.bytes = bytes
        root = try YAML.parse(bytes, file: file)
        writer = YAMLBlockWriter(layoutOf: root)
        self.opensBraces = opensBraces
    }

    /// - Throws: ``EditRefusal`` where the layout does not allow it.
    func apply(_ change: ParameterEdit.Change, at path: [String]) throws(EditRefusal) -> [UInt8] {
        if let root, !(root.scalarText.map(Self.isNull) ?? false) { return try edit(root, .root, path[...], change) }
        guard case .add(let value) = change, let key = path.first else { throw EditRefusal("the file is empty") }
        let kept = root.map { bytes.replacing($0.start.offset..<$0.end.offset, with: "") } ?? bytes
        let needsBreak = kept.last.map { $0 != 10 } ?? false
        let entry = writer.entry(.string(key), value.nested(in: path.dropFirst()), indent: 0)
        return kept + Array(((needsBreak ? bytes.lineEnd : "") + joined(entry)).utf8)
    }

    private func edit(
        _ node: YAMLNode, _ slot: Slot, _ path: ArraySlice<String>, _ change: ParameterEdit.Change
    ) throws(EditRefusal) -> [UInt8] {
        guard let part = path.first else {
            switch change {
            case .set(let value), .add(let value): return try replacing(node, slot, with: value)
            case .delete: throw .element
            }
        }
        if node.isAlias { throw .alias }
        if node.isFlow, !isOpened(node, slot) {
            return try FlowEdit(bytes: bytes, dialect: .yaml).apply(change, at: path, in: FlowNode(yaml: node))
        }
        if let items = node.items {
            guard let index = items.place(part) else { throw .element }
            return try edit(items[index], .item, path.dropFirst(), change)
        }
        if let pairs = node.pairs, !node.isFlow {
            guard let index = pairs.lastIndex(where: { $0.key.scalarText?.isIdentical(to: part) ?? false }) else {
                return try inserting(part, path, change, into: node, pairs)
            }
            if case .delete = change, path.count == 1 { return try deleting(index, from: pairs, of: node, slot) }
            return try edit(pairs[index].value, .key(pairs[index].key, in: node), path.dropFirst(), change)
        }
        guard case .add(let value) = change, isOpened(node, slot) || node.scalarText.map(Self.isNull) ?? false else {
            throw .notMapping
        }
        return try replacing(node, slot, with: value.nested(in: path))
    }

    func isOpened(_ node: YAMLNode, _ slot: Slot) -> Bool {
        guard opensBraces, node.isFlow, node.pairs?.isEmpty ?? false, case .key(_, let owner) = slot else {
            return false
        }
        return !owner.isFlow
    }

    static func isNull(_ text: String) -> Bool { ["", "~", "null", "Null", "NULL"].contains(text) }

    /// Lines with the file's line ends.
    func joined(_ lines: [String]) -> String { lines.map { $0 + bytes.lineEnd }.joined() }

    func colonEnd(behind key: YAMLNode) -> Int {
        (bytes[key.end.offset...].firstIndex(of: UInt8(ascii: ":")) ?? key.end.offset) + 1
    }
}
