/// The comments and blank lines between two things in a YAML text.
struct SourceComments {
    /// A comment behind something on its line, with the column where it begins, counted from 0 in code points.
    let trailing: (column: Int, bytes: Range<Int>)?
    /// Whole lines, each with the line feed before it.
    let lines: Range<Int>
    /// Where the next thing's line begins, or the end of the same line where something else follows.
    let end: Int

    var isEmpty: Bool { trailing == nil && lines.isEmpty }

    /// What stands from `offset` on before anything that is neither a blank nor a comment.
    init(in source: UnsafeBufferPointer<UInt8>, from offset: Int) {
        var index = Self.skipBlank(source, offset)
        var trailing: (Int, Range<Int>)?
        if index < source.count, source[index] == UInt8(ascii: "#") {
            let end = Self.endOfLine(source, index)
            trailing = (Self.column(source, index), index..<Self.trimmed(source, index, end))
            index = end
        } else if index < source.count, source[index] != 0x0A {
            self.trailing = nil
            lines = index..<index
            end = index
            return
        }
        let first = index
        var last = index
        while index < source.count {
            let content = Self.skipBlank(source, index + 1)
            guard content >= source.count || source[content] == 0x0A || source[content] == UInt8(ascii: "#") else {
                break
            }
            index = Self.endOfLine(source, content)
            if content < source.count { last = index }
        }
        self.trailing = trailing
        lines = first..<last
        end = last
    }

    /// Whether comments can stand at `offset`: not where a line ends and the next one has content.
    static func mayFollow(_ offset: Int, in source: UnsafeBufferPointer<UInt8>) -> Bool {
        guard offset < source.count, source[offset] == 0x0A else { return true }
        let next = skipBlank(source, offset + 1)
        return next < source.count && (source[next] == 0x0A || source[next] == UInt8(ascii: "#"))
    }

    private static func skipBlank(_ source: UnsafeBufferPointer<UInt8>, _ offset: Int) -> Int {
        var index = offset
        while index < source.count, source[index] == 0x20 || source[index] == 0x09 { index += 1 }
        return index
    }

    private static func endOfLine(_ source: UnsafeBufferPointer<UInt8>, _ offset: Int) -> Int {
        var index = offset
        while index < source.count, source[index] != 0x0A { index += 1 }
        return index
    }

    private static func trimmed(_ source: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> Int {
        var end = end
        while end > start, source[end - 1] == 0x20 || source[end - 1] == 0x09 { end -= 1 }
        return end
    }

    private static func column(_ source: UnsafeBufferPointer<UInt8>, _ offset: Int) -> Int {
        var column = 0
        var index = offset - 1
        while index >= 0, source[index] != 0x0A {
            if source[index] & 0xC0 != 0x80 { column += 1 }
            index -= 1
        }
        return column
    }
}
