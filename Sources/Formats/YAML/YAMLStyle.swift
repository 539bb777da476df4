/// How a string is written.
enum YAMLStyle {
    case plain, single, double

    static func choose(_ text: [Unicode.Scalar]) -> YAMLStyle {
        if text.isEmpty { return .single }
        if mayBePlain(text) && !readsAsSomethingElse(text) { return .plain }
        if text.contains(where: { $0 == "'" || $0 == "\n" }) { return .double }
        if text.allSatisfy(isPrintable), !hasBlankBesideBreak(text) { return .single }
        return .double
    }

    private static func mayBePlain(_ text: [Unicode.Scalar]) -> Bool {
        if text.starts(with: "---".unicodeScalars) || text.starts(with: "...".unicodeScalars) { return false }
        let first = text[0]
        if "#,[]{}&*!|>'\"%@`".unicodeScalars.contains(first) { return false }
        if text.last == " " || first == " " { return false }
        if first == "?" || first == ":" || first == "-" {
            guard text.count > 1, !isBlank(text[1]) else { return false }
        }
        for (index, scalar) in text.enumerated() {
            if !isPrintable(scalar) || isBreak(scalar) { return false }
            if scalar == ":" {
                // A first colon was judged above, but at the end it is one, too.
                if index + 1 == text.count || isBlank(text[index + 1]) { return false }
            }
            if scalar == "#", index > 0, isBlank(text[index - 1]) { return false }
        }
        return true
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\t" || isBreak(scalar) }

    static func isBreak(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "\n" || scalar == "\r" || scalar == "\u{85}" || scalar == "\u{2028}" || scalar == "\u{2029}"
    }

    static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20...0x7E, 0x85, 0xA0...0xD7FF, 0x10000...0x10FFFF: true
        case 0xE000...0xFFFD: scalar.value != 0xFEFF
        default: false
        }
    }

    private static func hasBlankBesideBreak(_ text: [Unicode.Scalar]) -> Bool {
        zip(text, text.dropFirst()).contains { left, right in
            (left == " " && isBreak(right)) || (isBreak(left) && right == " ")
        }
    }

    /// Whether a reader would take the plain text for a number, a boolean, a date, …
    private static func readsAsSomethingElse(_ text: [Unicode.Scalar]) -> Bool {
        guard text[0].isASCII else { return false }
        if text == ["="] || text == ["<", "<"] { return true }
        var plain = String()
        plain.unicodeScalars.append(contentsOf: text)
        if case .string = YAMLScalar.plain(plain) { return looksNumeric(plain) }
        return true
    }

    /// The writer's patterns are wider than the reader's: `0o8`-like and `_`-only forms count, too.
    private static func looksNumeric(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            var body = bytes[...]
            guard let first = body.first else { return false }
            let isSigned = first == UInt8(ascii: "+") || first == UInt8(ascii: "-")
            guard isSigned || (first >= 0x30 && first <= 0x39) else { return false }
            if isSigned { body = body.dropFirst() }
            func isOnly(_ allowed: (UInt8) -> Bool, _ rest: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
                !rest.isEmpty && rest.allSatisfy(allowed)
            }
            let bar = UInt8(ascii: "_")
            if body.starts(with: "0b".utf8) { return isOnly({ $0 == 0x30 || $0 == 0x31 || $0 == bar }, body.dropFirst(2)) }
            if body.starts(with: "0o".utf8) {
                return isOnly({ ($0 >= 0x30 && $0 <= 0x37) || $0 == bar }, body.dropFirst(2))
            }
            if body.starts(with: "0x".utf8) {
                return isOnly(
                    { ($0 >= 0x30 && $0 <= 0x39) || ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x66) || $0 == bar },
                    body.dropFirst(2))
            }
            return isOnly({ ($0 >= 0x30 && $0 <= 0x39) || $0 == bar }, body)
        }
    }
}
