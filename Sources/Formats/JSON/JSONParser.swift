#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A reader of JSON that keeps the order of keys and knows where it is.
struct JSONParser {
    private static let depthLimit = 500

    private let bytes: [UInt8]
    private let file: String
    private var index = 0

    init(_ bytes: [UInt8], file: String) {
        self.bytes = bytes
        self.file = file
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
    }

    mutating func document() throws(FormatError) -> Value {
        let value = try self.value(depth: 0)
        skipBlanks()
        guard index == bytes.count else { throw error("nothing more was expected here") }
        return value
    }

    private func error(_ problem: String) -> FormatError {
        let before = bytes[..<min(index, bytes.count)]
        let line = before.count { $0 == 10 } + 1
        let lineStart = before.lastIndex(of: 10).map { $0 + 1 } ?? 0
        let column = before[lineStart...].count { $0 & 0xC0 != 0x80 } + 1
        return FormatError(
            file: file, position: SourcePosition(offset: index, line: line, column: column),
            problem: "not valid JSON: \(problem)", source: bytes)
    }

    private mutating func skipBlanks() {
        while index < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[index]) { index += 1 }
    }

    private mutating func take(_ word: StaticString) -> Bool {
        let word = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
        guard bytes.count - index >= word.count, bytes[index..<index + word.count].elementsEqual(word) else { return false }
        index += word.count
        return true
    }

    private mutating func value(depth: Int) throws(FormatError) -> Value {
        skipBlanks()
        guard index < bytes.count else { throw error("a value was expected, but the file ends") }
        guard depth < Self.depthLimit else { throw error("nested deeper than \(Self.depthLimit) levels") }
        switch bytes[index] {
        case UInt8(ascii: "{"): return try object(depth)
        case UInt8(ascii: "["): return try array(depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: break
        }
        if take("true") { return .bool(true) }
        if take("false") { return .bool(false) }
        if take("null") { return .null }
        if take("NaN") { return .float(.nan) }
        if take("Infinity") { return .float(.infinity) }
        throw error("a value was expected")
    }

    private mutating func object(_ depth: Int) throws(FormatError) -> Value {
        index += 1
        var entries: [Mapping.Entry] = []
        var places: [Value: Int] = [:]
        skipBlanks()
        if take("}") { return .mapping(Mapping()) }
        while true {
            skipBlanks()
            guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else { throw error("a key in quotes was expected") }
            let key = Value.string(try string())
            skipBlanks()
            guard take(":") else { throw error("':' was expected") }
            let value = try self.value(depth: depth + 1)
            if let place = places[key] {
                entries[place].value = value
            } else {
                places[key] = entries.count
                entries.append(.init(key: key, value: value))
            }
            skipBlanks()
            if take(",") { continue }
            guard take("}") else { throw error("',' or '}' was expected") }
            return .mapping(Mapping(entries: entries))
        }
    }

    private mutating func array(_ depth: Int) throws(FormatError) -> Value {
        index += 1
        var list: [Value] = []
        skipBlanks()
        if take("]") { return .list([]) }
        while true {
            list.append(try value(depth: depth + 1))
            skipBlanks()
            if take(",") { continue }
            guard take("]") else { throw error("',' or ']' was expected") }
            return .list(list)
        }
    }

    private mutating func string() throws(FormatError) -> String {
        index += 1
        var text: [UInt8] = []
        while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "\""):
                index += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                index += 1
                try escape(into: &text)
            case 0..<0x20:
                throw error("a control character must be escaped")
            default:
                text.append(byte)
                index += 1
            }
        }
        throw error("the text in quotes does not end")
    }

    private mutating func escape(into text: inout [UInt8]) throws(FormatError) {
        guard index < bytes.count else { throw error("the text in quotes does not end") }
        let byte = bytes[index]
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "n"): text.append(10)
        case UInt8(ascii: "r"): text.append(13)
        case UInt8(ascii: "t"): text.append(9)
        case UInt8(ascii: "b"): text.append(8)
        case UInt8(ascii: "f"): text.append(12)
        case UInt8(ascii: "u"):
            var unit = try hexUnit()
            if (0xD800...0xDBFF).contains(unit), take("\\u") {
                let low = try hexUnit()
                if (0xDC00...0xDFFF).contains(low) { unit = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00) }
            }
            let scalar = Unicode.Scalar(unit) ?? "\u{FFFD}"
            text += Array(String(Character(scalar)).utf8)
        default: throw error("'\\' must stand before one of \"\\/bfnrtu")
        }
    }

    private mutating func hexUnit() throws(FormatError) -> UInt32 {
        guard bytes.count - index >= 4,
            let unit = UInt32(String(decoding: bytes[index..<index + 4], as: UTF8.self), radix: 16)
        else { throw error("four hexadecimal digits were expected") }
        index += 4
        return unit
    }

    private mutating func number() throws(FormatError) -> Value {
        let start = index
        if take("-Infinity") { return .float(-.infinity) }
        if bytes[index] == UInt8(ascii: "-") { index += 1 }
        let digits = skipDigits()
        guard digits > 0 else { throw error("a digit was expected") }
        var isWhole = true
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            index += 1
            isWhole = false
            guard skipDigits() > 0 else { throw error("a digit was expected behind the point") }
        }
        if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
            index += 1
            isWhole = false
            if index < bytes.count, bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-") { index += 1 }
            guard skipDigits() > 0 else { throw error("a digit was expected in the exponent") }
        }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        if isWhole { return Int(text).map { .int($0) } ?? .bigInt(text) }
        return .float(text.withCString { strtod($0, nil) })
    }

    private mutating func skipDigits() -> Int {
        let start = index
        while index < bytes.count, bytes[index] >= 0x30, bytes[index] <= 0x39 { index += 1 }
        return index - start
    }
}
