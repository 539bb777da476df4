extension YAMLEdit {
    /// Adds an entry at the end of a block mapping.
    func inserting(
        _ key: String, _ path: ArraySlice<String>, _ change: ParameterEdit.Change,
        into node: YAMLNode, _ pairs: [(key: YAMLNode, value: YAMLNode)]
    ) throws(EditRefusal) -> [UInt8] {
        let inner: Value
        switch change {
        case .add(let value): inner = value.nested(in: path.dropFirst())
        // What a merge brings is overridden beside it.
        case .set(let value) where path.count == 1: inner = value
        case .set, .delete: throw EditRefusal("the value comes from a merged mapping")
        }
        guard let first = pairs.first, let last = pairs.last else { throw .notMapping }
        let indent = first.key.start.column - 1
        let end = max(last.value.end.offset, last.value.isEmptyScalar ? colonEnd(behind: last.key) : 0)
        let lines = joined(writer.entry(.string(key), inner, indent: indent))
        let place = linePlace(behind: end, indent: indent, keepsBlankLines: last.value.endsWithKeptLines(bytes))
        let needsBreak = place > 0 && bytes[place - 1] != 10
        return bytes.replacing(place..<place, with: (needsBreak ? bytes.lineEnd : "") + lines)
    }

    /// Behind the line of a place, and behind the comments below it that are indented as far.
    private func linePlace(behind end: Int, indent: Int, keepsBlankLines: Bool) -> Int {
        var place = end > 0 && bytes[end - 1] == 10 ? end : bytes.nextLine(after: end)
        while !keepsBlankLines, place > 1, bytes[place - 1] == 10, bytes.isBlankLine(endingAt: place - 1) {
            place = bytes.lineStart(of: place - 1)
        }
        var next = place
        while next < bytes.count {
            let text = bytes[next...].firstIndex { $0 != 0x20 } ?? bytes.count
            let follower = bytes.nextLine(after: next)
            if text < bytes.count, bytes[text] == UInt8(ascii: "#"), text - next >= indent {
                place = follower
            } else if !bytes[next..<follower].allSatisfy({ $0 <= 0x20 }) {
                break
            }
            next = follower
        }
        return place
    }

    /// Removes an entry of a block mapping with the lines it takes.
    func deleting(
        _ index: Int, from pairs: [(key: YAMLNode, value: YAMLNode)], of node: YAMLNode, _ slot: Slot
    ) throws(EditRefusal) -> [UInt8] {
        if pairs.count == 1 { return try replacing(node, slot, with: .mapping(Mapping())) }
        let pair = pairs[index]
        let keyStart = pair.key.start.offset
        var end = max(pair.value.end.offset, colonEnd(behind: pair.key))
        if bytes[end - 1] != 10 { end = bytes.nextLine(after: end) }
        let start = bytes.lineStart(of: keyStart)
        if bytes.isBlank(start..<keyStart) { return bytes.replacing(start..<end, with: "") }
        // Beside a dash; the next entry takes the place.
        return bytes.replacing(keyStart..<pairs[index + 1].key.start.offset, with: "")
    }

    /// Writes another value where a node stands.
    func replacing(_ node: YAMLNode, _ slot: Slot, with value: Value) throws(EditRefusal) -> [UInt8] {
        let range = node.start.offset..<trimmedEnd(of: node)
        guard case .key(let key, let owner) = slot else {
            return bytes.replacing(range, with: try text(value, like: node))
        }
        let colon = colonEnd(behind: key)
        let isBlock = !node.isAlias && !node.isFlow && (node.pairs != nil || node.items != nil)
        let isBelow = isBlock && node.start.line > key.start.line
        let isCollection = value.mapping.map { !$0.isEmpty } ?? value.list.map { !$0.isEmpty } ?? false
        let isNothing = node.scalarText.map(Self.isNull) ?? isOpened(node, slot)
        // A comment beside the last line was about a part of the old value.
        let lastLineEnd = bytes.lineTextEnd(after: range.upperBound)
        if isCollection, isBelow {
            let sameKind = (value.mapping == nil) == (node.pairs == nil)
            let indent = sameKind ? node.start.column - 1 : childIndent(of: owner, for: value)
            let lines = writer.lines(value, indent: indent).joined(separator: bytes.lineEnd)
            return bytes.replacing(bytes.lineStart(of: range.lowerBound)..<lastLineEnd, with: lines)
        }
        if isCollection, isNothing, !node.isAlias {
            // Below the key, behind a comment beside it.
            let bare = bytes.replacing(range.isEmpty ? range : colon..<range.upperBound, with: "")
            let place = bare.nextLine(after: colon)
            let needsBreak = bare.last != 10 && place == bare.count
            let lines = joined(writer.lines(value, indent: childIndent(of: owner, for: value)))
            return bare.replacing(place..<place, with: (needsBreak ? bytes.lineEnd : "") + lines)
        }
        let text = try text(value, like: node)
        if node.isEmptyScalar { return bytes.replacing(colon..<colon, with: " " + text) }
        guard isBelow else { return bytes.replacing(range, with: text) }
        // The lines of the old value go; a comment beside the key stays.
        return bytes.replacing(bytes.lineTextEnd(after: colon)..<lastLineEnd, with: "").replacing(
            colon..<colon, with: " " + text)
    }

    private func childIndent(of owner: YAMLNode, for value: Value) -> Int {
        let column = (owner.pairs?.first?.key.start.column ?? 1) - 1
        return column + (value.mapping == nil ? writer.listOffset : writer.step)
    }

    /// A block text ends with its line; that line end stays.
    private func trimmedEnd(of node: YAMLNode) -> Int {
        var end = node.end.offset
        while end > node.start.offset, bytes[end - 1] == 10 || bytes[end - 1] == 13 { end -= 1 }
        return end
    }

    /// A value on one line, outside of brackets.
    private func text(_ value: Value, like node: YAMLNode) throws(EditRefusal) -> String {
        let old = bytes[node.start.offset..<node.end.offset]
        if case .string = value, old.first != UInt8(ascii: "\""), old.first != UInt8(ascii: "'"),
            let line = FlowDialect.yamlLine(value)
        {
            return line
        }
        return try FlowDialect.yaml.text(value, like: node.isAlias ? [] : old)
    }
}
