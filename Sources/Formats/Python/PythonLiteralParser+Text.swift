extension PythonLiteralParser {
    /// Texts side by side are one text; `nil` where none begins, or one that is no plain text.
    mutating func texts() -> String? {
        var result: [UInt8] = []
        var found = false
        while cursor.index < end, let isRaw = prefix() {
            guard text(isRaw: isRaw, into: &result) else { return nil }
            found = true
            skipBlanks()
        }
        return found ? String(decoding: result, as: UTF8.self) : nil
    }

    /// Moves to the quote; whether the text is raw, or `nil` where no text stands. Bytes and templates are no texts.
    private mutating func prefix() -> Bool? {
        guard let byte = cursor.byte else { return nil }
        if Self.isQuote(byte) { return false }
        guard let next = cursor.byte(ahead: 1), Self.isQuote(next) else { return nil }
        switch byte | 0x20 {
        case UInt8(ascii: "r"), UInt8(ascii: "u"):
            cursor.index += 1
            return byte | 0x20 == UInt8(ascii: "r")
        default: return nil
        }
    }

    private static func isQuote(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") }

    private mutating func text(isRaw: Bool, into text: inout [UInt8]) -> Bool {
        guard let quote = cursor.byte else { return false }
        let isTriple = cursor.byte(ahead: 1) == quote && cursor.byte(ahead: 2) == quote
        cursor.index += isTriple ? 3 : 1
        while let byte = cursor.byte {
            if byte == quote, !isTriple || (cursor.byte(ahead: 1) == quote && cursor.byte(ahead: 2) == quote) {
                cursor.index += isTriple ? 3 : 1
                return true
            }
            cursor.index += 1
            if byte == 13, cursor.byte == 10 { continue }
            guard byte == UInt8(ascii: "\\"), let mark = cursor.byte else {
                text.append(byte)
                continue
            }
            cursor.index += 1
            if isRaw {
                text += [byte, mark]
            } else if !escape(mark, into: &text) {
                return false
            }
        }
        return false
    }

    private mutating func escape(_ mark: UInt8, into text: inout [UInt8]) -> Bool {
        switch mark {
        case 10: break
        case 13: _ = cursor.take("\n")
        case UInt8(ascii: "a"): text.append(7)
        case UInt8(ascii: "b"): text.append(8)
        case UInt8(ascii: "f"): text.append(12)
        case UInt8(ascii: "n"): text.append(10)
        case UInt8(ascii: "r"): text.append(13)
        case UInt8(ascii: "t"): text.append(9)
        case UInt8(ascii: "v"): text.append(11)
        case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): text.append(mark)
        case 0x30...0x37:
            var number = UInt32(mark - 0x30)
            var count = 1
            while count < 3, let digit = cursor.byte, (0x30...0x37).contains(digit) {
                number = number * 8 + UInt32(digit - 0x30)
                cursor.index += 1
                count += 1
            }
            return append(number, to: &text)
        case UInt8(ascii: "x"), UInt8(ascii: "u"), UInt8(ascii: "U"):
            let count = mark == UInt8(ascii: "x") ? 2 : mark == UInt8(ascii: "u") ? 4 : 8
            let last = min(cursor.index + count, cursor.bytes.count)
            var number: UInt32 = 0
            for byte in cursor.bytes[cursor.index..<last] {
                guard let digit = WholeNumber.digit(byte) else { return false }
                number = number << 4 | UInt32(digit)
            }
            guard last - cursor.index == count else { return false }
            cursor.index = last
            return append(number, to: &text)
        // The name of a character.
        case UInt8(ascii: "N"): return false
        default: text += [UInt8(ascii: "\\"), mark]
        }
        return true
    }

    private func append(_ number: UInt32, to text: inout [UInt8]) -> Bool {
        guard let scalar = Unicode.Scalar(number) else { return false }
        text += Array(String(Character(scalar)).utf8)
        return true
    }
}
