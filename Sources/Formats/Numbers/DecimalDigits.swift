/// Whole numbers of any length as text.
enum DecimalDigits {
    /// The decimal digits of a number given by its digits (ASCII, lower or upper case) in another radix.
    static func convert(_ digits: [UInt8], radix: Int) -> String {
        // Nine decimal digits to a limb, the lowest limb first.
        var limbs: [UInt64] = [0]
        for byte in digits {
            let digit: UInt64 =
                switch byte {
                case 0x30...0x39: UInt64(byte - 0x30)
                case 0x61...0x66: UInt64(byte - 0x57)
                default: UInt64(byte - 0x37)
                }
            var carry = digit
            for index in limbs.indices {
                let value = limbs[index] * UInt64(radix) + carry
                limbs[index] = value % 1_000_000_000
                carry = value / 1_000_000_000
            }
            if carry > 0 { limbs.append(carry) }
        }
        var text = String(limbs.last ?? 0)
        for limb in limbs.dropLast().reversed() {
            let part = String(limb)
            text += String(repeating: "0", count: 9 - part.utf8.count) + part
        }
        return text
    }
}
