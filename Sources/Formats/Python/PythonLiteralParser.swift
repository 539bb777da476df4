#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Reads one Python literal; anything else gives `nil`.
struct PythonLiteralParser {
    private var cursor: TextCursor
    private let end: Int
    private(set) var valueRange = 0..<0

    init(_ cursor: TextCursor, end: Int) {
        self.cursor = cursor
        self.end = end
    }

    /// The literal, if nothing else stands before the end.
    mutating func whole() throws(FormatError) -> Value? {
        skipBlanks()
        let start = cursor.index
        guard var value = value(depth: 0) else { return nil }
        valueRange = start..<cursor.index
        skipBlanks()
        // A bare tuple: `x = 1, 2`.
        if cursor.byte == UInt8(ascii: ","), cursor.index < end {
            var list = [value]
            while cursor.take(",") {
                skipBlanks()
                if cursor.index >= end { break }
                guard let next = self.value(depth: 0) else { return nil }
                list.append(next)
                valueRange = start..<cursor.index
                skipBlanks()
            }
            value = .list(list)
        }
        return cursor.index >= end ? value : nil
    }

    private mutating func skipBlanks() {
        while cursor.index < end, let byte = cursor.byte {
            if byte == UInt8(ascii: "#") {
                cursor.skip { $0 != 10 }
            } else if byte <= 0x20 || (byte == UInt8(ascii: "\\") && cursor.byte(ahead: 1) == 10) {
                cursor.index += 1
            } else {
                return
            }
        }
    }

    private mutating func value(depth: Int) -> Value? {
        skipBlanks()
        guard depth < 100, cursor.index < end, let byte = cursor.byte else { return nil }
        switch byte {
        case UInt8(ascii: "["): return list(closing: "]", depth)
        case UInt8(ascii: "("): return tuple(depth)
        case UInt8(ascii: "{"): return dictionary(depth)
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return texts()
        default: break
        }
        let start = cursor.index
        cursor.skip { ![0x20, 0x09, 10, 13, 0x2C, 0x5D, 0x7D, 0x29, 0x3A, 0x23].contains($0) }
        switch cursor.text(from: start) {
        case "True": return .bool(true)
        case "False": return .bool(false)
        case "None": return .null
        case let word: return Self.number(word)
        }
    }

    static func number(_ text: String) -> Value? {
        var body = text.drop { $0 == "+" || $0 == "-" }
        let isNegative = text.prefix(text.count - body.count).count { $0 == "-" } % 2 == 1
        guard !text.contains("__"), let first = body.utf8.first, (first >= 0x30 && first <= 0x39) || first == 0x2E
        else {
            return nil
        }
        body = Substring(body.filter { $0 != "_" })
        for (prefix, radix) in [("0x", 16), ("0X", 16), ("0o", 8), ("0O", 8), ("0b", 2), ("0B", 2)]
        where body.hasPrefix(prefix) {
            return Int(body.dropFirst(2), radix: radix).map { .int(isNegative ? -$0 : $0) }
        }
        if body.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) {
            if let int = Int(body) { return .int(isNegative ? -int : int) }
            return .bigInt((isNegative ? "-" : "") + body)
        }
        guard body.utf8.allSatisfy({ ($0 >= 0x30 && $0 <= 0x39) || ".eE+-".utf8.contains($0) }) else { return nil }
        var rest: UnsafeMutablePointer<CChar>?
        return String(body).withCString { start in
            let number = strtod(start, &rest)
            guard let rest, rest.pointee == 0 else { return nil }
            return .float(isNegative ? -number : number)
        }
    }

    private mutating func list(closing: StaticString, _ depth: Int) -> Value? {
        cursor.index += 1
        var list: [Value] = []
        while true {
            skipBlanks()
            if cursor.take(closing) { return .list(list) }
            guard let item = value(depth: depth + 1) else { return nil }
            list.append(item)
            skipBlanks()
            if cursor.take(",") { continue }
            return cursor.take(closing) ? .list(list) : nil
        }
    }

    private mutating func tuple(_ depth: Int) -> Value? {
        let start = cursor.index
        guard let value = list(closing: ")", depth), let items = value.list else { return nil }
        // One value in brackets without a comma is that value.
        var before = cursor.index - 2
        while before > start, cursor.bytes[before] <= 0x20 { before -= 1 }
        return items.count == 1 && cursor.bytes[before] != UInt8(ascii: ",") ? items[0] : value
    }

    private mutating func dictionary(_ depth: Int) -> Value? {
        cursor.index += 1
        var mapping = Mapping()
        while true {
            skipBlanks()
            if cursor.take("}") { return .mapping(mapping) }
            guard let key = value(depth: depth + 1) else { return nil }
            skipBlanks()
            // Without a colon it is a set, which no lock file can hold.
            guard cursor.take(":"), let item = value(depth: depth + 1) else { return nil }
            mapping.entries.removeAll { $0.key == key }
            mapping.entries.append(.init(key: key, value: item))
            skipBlanks()
            if cursor.take(",") { continue }
            return cursor.take("}") ? .mapping(mapping) : nil
        }
    }

    /// Texts side by side are one text.
    private mutating func texts() -> Value? {
        var result = ""
        while let byte = cursor.byte, cursor.index < end, byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
            guard let text = text(quote: byte) else { return nil }
            result += text
            skipBlanks()
        }
        return .string(result)
    }

    private mutating func text(quote: UInt8) -> String? {
        let isTriple = cursor.byte(ahead: 1) == quote && cursor.byte(ahead: 2) == quote
        cursor.index += isTriple ? 3 : 1
        var text: [UInt8] = []
        while let byte = cursor.byte {
            if byte == quote, !isTriple || (cursor.byte(ahead: 1) == quote && cursor.byte(ahead: 2) == quote) {
                cursor.index += isTriple ? 3 : 1
                return String(decoding: text, as: UTF8.self)
            }
            cursor.index += 1
            guard byte == UInt8(ascii: "\\"), let mark = cursor.byte else {
                text.append(byte)
                continue
            }
            cursor.index += 1
            guard let escaped = escape(mark) else { return nil }
            text += escaped
        }
        return nil
    }

    private mutating func escape(_ mark: UInt8) -> [UInt8]? {
        switch mark {
        case 10: return []
        case UInt8(ascii: "n"): return [10]
        case UInt8(ascii: "t"): return [9]
        case UInt8(ascii: "r"): return [13]
        case UInt8(ascii: "0"): return [0]
        case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): return [mark]
        case UInt8(ascii: "x"), UInt8(ascii: "u"), UInt8(ascii: "U"):
            let count = mark == UInt8(ascii: "x") ? 2 : mark == UInt8(ascii: "u") ? 4 : 8
            let last = min(cursor.index + count, cursor.bytes.count)
            let digits = String(decoding: cursor.bytes[cursor.index..<last], as: UTF8.self)
            guard let number = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(number) else { return nil }
            cursor.index = last
            return Array(String(Character(scalar)).utf8)
        default: return [UInt8(ascii: "\\"), mark]
        }
    }
}
