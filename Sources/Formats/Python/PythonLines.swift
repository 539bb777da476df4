/// The statements of a Python file: brackets and triple quotes join lines, comments are left out.
enum PythonLines {
    struct Line {
        let indent: Int
        /// From the first character to before the comment or the line's end.
        let range: Range<Int>
    }

    static func split(_ bytes: [UInt8], file: String) throws(FormatError) -> [Line] {
        var lines: [Line] = []
        var cursor = TextCursor(bytes, file: file, format: "Python")
        while !cursor.isAtEnd {
            let start = cursor.index
            cursor.skip { $0 == 0x20 || $0 == 0x09 || $0 == 0x0C }
            let indent = cursor.index - start
            var isOpen = true
            while isOpen {
                cursor.skip { $0 == 0x20 || $0 == 0x09 }
                let first = cursor.index
                let end = try statementEnd(&cursor, isOpen: &isOpen)
                if end > first { lines.append(Line(indent: indent, range: first..<end)) }
            }
        }
        return lines
    }

    /// Moves behind the statement; the result is where its code ends.
    ///
    /// - Parameter isOpen: Whether another statement may follow on the same line.
    private static func statementEnd(_ cursor: inout TextCursor, isOpen: inout Bool) throws(FormatError) -> Int {
        var depth = 0
        let start = cursor.index
        var end = cursor.index
        while let byte = cursor.byte {
            switch byte {
            case 10 where depth == 0:
                cursor.index += 1
                isOpen = false
                return end
            case UInt8(ascii: ";") where depth == 0:
                cursor.index += 1
                return end
            case UInt8(ascii: "#"):
                cursor.skip { $0 != 10 }
                continue
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                try skipText(&cursor)
                end = cursor.index
                continue
            case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"): depth = max(0, depth - 1)
            case UInt8(ascii: "\\") where cursor.byte(ahead: 1) == 10: cursor.index += 1
            case UInt8(ascii: "\\") where cursor.byte(ahead: 1) == 13 && cursor.byte(ahead: 2) == 10: cursor.index += 2
            default: break
            }
            cursor.index += 1
            if byte > 0x20 { end = cursor.index }
        }
        isOpen = false
        if depth > 0 { throw cursor.error("a bracket is not closed", at: start) }
        return end
    }

    private static func skipText(_ cursor: inout TextCursor) throws(FormatError) {
        let start = cursor.index
        let quote = cursor.byte ?? 0
        let isTriple = cursor.byte(ahead: 1) == quote && cursor.byte(ahead: 2) == quote
        cursor.index += isTriple ? 3 : 1
        while let byte = cursor.byte {
            if byte == UInt8(ascii: "\\") {
                cursor.index += cursor.byte(ahead: 1) == 13 && cursor.byte(ahead: 2) == 10 ? 3 : 2
            } else if byte == quote, !isTriple {
                cursor.index += 1
                return
            } else if byte == quote, cursor.byte(ahead: 1) == quote, cursor.byte(ahead: 2) == quote {
                cursor.index += 3
                return
            } else if byte == 10, !isTriple {
                break
            } else {
                cursor.index += 1
            }
        }
        throw cursor.error("the text in quotes does not end", at: start)
    }
}
