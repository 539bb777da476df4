/// The shapes of numbers and times in plain scalars, over bytes.
enum Pattern {
    typealias Text = UnsafeBufferPointer<UInt8>

    static func isAny(_ text: Text, of words: [StaticString]) -> Bool {
        words.contains { word in
            word.utf8CodeUnitCount == text.count
                && text.elementsEqual(Text(start: word.utf8Start, count: word.utf8CodeUnitCount))
        }
    }

    /// `0b…`, `0…` or `0o…`, decimal, `0x…`; underscores anywhere but in front.
    static func isInt(_ text: Text) -> Bool {
        var scan = Scan(text)
        guard let first = scan.peek, first != UInt8(ascii: ".") else { return false }
        scan.sign()
        guard !scan.isAtEnd else { return false }
        if scan.peek == UInt8(ascii: "0"), scan.rest > 2 {
            let digits = text[(scan.index + 2)...]
            switch text[scan.index + 1] {
            case UInt8(ascii: "b"): return digits.allSatisfy { $0 == 0x30 || $0 == 0x31 || $0 == 0x5F }
            case UInt8(ascii: "o"): return digits.allSatisfy { (0x30...0x37).contains($0) || $0 == 0x5F }
            case UInt8(ascii: "x"): return digits.allSatisfy { isHex($0) || $0 == 0x5F }
            default: break
            }
        }
        return text[scan.index...].allSatisfy(isDigitOrUnderscore)
    }

    /// `1.5e3`, `1e3`, `.5`, `.inf`, `.nan`: the exponent after a bare fraction needs a sign.
    static func isFloat(_ text: Text) -> Bool {
        var scan = Scan(text)
        let hasSign = scan.sign()
        guard let first = scan.peek else { return false }
        if first == UInt8(ascii: ".") {
            let rest = Text(rebasing: text[scan.index...])
            if isAny(rest, of: [".inf", ".Inf", ".INF"]) { return true }
            if !hasSign, isAny(rest, of: [".nan", ".NaN", ".NAN"]) { return true }
            scan.index += 1
            guard scan.skip(while: isDigitOrUnderscore) > 0 else { return false }
            return scan.isAtEnd || scan.exponent(needsSign: true)
        }
        guard isDigit(first) else { return false }
        scan.skip(while: isDigitOrUnderscore)
        if scan.peek == UInt8(ascii: ".") {
            scan.index += 1
            scan.skip(while: isDigitOrUnderscore)
            if scan.isAtEnd { return true }
        }
        return scan.exponent(needsSign: false)
    }

    /// `2001-12-14`, or with a time and perhaps a zone behind it.
    static func isTimestamp(_ text: Text) -> Bool {
        var scan = Scan(text)
        guard scan.digits(4, 4), scan.take(UInt8(ascii: "-")) else { return false }
        let month = scan.index
        guard scan.digits(1, 2), scan.take(UInt8(ascii: "-")) else { return false }
        let day = scan.index
        guard scan.digits(1, 2) else { return false }
        if scan.isAtEnd { return day - month == 3 && scan.index - day == 2 }
        if !scan.take(UInt8(ascii: "T")), !scan.take(UInt8(ascii: "t")) {
            guard scan.skip(while: isBlank) > 0 else { return false }
        }
        guard scan.digits(1, 2), scan.take(UInt8(ascii: ":")), scan.digits(2, 2), scan.take(UInt8(ascii: ":")),
            scan.digits(2, 2)
        else { return false }
        if scan.take(UInt8(ascii: ".")) { scan.skip(while: isDigit) }
        if scan.isAtEnd { return true }
        scan.skip(while: isBlank)
        if scan.take(UInt8(ascii: "Z")) { return scan.isAtEnd }
        guard scan.take(UInt8(ascii: "-")) || scan.take(UInt8(ascii: "+")), scan.digits(1, 2) else { return false }
        if scan.isAtEnd { return true }
        return scan.take(UInt8(ascii: ":")) && scan.digits(2, 2) && scan.isAtEnd
    }

    static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func isDigitOrUnderscore(_ byte: UInt8) -> Bool { isDigit(byte) || byte == 0x5F }
    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
    private static func isHex(_ byte: UInt8) -> Bool {
        isDigit(byte) || (0x61...0x66).contains(byte) || (0x41...0x46).contains(byte)
    }

    /// A place in the text that only moves forward.
    private struct Scan {
        let text: Text
        var index = 0

        init(_ text: Text) { self.text = text }

        var isAtEnd: Bool { index == text.count }
        var rest: Int { text.count - index }
        var peek: UInt8? { index < text.count ? text[index] : nil }

        @discardableResult mutating func sign() -> Bool { take(UInt8(ascii: "-")) || take(UInt8(ascii: "+")) }

        mutating func take(_ byte: UInt8) -> Bool {
            guard peek == byte else { return false }
            index += 1
            return true
        }

        @discardableResult mutating func skip(while matches: (UInt8) -> Bool) -> Int {
            let start = index
            while index < text.count, matches(text[index]) { index += 1 }
            return index - start
        }

        mutating func digits(_ lowest: Int, _ highest: Int) -> Bool {
            let start = index
            while index < text.count, index - start < highest, isDigit(text[index]) { index += 1 }
            return index - start >= lowest
        }

        mutating func exponent(needsSign: Bool) -> Bool {
            guard take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) else { return false }
            let hasSign = sign()
            return (hasSign || !needsSign) && skip(while: isDigit) > 0 && isAtEnd
        }
    }
}
