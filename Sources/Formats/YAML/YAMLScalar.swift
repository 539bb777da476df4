#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A scalar that YAML 1.2 gives no value.
struct YAMLScalarError: Error {
    let problem: String
}

/// What a scalar's text means, by the rules of YAML 1.2 as DVC's reader applies them.
enum YAMLScalar {
    static func resolve(_ text: String, isPlain: Bool, tag: String?) throws(YAMLScalarError) -> Value {
        if let tag, tag != "!" { return try tagged(text, tag) }
        guard isPlain, tag == nil else { return .string(text) }
        if text == "=" || text == "<<" { throw YAMLScalarError(problem: "'\(text)' has no value here; quote it") }
        return plain(text)
    }

    private static func tagged(_ text: String, _ tag: String) throws(YAMLScalarError) -> Value {
        let name = tag.hasPrefix("tag:yaml.org,2002:") ? String(tag.dropFirst(18)) : tag
        switch name {
        case "str": return .string(text)
        case "null": return .null
        case "int", "bool", "float":
            let value = plain(text)
            switch (name, value) {
            case ("int", .int), ("int", .bigInt), ("bool", .bool), ("float", .float): return value
            case ("float", .int(let int)): return .float(Double(int))
            default: throw YAMLScalarError(problem: "'\(text)' is not of type \(name)")
            }
        default: throw YAMLScalarError(problem: "the tag '\(tag)' has no meaning here")
        }
    }

    static func plain(_ text: String) -> Value {
        var text = text
        return text.withUTF8 { bytes in
            guard let first = bytes.first else { return .null }
            switch first {
            case UInt8(ascii: "~"), UInt8(ascii: "n"), UInt8(ascii: "N"):
                if isOneOf(bytes, ["~", "null", "Null", "NULL"]) { return .null }
            case UInt8(ascii: "t"), UInt8(ascii: "T"):
                if isOneOf(bytes, ["true", "True", "TRUE"]) { return .bool(true) }
            case UInt8(ascii: "f"), UInt8(ascii: "F"):
                if isOneOf(bytes, ["false", "False", "FALSE"]) { return .bool(false) }
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
                if let number = number(bytes) { return number }
                if isTimestamp(bytes) { return .timestamp(String(decoding: bytes, as: UTF8.self)) }
            default: break
            }
            return .string(String(decoding: bytes, as: UTF8.self))
        }
    }

    private static func isOneOf(_ bytes: UnsafeBufferPointer<UInt8>, _ words: [StaticString]) -> Bool {
        words.contains { word in
            bytes.elementsEqual(UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
        }
    }

    private static func number(_ bytes: UnsafeBufferPointer<UInt8>) -> Value? {
        var body = bytes[...]
        var isNegative = false
        if let sign = body.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
            isNegative = sign == UInt8(ascii: "-")
            body = body.dropFirst()
        }
        guard let first = body.first else { return nil }
        if first == UInt8(ascii: ".") {
            let word = String(decoding: body, as: UTF8.self)
            if [".inf", ".Inf", ".INF"].contains(word) { return .float(isNegative ? -.infinity : .infinity) }
            if body.count == bytes.count, [".nan", ".NaN", ".NAN"].contains(word) { return .float(.nan) }
        }
        if first == UInt8(ascii: "0"), body.count > 2 {
            let prefix = body[body.index(after: body.startIndex)]
            let digits = body.dropFirst(2)
            let radix: Int? =
                switch prefix {
                case UInt8(ascii: "x"): 16
                case UInt8(ascii: "o"): 8
                case UInt8(ascii: "b"): 2
                default: nil
                }
            if let radix { return whole(digits, radix: radix, isNegative: isNegative) }
        }
        if first >= UInt8(ascii: "0"), first <= UInt8(ascii: "9"),
            let value = whole(body, radix: 10, isNegative: isNegative)
        {
            return value
        }
        return isFloat(body) ? .float(decimal(bytes)) : nil
    }

