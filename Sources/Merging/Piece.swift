import Files
import Formats

/// An entry of a mapping, or an item of a list, with the lines that are its own.
struct Piece {
    /// The key of an entry; of an item what it stands for: its text, or its only key.
    let key: ExactString
    /// The lines between the piece before and this one.
    let comments: [Line]
    /// From the line with the key to the end of the value.
    let body: [Line]
    /// The blanks before it.
    let indent: Int
    let isItem: Bool
    /// The value of the entry; of an item with one key that key's value.
    let node: YAMLNode
    /// For an item the whole of it.
    let whole: YAMLNode
    private let side: MergeSide
    private let bodyRange: Range<Int>

    /// The pieces of a text, and the lines behind the last; `nil` where it is not made of entries in lines of their own.
    static func pieces(of side: MergeSide) -> (pieces: [Piece], tail: [Line])? {
        guard let root = side.root, side.value != .null else { return ([], side.lines) }
        guard let (pieces, end) = pieces(of: root, from: 0, to: side.lines.count, in: side) else { return nil }
        return (pieces, Array(side.lines[end...]))
    }

    /// The pieces of the value; `nil` where they do not have lines of their own.
    var children: [Piece]? {
        let found = Self.pieces(of: node, from: bodyRange.lowerBound + 1, to: bodyRange.upperBound, in: side)
        guard let (pieces, end) = found, end == bodyRange.upperBound else { return nil }
        return pieces
    }

    /// The line with the key.
    var header: Line { body[0] }

    /// What the piece stands for.
    ///
    /// - Throws: `FormatError` for scalars that YAML does not know.
    func value() throws(FormatError) -> Value { try YAML.value(of: isItem ? whole : node, file: "") }

    private static func pieces(
        of node: YAMLNode, from start: Int, to end: Int, in side: MergeSide
    ) -> (pieces: [Piece], end: Int)? {
        guard !node.isFlow, !node.isAlias else { return nil }
        var parts: [Part] = []
        switch node.content {
        case .scalar: return nil
        case .mapping(let entries):
            for (key, value) in entries {
                guard let name = key.scalarText, key.anchor == nil else { return nil }
                parts.append(Part(name: name, first: key.start, node: value, whole: value, isItem: false))
            }
        case .sequence(let items):
            for item in items {
                guard let part = part(item) else { return nil }
                parts.append(part)
            }
        }
        return cut(parts, from: start, to: end, in: side)
    }

    private struct Part {
        let name: String
        let first: SourcePosition
        let node: YAMLNode
        let whole: YAMLNode
        let isItem: Bool

        /// The number of the line behind the last one.
        var end: Int {
            let end = whole.end
            return max(first.line, end.column == 1 ? end.line - 1 : end.line)
        }
    }

    private static func part(_ item: YAMLNode) -> Part? {
        guard !item.isAlias, item.anchor == nil else { return nil }
        switch item.content {
        case .scalar(let text, _, _): return Part(name: text, first: item.start, node: item, whole: item, isItem: true)
        case .mapping(let entries) where entries.count == 1:
            guard let name = entries[0].key.scalarText, entries[0].key.anchor == nil else { return nil }
            return Part(name: name, first: item.start, node: entries[0].value, whole: item, isItem: true)
        default: return nil
        }
    }

    private static func cut(
        _ parts: [Part], from start: Int, to end: Int, in side: MergeSide
    ) -> (pieces: [Piece], end: Int)? {
        var pieces: [Piece] = []
        pieces.reserveCapacity(parts.count)
        var keys: Set<ExactString> = []
        var next = start
        for part in parts {
            let first = part.first.line - 1
            guard first >= next, part.end <= end, keys.insert(ExactString(part.name)).inserted,
                let indent = indent(of: part, in: side.lines[first]), pieces.last.map({ $0.indent == indent }) ?? true
            else { return nil }
            let range = first..<part.end
            pieces.append(
                Piece(
                    key: ExactString(part.name), comments: Array(side.lines[next..<first]),
                    body: Array(side.lines[range]), indent: indent, isItem: part.isItem, node: part.node,
                    whole: part.whole, side: side, bodyRange: range))
            next = part.end
        }
        return (pieces, next)
    }

    /// The blanks before a piece; `nil` where something else stands before it on its line.
    private static func indent(of part: Part, in line: Line) -> Int? {
        let blanks = MergeLines.blanks(line)
        let bytesBefore = part.first.column - 1
        if !part.isItem { return blanks == bytesBefore ? blanks : nil }
        guard line.count > blanks, line[line.startIndex + blanks] == UInt8(ascii: "-") else { return nil }
        let rest = line.dropFirst(blanks + 1)
        return blanks + 1 + MergeLines.blanks(rest) == bytesBefore ? blanks : nil
    }
}
