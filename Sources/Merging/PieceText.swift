import Files
import Formats

/// The lines of pieces that no side has as they are.
enum PieceText {
    /// A piece of ours with another value: what does not change keeps its layout.
    static func changed(_ piece: Piece, to value: Value, indent: Int) -> [Line] {
        // Behind the dash of an item stands its only entry.
        let inner = piece.isItem ? value.mapping?.entries.first?.value : value
        guard let inner else { return fresh(value, indent: indent) }
        let column = piece.isItem ? piece.indent + 2 : piece.indent
        var lines = piece.body
        if piece.isItem { lines[0] = withoutDash(lines[0], at: piece.indent) }
        let text = MergeLines.joined(MergeLines.shifted(lines, by: -column))
        let edited = try? YAMLTextEdit.setEntry(in: text, file: "", path: [], key: piece.key.text, value: inner)
        guard let edited, !piece.isItem || MergeLines.blanks(piece.body[0].dropFirst(piece.indent + 1)) == 1 else {
            return piece.isItem ? fresh(value, indent: indent) : fresh(piece.key, inner, indent: indent)
        }
        var result = MergeLines.shifted(MergeLines.split(edited), by: indent + column - piece.indent)
        if piece.isItem { result[0] = withDash(result[0], at: indent) }
        return result
    }

    /// An entry as DVC would write it.
    static func fresh(_ key: ExactString, _ value: Value, indent: Int) -> [Line] {
        // Below a key, so that long lines are broken at the same columns.
        let entry = Value.mapping(Mapping([(key.text, value)]))
        guard indent >= 2 else {
            return MergeLines.shifted(MergeLines.split(YAML.emitBytes(entry, lossless: true)), by: indent)
        }
        let text = YAML.emitBytes(.mapping(Mapping([("stages", entry)])), lossless: true)
        return MergeLines.shifted(Array(MergeLines.split(text).dropFirst()), by: indent - 2)
    }

    /// An item of a list as DVC would write it.
    private static func fresh(_ item: Value, indent: Int) -> [Line] {
        MergeLines.shifted(MergeLines.split(YAML.emitBytes(.list([item]), lossless: true)), by: indent)
    }

    private static func withoutDash(_ line: Line, at column: Int) -> Line {
        var line = Array(line)
        line[column] = 0x20
        return line[...]
    }

    private static func withDash(_ line: Line, at column: Int) -> Line {
        var line = Array(line)
        line[column] = UInt8(ascii: "-")
        return line[...]
    }
}
