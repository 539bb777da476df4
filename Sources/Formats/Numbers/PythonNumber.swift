import CSys

/// Floats as Python and C print them.
package enum PythonNumber {
    /// Python's `repr`: the shortest digits that read back as the same double, `0.1`, `1e-05`, `1e+16`, `1.0`, `inf`, `nan`.
    package static func repr(_ value: Double) -> String {
        if value.isNaN { return "nan" }
        if value.isInfinite { return value < 0 ? "-inf" : "inf" }
        return finite(value)
    }

    /// As `dvc.lock` has it: like ``repr(_:)``, but `.inf`, `-.inf` and `.nan`.
    package static func yaml(_ value: Double) -> String {
        if value.isNaN { return ".nan" }
        if value.isInfinite { return value < 0 ? "-.inf" : ".inf" }
        return finite(value)
    }

    /// As Python's `json` writes it: `NaN`, `Infinity`, `-Infinity`.
    package static func json(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
        return finite(value)
    }

    /// C's `%.<digits>g`.
    package static func significant(_ value: Double, digits: Int) -> String {
        if !value.isFinite { return repr(value) }
        return printed(value, isFixed: false, precision: Int32(clamping: digits))
    }

    /// Python's `repr(round(value, places))`: rounded by the exact binary value.
    package static func rounded(_ value: Double, places: Int) -> String {
        guard value.isFinite else { return repr(value) }
        return repr(roundedValue(value, places: places))
    }

    /// Python's `round(value, places)` for zero or more places.
    package static func roundedValue(_ value: Double, places: Int) -> Double {
        guard value.isFinite else { return value }
        let text = printed(value, isFixed: true, precision: Int32(clamping: max(0, min(places, 400))))
        return DecimalFloat.parse(Array(text.utf8)) ?? value
    }

    /// Swift finds the same shortest digits; only their layout differs from Python's.
    private static func finite(_ value: Double) -> String {
        var digits: [UInt8] = []
        var exponent = 0
        var point: Int?
        var isNegative = false
        var text = value.description
        text.withUTF8 { text in
            var index = 0
            while index < text.count {
                switch text[index] {
                case UInt8(ascii: "-"): isNegative = true
                case UInt8(ascii: "."): point = digits.count
                case UInt8(ascii: "e"):
                    let rest = text[(index + 1)...]
                    let magnitude = rest.reduce(0) { Pattern.isDigit($1) ? $0 * 10 + Int($1 & 15) : $0 }
                    exponent = rest.first == UInt8(ascii: "-") ? -magnitude : magnitude
                    index = text.count
                default: digits.append(text[index])
                }
                index += 1
            }
        }
        exponent += point ?? digits.count
        let zeros = digits.prefix { $0 == UInt8(ascii: "0") }.count
        digits.removeFirst(min(zeros, digits.count))
        exponent -= zeros
        while digits.last == UInt8(ascii: "0") { digits.removeLast() }
        let sign = isNegative ? "-" : ""
        return digits.isEmpty ? sign + "0.0" : sign + layout(digits, point: exponent)
    }

    /// - Parameter point: How many digits stand before the decimal point; may be negative.
    private static func layout(_ digits: [UInt8], point: Int) -> String {
        var text: [UInt8] = []
        let zero = UInt8(ascii: "0")
        let dot = UInt8(ascii: ".")
        if point > 16 || point < -3 {
            text.append(digits[0])
            if digits.count > 1 { text += [dot] + digits[1...] }
            let magnitude = abs(point - 1)
            text += [UInt8(ascii: "e"), UInt8(ascii: point < 1 ? "-" : "+")]
            if magnitude < 10 { text.append(zero) }
            text += Array(String(magnitude).utf8)
        } else if point <= 0 {
            text = [zero, dot] + Array(repeating: zero, count: -point) + digits
        } else if point >= digits.count {
            text = digits + Array(repeating: zero, count: point - digits.count) + [dot, zero]
        } else {
            text = digits[..<point] + [dot] + digits[point...]
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func printed(_ value: Double, isFixed: Bool, precision: Int32) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1100) { buffer in
            let length = csys_print_double(buffer.baseAddress, buffer.count, isFixed ? 1 : 0, precision, value)
            let bytes = UnsafeRawBufferPointer(buffer).prefix(max(0, min(Int(length), buffer.count - 1)))
            return String(decoding: bytes, as: UTF8.self)
        }
    }
}
