#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Numbers as Python prints them, because DVC's files and tables hold them so.
package enum PythonNumber {
    /// The shortest digits that read back as the same number: `0.1`, `1e-05`, `1e+16`, `1.0`, `inf`, `nan`.
    package static func repr(_ number: Double) -> String {
        if number.isNaN { return "nan" }
        if number.isInfinite { return number < 0 ? "-inf" : "inf" }
        let (digits, exponent) = shortestDigits(number)
        let sign = number.sign == .minus ? "-" : ""
        if exponent < -4 || exponent >= 16 {
            let fraction = digits.count > 1 ? "." + digits.dropFirst() : ""
            return "\(sign)\(digits.prefix(1))\(fraction)e\(scientific(exponent))"
        }
        if exponent < 0 { return "\(sign)0.\(String(repeating: "0", count: -exponent - 1))\(digits)" }
        let point = exponent + 1
        if digits.count <= point {
            return "\(sign)\(digits)\(String(repeating: "0", count: point - digits.count)).0"
        }
        return "\(sign)\(digits.prefix(point)).\(digits.dropFirst(point))"
    }

    private static func scientific(_ exponent: Int) -> String {
        let digits = String(abs(exponent))
        return (exponent < 0 ? "-" : "+") + (digits.count < 2 ? "0" : "") + digits
    }

    /// The shortest decimal digits, and the power of ten of the first one.
    private static func shortestDigits(_ number: Double) -> (digits: String, exponent: Int) {
        // Swift's own description has the shortest digits, in one of several layouts.
        var mantissa = number.magnitude.description
        var exponent = 0
        if let mark = mantissa.firstIndex(of: "e") {
            exponent = Int(mantissa[mantissa.index(after: mark)...]) ?? 0
            mantissa = String(mantissa[..<mark])
        }
        let parts = mantissa.split(separator: ".", omittingEmptySubsequences: false)
        let whole = String(parts[0])
        var digits = whole + (parts.count > 1 ? parts[1] : "")
        exponent += whole.count - 1
        while digits.count > 1, digits.hasPrefix("0") {
            digits.removeFirst()
            exponent -= 1
        }
        while digits.count > 1, digits.hasSuffix("0") { digits.removeLast() }
        return digits == "0" ? ("0", 0) : (digits, exponent)
    }

    /// As `dvc.lock` has it: like ``repr(_:)``, but `.inf`, `-.inf` and `.nan`.
    package static func yaml(_ number: Double) -> String {
        if number.isNaN { return ".nan" }
        if number.isInfinite { return number < 0 ? "-.inf" : ".inf" }
        return repr(number)
    }

    /// C's `%.<digits>g`.
    package static func significant(_ number: Double, digits: Int) -> String { formatted("g", number, digits) }

    /// Python's `repr(round(number, places))`: the nearest decimal, halves decided by the exact binary value.
    package static func rounded(_ number: Double, places: Int) -> String {
        guard number.isFinite else { return repr(number) }
        let text = formatted("f", number, places)
        return repr(text.withCString { strtod($0, nil) })
    }

    private static func formatted(_ conversion: String, _ number: Double, _ precision: Int) -> String {
        withVaList([Int32(precision), number]) { arguments in
            var buffer = [CChar](repeating: 0, count: 512)
            let count = vsnprintf(&buffer, buffer.count, "%.*\(conversion)", arguments)
            return String(decoding: buffer.prefix(Int(count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }
}
