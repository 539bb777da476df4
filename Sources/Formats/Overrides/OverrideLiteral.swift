/// Text without quotes in an override, read as a number, a truth value, null or text.
enum OverrideLiteral {
    static func value(of text: String) -> Value {
        switch text.lowercased() {
        case "null": return .null
        case "true": return .bool(true)
        case "false": return .bool(false)
        default: return number(of: text) ?? .string(text)
        }
    }

    /// A whole number or a float; digits may be grouped by single underscores.
    static func number(of text: String) -> Value? {
        var scanner = NumberScanner(text)
        let isNegative = scanner.takeSign() == UInt8(ascii: "-")
        let word = String(decoding: scanner.rest, as: UTF8.self).lowercased()
        if word == "inf" { return .float(isNegative ? -.infinity : .infinity) }
        if word == "nan" { return .float(.nan) }
        let hasWhole = scanner.takeWhole()
        if hasWhole, scanner.isAtEnd {
            return WholeNumber.value(digits: scanner.digits, radix: 10, isNegative: isNegative)
        }
        var isFloat = false
        if scanner.take(".") {
            let hasFraction = scanner.takeDigits()
            guard hasWhole || hasFraction else { return nil }
            isFloat = true
        }
        if hasWhole || isFloat, scanner.take("e") || scanner.take("E") {
            _ = scanner.takeSign(keeping: true)
            guard scanner.takeDigits() else { return nil }
            isFloat = true
        }
        guard isFloat, scanner.isAtEnd, let magnitude = DecimalFloat.parse(scanner.digits) else { return nil }
        return .float(isNegative ? -magnitude : magnitude)
    }
}

/// Takes a number apart, and collects its text without underscores.
private struct NumberScanner {
    private(set) var rest: Substring.UTF8View
    private(set) var digits: [UInt8] = []

    init(_ text: String) { rest = text[...].utf8 }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func takeSign(keeping: Bool = false) -> UInt8? {
        guard let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return nil }
        rest.removeFirst()
        if keeping { digits.append(sign) }
        return sign
    }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        digits.append(rest.removeFirst())
        return true
    }

    /// Digits without a needless zero in front.
    mutating func takeWhole() -> Bool {
        if rest.first == UInt8(ascii: "0") {
            digits.append(rest.removeFirst())
            return true
        }
        return takeDigits()
    }

    mutating func takeDigits() -> Bool {
        guard let first = rest.first, Self.isDigit(first) else { return false }
        while let byte = rest.first {
            if Self.isDigit(byte) {
                digits.append(byte)
            } else if byte != UInt8(ascii: "_") || !(rest.dropFirst().first.map(Self.isDigit) ?? false) {
                break
            }
            rest.removeFirst()
        }
        return true
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
