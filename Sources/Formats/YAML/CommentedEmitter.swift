/// Writes nodes of a text anew: layout and quotes become ours, comments and the spelling of numbers stay.
///
/// Flow collections on one line keep their text too. Collections with comments inside braces lose those.
struct CommentedEmitter {
    var emitter = YAMLEmitter(isLossless: true)
    let source: UnsafeBufferPointer<UInt8>
    /// Anchors that have been written with the node they had in the source.
    var anchors: Set<[UInt8]> = []
    /// Behind what was written last, its comments included.
    var cursor = 0

    init(_ source: UnsafeBufferPointer<UInt8>) { self.source = source }

    var output: [UInt8] { emitter.output }

    /// Writes the comments before the first thing of the text.
    mutating func writeHead() {
        let head = SourceComments(in: source, from: 0)
        cursor = head.end
        if !head.isEmpty {
            emitter.writeSource(source, 0..<head.end)
            emitter.newline(0)
            cursor += 1
        }
        guard source[min(cursor, source.count)...].starts(with: [0x2D, 0x2D, 0x2D]) else { return }
        let comments = SourceComments(in: source, from: cursor + 3)
        guard !comments.isEmpty else { return }
        if let trailing = comments.trailing {
            emitter.writeSource(source, trailing.bytes)
            emitter.newline(0)
        }
        if !comments.lines.isEmpty {
            emitter.writeSource(source, (comments.lines.lowerBound + 1)..<comments.lines.upperBound)
            emitter.newline(0)
        }
        cursor = comments.end
    }

    mutating func writeEntries(_ entries: [(key: YAMLNode, value: YAMLNode)], indent: Int) {
        for (index, entry) in entries.enumerated() {
            if index > 0 { emitter.newline(indent) }
            writeEntry(entry.key, entry.value, indent: indent)
        }
    }

    /// Writes an entry with the comments behind it, at the column `indent`.
    mutating func writeEntry(_ key: YAMLNode, _ value: YAMLNode, indent: Int) {
        guard writeKey(key, indent: indent) else {
            return writeWhole(key, value, indent: indent)
        }
        writeKeyComments(key, value)
        writeValue(value, of: key, indent: indent)
    }

    /// Writes the key of an entry and its colon, and the comments that belong to them.
    mutating func writeKeyAlone(_ key: YAMLNode, _ value: YAMLNode, indent: Int) -> Bool {
        guard writeKey(key, indent: indent) else { return false }
        writeKeyComments(key, value)
        return true
    }

    /// Forgets what an entry that is not written any more defines.
    mutating func skip(_ value: YAMLNode) {
        for anchor in Self.anchors(in: value) { anchors.remove(anchor) }
    }

    /// Writes a new entry value behind a key.
    mutating func writeNew(_ value: Value, indent: Int) {
        emitter.isLossless = false
        emitter.writeEntryValue(value, indent: indent)
        emitter.isLossless = true
    }

    /// Writes a new entry at the column `indent`.
    mutating func writeNewEntry(_ entry: Mapping.Entry, indent: Int) {
        emitter.isLossless = false
        emitter.writeEntry(entry, indent: indent)
        emitter.isLossless = true
    }

    mutating func newline(_ indent: Int) { emitter.newline(indent) }

    // MARK: Entries

    private mutating func writeKey(_ key: YAMLNode, indent: Int) -> Bool {
        guard !key.isAlias, key.anchor == nil, case .scalar(let text, let style, let tag) = key.content else {
            return false
        }
        let isTyped = style == .plain && tag == nil && Self.kind(text) != .string && !text.isEmpty
        if isTyped {
            emitter.writeSource(source, key.start.offset..<key.end.offset)
        } else if !emitter.writeSimpleKey(.string(text), indent: indent) {
            return false
        }
        emitter.writeASCII(":")
        return true
    }

    /// Comments between the colon and a block collection; those before a scalar are written behind it.
    private mutating func writeKeyComments(_ key: YAMLNode, _ value: YAMLNode) {
        if Self.isBlock(value) { writeComments(from: skipProperties(endOfColon(key))) }
    }

    private func endOfColon(_ key: YAMLNode) -> Int {
        var offset = key.end.offset
        while offset < source.count, source[offset] != UInt8(ascii: ":") { offset += 1 }
        return offset + 1
    }

