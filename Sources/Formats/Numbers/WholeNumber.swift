/// Whole numbers of any size, from digits.
enum WholeNumber {
    /// As in Python; conversion takes quadratic time.
    private static let maximumDigits = 4300

    /// - Parameters:
    ///   - digits: ASCII digits of `radix`, at least one.
    ///   - radix: At most 16.
    /// - Returns: An `int`, or a `bigInt` beyond 64 bits; `nil` for no digits, for more than 4300, or one that is not of the radix.
    static func value(digits: some Collection<UInt8>, radix: Int, isNegative: Bool) -> Value? {
        guard !digits.isEmpty, digits.count <= maximumDigits else { return nil }
        var value = 0
        var overflows = false
        for byte in digits {
            guard let digit = digit(byte), digit < radix else { return nil }
            if overflows { continue }
            let (product, first) = value.multipliedReportingOverflow(by: radix)
            let (sum, second) = product.subtractingReportingOverflow(digit)
            overflows = first || second
            value = sum
        }
        if !overflows, isNegative { return .int(value) }
        if !overflows, value != Int.min { return .int(-value) }
        let decimal = radix == 10 ? trimmed(digits) : decimal(digits, radix: radix)
        return .bigInt((isNegative ? "-" : "") + decimal)
    }

    /// The value of a hexadecimal digit.
    static func digit(_ byte: UInt8) -> Int? {
        switch byte {
        case 0x30...0x39: Int(byte) - 0x30
        case 0x61...0x66: Int(byte) - 0x61 + 10
        case 0x41...0x46: Int(byte) - 0x41 + 10
        default: nil
        }
    }

    private static func trimmed(_ digits: some Collection<UInt8>) -> String {
        String(decoding: digits.drop { $0 == UInt8(ascii: "0") }, as: UTF8.self)
    }

    /// Schoolbook conversion in limbs of nine decimal digits.
    private static func decimal(_ digits: some Collection<UInt8>, radix: Int) -> String {
        var limbs: [UInt64] = [0]
        for byte in digits {
            var carry = UInt64(digit(byte) ?? 0)
            for index in limbs.indices {
                carry += limbs[index] * UInt64(radix)
                limbs[index] = carry % 1_000_000_000
                carry /= 1_000_000_000
            }
            if carry > 0 { limbs.append(carry) }
        }
        var text = String(limbs.last ?? 0)
        for limb in limbs.dropLast().reversed() {
            let part = String(limb)
            text += String(repeating: "0", count: 9 - part.count) + part
        }
        return text
    }
}
