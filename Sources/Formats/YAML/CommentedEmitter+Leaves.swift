extension CommentedEmitter {
    // MARK: Leaves

    /// Writes a scalar, an empty collection, or one in flow style, with the space before it.
    mutating func writeLeaf(_ node: YAMLNode, indent: Int, otherwise: (inout YAMLEmitter, Value) -> Void) {
        switch node.content {
        case .scalar(let text, let style, nil):
            if style == .plain, Self.kind(text) != .string {
                guard !Self.isNull(node), Self.kind(text) != .bool else { return otherwise(&emitter, Self.value(node)) }
                emitter.space()
                emitter.writeWord(source[node.start.offset..<node.end.offset], indent: indent + 2)
            } else if style == .literal || style == .folded, let block = BlockScalarText(node, in: source) {
                emitter.space()
                emitter.writeBlock(block, indent: indent + 2)
            } else {
                otherwise(&emitter, .string(text))
            }
        case .sequence(let items) where !items.isEmpty && isCopyable(node):
            emitter.space()
            emitter.writeSource(source, node.start.offset..<node.end.offset)
        case .mapping(let entries) where !entries.isEmpty && isCopyable(node):
            emitter.space()
            emitter.writeSource(source, node.start.offset..<node.end.offset)
        default:
            otherwise(&emitter, Self.value(node))
        }
    }

    private func isCopyable(_ node: YAMLNode) -> Bool {
        node.start.line == node.end.line && !Self.hasReferences(node)
    }

    mutating func writeAlias(_ node: YAMLNode, otherwise: (inout YAMLEmitter, Value) -> Void) {
        if let name = node.anchor, anchors.contains(Array(name.utf8)) {
            emitter.writeASCII(" *" + name)
        } else {
            otherwise(&emitter, Self.value(node))
        }
        writeComments(after: node)
    }

    mutating func writeAnchor(of node: YAMLNode) {
        guard let name = node.anchor, !Self.isNull(node) else { return }
        anchors.insert(Array(name.utf8))
        emitter.writeASCII(" &" + name)
    }

    // MARK: Comments

    /// Writes what stands between a key and a scalar on a later line, behind the scalar.
    mutating func writeInnerComments(from offset: Int, before node: YAMLNode) -> Bool {
        let comments = SourceComments(in: source, from: skipProperties(offset))
        guard !comments.isEmpty, comments.end < node.start.offset else { return false }
        write(comments)
        return true
    }

    /// - Parameter column: Where a comment on the node's line goes if it has to have one of its own.
    mutating func writeComments(after node: YAMLNode, onNewLine column: Int? = nil) {
        var offset = node.end.offset
        if case .scalar(_, let style, _) = node.content, style == .literal || style == .folded {
            while offset > node.start.offset, source[offset - 1] == 0x0A || source[offset - 1] == 0x20 { offset -= 1 }
        }
        let comments = SourceComments(in: source, from: offset)
        if let column, let trailing = comments.trailing {
            emitter.newline(column)
            emitter.writeSource(source, trailing.bytes)
            emitter.writeSource(source, comments.lines)
            cursor = comments.end
            return
        }
        writeComments(from: offset)
    }

    mutating func writeComments(from offset: Int) {
        if !SourceComments.mayFollow(offset, in: source) {
            cursor = offset
            return
        }
        let comments = SourceComments(in: source, from: offset)
        write(comments)
        cursor = comments.end
    }

    mutating func write(_ comments: SourceComments) {
        if let trailing = comments.trailing {
            emitter.pad(to: trailing.column)
            emitter.writeSource(source, trailing.bytes)
        }
        emitter.writeSource(source, comments.lines)
    }

    /// Goes over blanks, anchors and tags.
    func skipProperties(_ offset: Int) -> Int {
        var index = offset
        while true {
            var next = index
            while next < source.count, source[next] == 0x20 { next += 1 }
            guard next < source.count, source[next] == UInt8(ascii: "&") || source[next] == UInt8(ascii: "!") else {
                return index
            }
            while next < source.count, source[next] != 0x20, source[next] != 0x0A { next += 1 }
            index = next
        }
    }
}