    private mutating func writeValue(_ value: YAMLNode, of key: YAMLNode, indent: Int) {
        if value.isAlias { return writeAlias(value) { $0.writeEntryValue($1, indent: indent) } }
        writeAnchor(of: value)
        switch value.content {
        case .mapping(let entries) where Self.isBlock(value):
            emitter.newline(indent + 2)
            writeEntries(entries, indent: indent + 2)
        case .sequence(let items) where Self.isBlock(value):
            emitter.newline(indent)
            writeItems(items, indent: indent)
        default:
            writeLeaf(value, indent: indent) { $0.writeEntryValue($1, indent: indent) }
            let hasComments =
                value.start.line > key.end.line && writeInnerComments(from: endOfColon(key), before: value)
            writeComments(after: value, onNewLine: hasComments ? indent : nil)
        }
    }

    private mutating func writeItems(_ items: [YAMLNode], indent: Int) {
        for (index, item) in items.enumerated() {
            if index > 0 { emitter.newline(indent) }
            emitter.writeASCII("-")
            let hasComments = writeDashComments(item)
            if item.isAlias {
                writeAlias(item) {
                    $0.space()
                    $0.writeItem($1, indent: indent)
                }
                continue
            }
            writeAnchor(of: item)
            let needsLine = hasComments || item.anchor != nil
            switch item.content {
            case .mapping(let entries) where Self.isBlock(item):
                if needsLine { emitter.newline(indent + 2) } else { emitter.space() }
                writeEntries(entries, indent: indent + 2)
            case .sequence(let items) where Self.isBlock(item):
                if needsLine { emitter.newline(indent + 2) } else { emitter.space() }
                writeItems(items, indent: indent + 2)
            default:
                writeLeaf(item, indent: indent) {
                    $0.space()
                    $0.writeItem($1, indent: indent)
                }
                writeComments(after: item)
            }
        }
    }

    private mutating func writeDashComments(_ item: YAMLNode) -> Bool {
        guard Self.isBlock(item) else { return false }
        var offset = cursor
        while offset < item.start.offset, source[offset] != UInt8(ascii: "-") { offset += 1 }
        guard offset < item.start.offset else { return false }
        let comments = SourceComments(in: source, from: skipProperties(offset + 1))
        guard !comments.isEmpty, comments.end < item.start.offset else { return false }
        write(comments)
        return true
    }

    /// An entry whose key needs `? `: written by value, without the comments inside.
    private mutating func writeWhole(_ key: YAMLNode, _ value: YAMLNode, indent: Int) {
        emitter.writeEntry(.init(key: Self.value(key), value: Self.value(value)), indent: indent)
        cursor = value.end.offset
        writeComments(after: value)
    }

    // MARK: Nodes

    static func kind(_ text: String) -> YAMLScalar.Kind {
        var text = text
        return text.withUTF8 { YAMLScalar.kind(of: $0) }
    }

    static func isNull(_ node: YAMLNode) -> Bool {
        guard case .scalar(let text, .plain, nil) = node.content else { return false }
        return kind(text) == .null
    }

    static func isBlock(_ node: YAMLNode) -> Bool {
        if node.isFlow || node.isAlias { return false }
        if case .scalar = node.content { return false }
        return true
    }

    static func hasReferences(_ node: YAMLNode) -> Bool {
        switch node.content {
        case .scalar: false
        case .sequence(let items): items.contains { $0.anchor != nil || hasReferences($0) }
        case .mapping(let entries):
            entries.contains {
                $0.key.anchor != nil || $0.value.anchor != nil || hasReferences($0.key) || hasReferences($0.value)
            }
        }
    }

    private static func anchors(in node: YAMLNode) -> [[UInt8]] {
        if node.isAlias { return [] }
        let own = node.anchor.map { [Array($0.utf8)] } ?? []
        switch node.content {
        case .scalar: return own
        case .sequence(let items): return own + items.flatMap(anchors)
        case .mapping(let entries): return own + entries.flatMap { anchors(in: $0.key) + anchors(in: $0.value) }
        }
    }

    /// The text was loaded as a value before, so this cannot fail.
    static func value(_ node: YAMLNode) -> Value { (try? YAML.value(of: node, file: "")) ?? .null }
}
