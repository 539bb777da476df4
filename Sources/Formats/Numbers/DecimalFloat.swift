#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Floats from decimal text.
enum DecimalFloat {
    /// The nearest double of `digits [. digits] [e [sign] digits]` with an optional sign; infinite where it is too large.
    ///
    /// - Returns: `nil` unless the whole text is such a number with at least one digit before the exponent.
    static func parse(_ text: some Collection<UInt8>) -> Double? {
        var buffer: [CChar] = []
        buffer.reserveCapacity(text.count + 1)
        var digits = 0
        for byte in text {
            switch byte {
            case 0x30...0x39: digits += 1
            case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"), UInt8(ascii: "+"), UInt8(ascii: "-"): break
            default: return nil
            }
            buffer.append(CChar(bitPattern: byte))
        }
        guard digits > 0 else { return nil }
        buffer.append(0)
        return buffer.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return nil }
            var end: UnsafeMutablePointer<CChar>?
            let value = strtod(start, &end)
            return end == start + buffer.count - 1 ? value : nil
        }
    }
}