    private static func whole(
        _ digits: Slice<UnsafeBufferPointer<UInt8>>, radix: Int, isNegative: Bool
    ) -> Value? {
        var hasDigit = false
        var overflow = false
        var result = 0
        for byte in digits {
            let digit: Int
            switch byte {
            case UInt8(ascii: "_"): continue
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = Int(byte) - 0x30
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = Int(byte) - 0x57
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = Int(byte) - 0x37
            default: return nil
            }
            guard digit < radix else { return nil }
            hasDigit = true
            let (product, tooLarge) = result.multipliedReportingOverflow(by: radix)
            let (sum, tooLargeToo) = product.addingReportingOverflow(digit)
            overflow = overflow || tooLarge || tooLargeToo
            result = sum
        }
        guard hasDigit else { return nil }
        if !overflow { return .int(isNegative ? -result : result) }
        let text = DecimalDigits.convert(digits.filter { $0 != UInt8(ascii: "_") }, radix: radix)
        return .bigInt((isNegative ? "-" : "") + text)
    }

    /// `[0-9][0-9_]*\.[0-9_]*([eE][-+]?[0-9]+)?`, `[0-9][0-9_]*[eE][-+]?[0-9]+` or
    /// `\.[0-9_]+([eE][-+][0-9]+)?`; the sign is off already.
    static func isFloat(_ body: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
        func isDigitOrBar(_ byte: UInt8) -> Bool { isDigit(byte) || byte == UInt8(ascii: "_") }
        guard let first = body.first else { return false }
        var rest = body
        let startsWithDot = first == UInt8(ascii: ".")
        if isDigit(first) { rest = rest.drop(while: isDigitOrBar) } else if !startsWithDot { return false }
        var hasPoint = false
        if rest.first == UInt8(ascii: ".") {
            hasPoint = true
            rest = rest.dropFirst()
            let fraction = rest.prefix(while: isDigitOrBar)
            if startsWithDot && fraction.isEmpty { return false }
            rest = rest.dropFirst(fraction.count)
        }
        guard let mark = rest.first else { return hasPoint }
        guard mark == UInt8(ascii: "e") || mark == UInt8(ascii: "E") else { return false }
        rest = rest.dropFirst()
        if let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
            rest = rest.dropFirst()
        } else if startsWithDot {
            return false
        }
        return !rest.isEmpty && rest.allSatisfy(isDigit)
    }

    private static func decimal(_ bytes: UnsafeBufferPointer<UInt8>) -> Double {
        let clean = bytes.filter { $0 != UInt8(ascii: "_") }
        return String(decoding: clean, as: UTF8.self).withCString { strtod($0, nil) }
    }

    /// `YYYY-MM-DD`, or with a time behind `T`, `t` or blanks.
    static func isTimestamp(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        func digits(_ range: Range<Int>) -> Bool {
            bytes.count >= range.upperBound && bytes[range].allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
        }
        func isDash(_ index: Int) -> Bool { bytes.count > index && bytes[index] == UInt8(ascii: "-") }
        if bytes.count == 10 { return digits(0..<4) && isDash(4) && digits(5..<7) && isDash(7) && digits(8..<10) }
        guard digits(0..<4), isDash(4) else { return false }
        var index = 5
        func number(upTo limit: Int) -> Bool {
            let start = index
            while index < bytes.count, index - start < limit, bytes[index] >= 0x30, bytes[index] <= 0x39 { index += 1 }
            return index > start
        }
        func take(_ byte: UInt8) -> Bool {
            guard index < bytes.count, bytes[index] == byte else { return false }
            index += 1
            return true
        }
        guard number(upTo: 2), take(UInt8(ascii: "-")), number(upTo: 2), index < bytes.count else { return false }
        if bytes[index] == UInt8(ascii: "T") || bytes[index] == UInt8(ascii: "t") {
            index += 1
        } else {
            let blanks = index
            while index < bytes.count, bytes[index] == 0x20 || bytes[index] == 0x09 { index += 1 }
            if index == blanks { return false }
        }
        guard number(upTo: 2), take(UInt8(ascii: ":")), digits(index..<index + 2) else { return false }
        index += 2
        guard take(UInt8(ascii: ":")), digits(index..<index + 2) else { return false }
        index += 2
        if take(UInt8(ascii: ".")) { _ = number(upTo: 1_000) }
        while index < bytes.count, bytes[index] == 0x20 || bytes[index] == 0x09 { index += 1 }
        if index == bytes.count { return true }
        if take(UInt8(ascii: "Z")) { return index == bytes.count }
        guard take(UInt8(ascii: "+")) || take(UInt8(ascii: "-")), number(upTo: 2) else { return false }
        if take(UInt8(ascii: ":")) { guard number(upTo: 2) else { return false } }
        return index == bytes.count
    }
}
