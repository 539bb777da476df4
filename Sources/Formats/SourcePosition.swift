/// A place in a text file.
package struct SourcePosition: Hashable, Sendable {
    private let storedOffset: UInt32
    private let storedLine: UInt32
    private let storedColumn: UInt32

    /// Bytes before it.
    package var offset: Int { Int(storedOffset) }
    /// The line, the first being 1.
    package var line: Int { Int(storedLine) }
    /// The column in code points, the first being 1.
    package var column: Int { Int(storedColumn) }

    /// Takes a place as its parts are counted: bytes from 0, lines and columns from 1.
    ///
    /// Numbers that do not fit 32 bits become the nearest one that does.
    package init(offset: Int, line: Int, column: Int) {
        storedOffset = UInt32(clamping: offset)
        storedLine = UInt32(clamping: line)
        storedColumn = UInt32(clamping: column)
    }

    /// The place of the byte at `offset`; lines end at a line feed.
    package init(offset: Int, in bytes: some RandomAccessCollection<UInt8>) {
        var line = 1
        var column = 1
        for byte in bytes.prefix(offset) {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        self.init(offset: offset, line: line, column: column)
    }
}
