/// The text of a literal or folded block, taken off its indentation.
struct BlockScalarText {
    /// `|`, `>-` and the like, with a comment behind it.
    let header: ArraySlice<UInt8>
    let lines: [ArraySlice<UInt8>]

    /// - Returns: `nil` for a header with an indentation digit, which says something about the old place.
    init?(_ node: YAMLNode, in source: UnsafeBufferPointer<UInt8>) {
        let bytes = Array(source[node.start.offset..<node.end.offset])
        let parts = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        guard let header = parts.first, !header.prefix(3).contains(where: Pattern.isDigit) else { return nil }
        self.header = header
        let body = parts.dropFirst()
        guard let first = body.first(where: { line in line.contains { $0 != 0x20 } }) else { return nil }
        let indent = first.prefix { $0 == 0x20 }.count
        var lines = body.map { $0.dropFirst(min(indent, $0.prefix { $0 == 0x20 }.count)) }
        if lines.last?.isEmpty == true { lines.removeLast() }
        let keepsEnd = header.contains(UInt8(ascii: "+"))
        while !keepsEnd, lines.last?.isEmpty == true { lines.removeLast() }
        self.lines = lines
    }
}

extension YAMLEmitter {
    /// Writes a block without the line feed at its end.
    mutating func writeBlock(_ block: BlockScalarText, indent: Int) {
        writeBytes(block.header)
        for line in block.lines {
            newline(line.isEmpty ? 0 : indent)
            writeBytes(line)
        }
    }
}
