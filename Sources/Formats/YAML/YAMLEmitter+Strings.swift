extension YAMLEmitter {
    /// Plain text, folded where a word would pass the width; the blank before a fold stays.
    mutating func plain(_ text: [Unicode.Scalar], _ foldIndent: Int) {
        var index = 0
        while index < text.count {
            if text[index] == " " {
                let end = text[index...].firstIndex { $0 != " " } ?? text.count
                if end - index == 1, column >= width {
                    fold(foldIndent)
                } else {
                    put(text[index..<end])
                }
                index = end
            } else {
                let end = text[index...].firstIndex(of: " ") ?? text.count
                if column + (end - index) > width, column > foldIndent { fold(foldIndent) }
                put(text[index..<end])
                index = end
            }
        }
    }

    /// Single quotes; only text without quotes and line breaks comes here.
    mutating func single(_ text: [Unicode.Scalar], _ foldIndent: Int) {
        put(UInt8(ascii: "'"))
        var index = 0
        while index < text.count {
            let isBlank = text[index] == " "
            let end = text[index...].firstIndex { ($0 == " ") != isBlank } ?? text.count
            if isBlank, end - index == 1, column > width, index > 0, end < text.count {
                fold(foldIndent)
            } else {
                put(text[index..<end])
            }
            index = end
        }
        put(UInt8(ascii: "'"))
    }

    /// Double quotes, with escapes and with `\` at the folds that need it.
    mutating func double(_ text: [Unicode.Scalar], _ foldIndent: Int) {
        put(UInt8(ascii: "\""))
        let count = text.count
        var start = 0
        var end = 0
        while end <= count {
            let scalar = end < count ? text[end] : nil
            let escape = scalar.flatMap(Self.escape)
            if scalar == nil || escape != nil {
                if start < end { put(text[start..<end]) }
                start = end
                if let escape {
                    put(escape)
                    start = end + 1
                }
            }
            if end > 0, end < count - 1, scalar == " " || start >= end, column + (end - start) > width {
                let needsMark = needsBackslash(text, start, end)
                if start < end { put(text[start..<end]) }
                if needsMark { put(UInt8(ascii: "\\")) }
                if start < end { start = end }
                fold(foldIndent)
                if start < count, text[start] == " " {
                    if needsMark { put(UInt8(ascii: "\\")) } else { start += 1 }
                }
            }
            end += 1
        }
        put(UInt8(ascii: "\""))
    }

    private func needsBackslash(_ text: [Unicode.Scalar], _ start: Int, _ end: Int) -> Bool {
        guard let blank = text[end...].firstIndex(of: " ") else { return true }
        let next: Int
        if let lineFeed = text[end..<blank].firstIndex(of: "\n") { next = lineFeed } else { next = blank }
        guard next + 1 < text.count else { return true }
        let after = text[next + 1]
        if text[next] == "\n" { if after != " " { return true } }
        let hasQuote = text[end..<next].contains { $0 == "\"" || $0 == "'" }
        let isDoubleBlank = end > 0 && end < text.count && text[end - 1] == " " && text[end] == " "
        return hasQuote || after == " " || after == "\n" || isDoubleBlank || start == end
    }

    private mutating func fold(_ indent: Int) {
        newline()
        pad(indent)
    }

    /// The escape of a character that cannot stand in double quotes as it is.
    private static func escape(_ scalar: Unicode.Scalar) -> String? {
        switch scalar {
        case "\0": return "\\0"
        case "\u{07}": return "\\a"
        case "\u{08}": return "\\b"
        case "\t": return "\\t"
        case "\n": return "\\n"
        case "\u{0B}": return "\\v"
        case "\u{0C}": return "\\f"
        case "\r": return "\\r"
        case "\u{1B}": return "\\e"
        case "\"": return "\\\""
        case "\\": return "\\\\"
        case "\u{85}": return "\\N"
        case "\u{A0}": return "\\_"
        case "\u{2028}": return "\\L"
        case "\u{2029}": return "\\P"
        default: break
        }
        if (0x20...0x7E).contains(scalar.value) { return nil }
        if scalar.value >= 0xA0, YAMLStyle.isPrintable(scalar) { return nil }
        let (mark, digits) = scalar.value <= 0xFF ? ("x", 2) : scalar.value <= 0xFFFF ? ("u", 4) : ("U", 8)
        let hex = String(scalar.value, radix: 16, uppercase: true)
        return "\\\(mark)" + String(repeating: "0", count: digits - hex.utf8.count) + hex
    }
}
