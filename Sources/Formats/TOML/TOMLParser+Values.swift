extension TOMLParser {
    mutating func value(depth: Int) throws(FormatError) -> (value: Value, node: FlowNode) {
        guard depth < Self.maximalDepth else { throw cursor.error("nested too deep") }
        let start = cursor.index
        let value: Value
        switch cursor.byte {
        case UInt8(ascii: "\""):
            value = .string(try cursor.starts(with: "\"\"\"") ? multilineBasic() : basicString())
        case UInt8(ascii: "'"):
            value = .string(try cursor.starts(with: "'''") ? multilineLiteral() : literalString())
        case UInt8(ascii: "["): return try array(depth)
        case UInt8(ascii: "{"): return try inlineTable(depth)
        default: value = try scalar()
        }
        return (value, FlowNode(scalar: start..<cursor.index))
    }

    private mutating func array(_ depth: Int) throws(FormatError) -> (Value, FlowNode) {
        let start = cursor.index
        cursor.index += 1
        var list: [Value] = []
        var nodes: [FlowNode] = []
        while true {
            skipBlankLines()
            if cursor.take("]") { return (.list(list), FlowNode(.list(nodes), start..<cursor.index)) }
            let item = try value(depth: depth + 1)
            list.append(item.value)
            nodes.append(item.node)
            skipBlankLines()
            if cursor.take(",") { continue }
            guard cursor.byte == UInt8(ascii: "]") else { throw cursor.error("',' or ']' was expected") }
        }
    }

    private mutating func inlineTable(_ depth: Int) throws(FormatError) -> (Value, FlowNode) {
        let start = cursor.index
        let table = TOMLTable()
        var pairs: [FlowNode.Pair] = []
        cursor.index += 1
        skipBlanks()
        if !cursor.take("}") {
            while true {
                skipBlanks()
                if let pair = try keyValue(into: table, depth: depth + 1) { pairs.append(pair) }
                skipBlanks()
                if cursor.take(",") { continue }
                guard cursor.take("}") else { throw cursor.error("',' or '}' was expected") }
                break
            }
        }
        return (.mapping(table.value), FlowNode(.mapping(pairs), start..<cursor.index))
    }

    private static func endsWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x20, 0x09, 10, 13, 0x2C, 0x5D, 0x7D, 0x23: true
        default: false
        }
    }

    private mutating func scalar() throws(FormatError) -> Value {
        let start = cursor.index
        cursor.skip { !Self.endsWord($0) }
        // A date and a time may be apart by one blank.
        if cursor.index - start == 10, cursor.bytes[start + 4] == 0x2D, cursor.byte == 0x20,
            let next = cursor.byte(ahead: 1), next >= 0x30, next <= 0x39
        {
            cursor.index += 1
            cursor.skip { !Self.endsWord($0) }
        }
        let text = cursor.text(from: start)
        if let value = Self.scalar(text) { return value }
        throw cursor.error(
            text.isEmpty ? "a value was expected" : "'\(text)' is no value; texts need quotes", at: start)
    }

    static func scalar(_ text: String) -> Value? {
        switch text {
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "inf", "+inf": return .float(.infinity)
        case "-inf": return .float(-.infinity)
        case "nan", "+nan", "-nan": return .float(.nan)
        default: break
        }
        var bytes = Array(text.utf8)
        guard let first = bytes.first else { return nil }
        if bytes.count >= 8, bytes.allSatisfy({ ($0 >= 0x30 && $0 <= 0x39) || "-:.+ TtZz".utf8.contains($0) }),
            bytes.dropFirst(2).first == UInt8(ascii: ":") || (bytes.count >= 10 && bytes[4] == 0x2D && bytes[7] == 0x2D)
        {
            return .timestamp(text)
        }
        if text.contains("__") || bytes.last == UInt8(ascii: "_") || first == UInt8(ascii: "_") { return nil }
        bytes.removeAll { $0 == UInt8(ascii: "_") }
        let clean = String(decoding: bytes, as: UTF8.self)
        for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where clean.hasPrefix(prefix) {
            return WholeNumber.value(digits: clean.utf8.dropFirst(2), radix: radix, isNegative: false)
        }
        let unsigned = clean.drop { $0 == "+" || $0 == "-" }
        guard unsigned.utf8.count + 1 >= clean.utf8.count, let digit = unsigned.utf8.first, digit >= 0x30, digit <= 0x39
        else { return nil }
        if unsigned.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) {
            if unsigned.utf8.count > 1 && digit == 0x30 { return nil }
            return WholeNumber.value(digits: unsigned.utf8, radix: 10, isNegative: clean.hasPrefix("-"))
        }
        let allowed = unsigned.utf8.allSatisfy { ($0 >= 0x30 && $0 <= 0x39) || ".eE+-".utf8.contains($0) }
        guard allowed, !clean.hasSuffix("."), !clean.contains(".e"), !clean.contains(".E"),
            let number = DecimalFloat.parse(clean.utf8)
        else { return nil }
        return .float(number)
    }

    mutating func literalString() throws(FormatError) -> String {
        cursor.index += 1
        let start = cursor.index
        cursor.skip { $0 != UInt8(ascii: "'") && $0 != 10 }
        let text = cursor.text(from: start)
        guard cursor.take("'") else { throw cursor.error("the text in quotes does not end") }
        return text
    }

    private mutating func multilineLiteral() throws(FormatError) -> String {
        cursor.index += 3
        _ = cursor.take("\r\n") || cursor.take("\n")
        let start = cursor.index
        while !cursor.isAtEnd {
            if cursor.starts(with: "'''") {
                // Up to two quotes may stand just before the end.
                while cursor.byte(ahead: 3) == UInt8(ascii: "'") { cursor.index += 1 }
                let text = cursor.text(from: start)
                cursor.index += 3
                return text
            }
            cursor.index += 1
        }
        throw cursor.error("the text in quotes does not end", at: start)
    }

    mutating func basicString() throws(FormatError) -> String {
        cursor.index += 1
        var text: [UInt8] = []
        while let byte = cursor.byte, byte != 10 {
            if cursor.take("\"") { return String(decoding: text, as: UTF8.self) }
            if byte == UInt8(ascii: "\\") {
                try escape(into: &text)
            } else {
                text.append(byte)
                cursor.index += 1
            }
        }
        throw cursor.error("the text in quotes does not end")
    }

    private mutating func multilineBasic() throws(FormatError) -> String {
        cursor.index += 3
        _ = cursor.take("\r\n") || cursor.take("\n")
        var text: [UInt8] = []
        while let byte = cursor.byte {
            if cursor.starts(with: "\"\"\"") {
                while cursor.byte(ahead: 3) == UInt8(ascii: "\"") {
                    text.append(UInt8(ascii: "\""))
                    cursor.index += 1
                }
                cursor.index += 3
                return String(decoding: text, as: UTF8.self)
            }
            if byte == UInt8(ascii: "\\") {
                let place = cursor.index
                cursor.index += 1
                cursor.skip { $0 == 0x20 || $0 == 0x09 || $0 == 13 }
                if cursor.byte == 10 {
                    cursor.skip { $0 == 0x20 || $0 == 0x09 || $0 == 13 || $0 == 10 }
                    continue
                }
                cursor.index = place
                try escape(into: &text)
            } else {
                text.append(byte)
                cursor.index += 1
            }
        }
        throw cursor.error("the text in quotes does not end")
    }

    private mutating func escape(into text: inout [UInt8]) throws(FormatError) {
        let place = cursor.index
        cursor.index += 1
        let mark = cursor.byte
        cursor.index += 1
        switch mark {
        case UInt8(ascii: "b"): text.append(8)
        case UInt8(ascii: "t"): text.append(9)
        case UInt8(ascii: "n"): text.append(10)
        case UInt8(ascii: "f"): text.append(12)
        case UInt8(ascii: "r"): text.append(13)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): text.append(mark ?? 0)
        case UInt8(ascii: "u"), UInt8(ascii: "U"):
            let count = mark == UInt8(ascii: "u") ? 4 : 8
            let end = min(cursor.index + count, cursor.bytes.count)
            let digits = String(decoding: cursor.bytes[cursor.index..<end], as: UTF8.self)
            guard let number = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(number) else {
                throw cursor.error("'\\\(count == 4 ? "u" : "U")' needs \(count) hexadecimal digits", at: place)
            }
            text += Array(String(Character(scalar)).utf8)
            cursor.index = end
        default: throw cursor.error("no such escape", at: place)
        }
    }
}
