/// The types of plain scalars in YAML 1.2, as ruamel.yaml tells them apart.
enum YAMLScalar {
    enum Resolution {
        case value(Value)
        /// `<<`
        case merge
        /// `=`
        case defaultValue
    }

    /// What a plain scalar stands for.
    static func resolve(_ text: String) -> Resolution {
        var text = text
        let kind = text.withUTF8 { Self.kind(of: $0) }
        switch kind {
        case .string: return .value(.string(text))
        case .null: return .value(.null)
        case .bool: return .value(.bool(text.utf8.first == UInt8(ascii: "t") || text.utf8.first == UInt8(ascii: "T")))
        case .int: return .value(int(text) ?? .string(text))
        case .float: return .value(float(text).map(Value.float) ?? .string(text))
        case .timestamp: return .value(.timestamp(text))
        case .merge: return .merge
        case .defaultValue: return .defaultValue
        }
    }

    /// `!!bool` also takes the words of YAML 1.1.
    static func taggedBool(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "true", "yes", "y", "on": true
        case "false", "no", "n", "off": false
        default: nil
        }
    }

    static func isTimestamp(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { Pattern.isTimestamp($0) }
    }

    /// A whole number with optional sign, underscores and `0b`, `0o` or `0x`; `nil` without a digit.
    static func int(_ text: String) -> Value? {
        var digits = text.utf8.filter { $0 != UInt8(ascii: "_") }[...]
        let isNegative = digits.first == UInt8(ascii: "-")
        if isNegative || digits.first == UInt8(ascii: "+") { digits = digits.dropFirst() }
        var radix = 10
        if digits.first == UInt8(ascii: "0"), digits.count > 1 {
            switch digits[digits.startIndex + 1] {
            case UInt8(ascii: "b"): radix = 2
            case UInt8(ascii: "o"): radix = 8
            case UInt8(ascii: "x"): radix = 16
            default: break
            }
            if radix != 10 { digits = digits.dropFirst(2) }
        }
        return WholeNumber.value(digits: digits, radix: radix, isNegative: isNegative)
    }

    /// A float with optional sign and underscores, `.inf` or `.nan`; `nil` where no number is left.
    static func float(_ text: String) -> Double? {
        var digits = text.utf8.filter { $0 != UInt8(ascii: "_") }
        let isNegative = digits.first == UInt8(ascii: "-")
        if isNegative || digits.first == UInt8(ascii: "+") { digits.removeFirst() }
        switch String(decoding: digits, as: UTF8.self).lowercased() {
        case ".inf": return isNegative ? -Double.infinity : .infinity
        case ".nan": return .nan
        default:
            guard let value = DecimalFloat.parse(digits) else { return nil }
            return isNegative ? -value : value
        }
    }

    enum Kind { case string, null, bool, int, float, timestamp, merge, defaultValue }

    /// The type of a plain scalar. Only its first byte is looked at in most cases.
    static func kind(of text: UnsafeBufferPointer<UInt8>) -> Kind {
        guard let first = text.first else { return .null }
        switch first {
        case UInt8(ascii: "t"), UInt8(ascii: "T"):
            return Pattern.isAny(text, of: ["true", "True", "TRUE"]) ? .bool : .string
        case UInt8(ascii: "f"), UInt8(ascii: "F"):
            return Pattern.isAny(text, of: ["false", "False", "FALSE"]) ? .bool : .string
        case UInt8(ascii: "n"), UInt8(ascii: "N"):
            return Pattern.isAny(text, of: ["null", "Null", "NULL"]) ? .null : .string
        case UInt8(ascii: "~"): return text.count == 1 ? .null : .string
        case UInt8(ascii: "="): return text.count == 1 ? .defaultValue : .string
        case UInt8(ascii: "<"): return text.count == 2 && text[1] == first ? .merge : .string
        case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "+"), 0x30...0x39:
            if Pattern.isFloat(text) { return .float }
            if Pattern.isInt(text) { return .int }
            return Pattern.isTimestamp(text) ? .timestamp : .string
        default: return .string
        }
    }
}
