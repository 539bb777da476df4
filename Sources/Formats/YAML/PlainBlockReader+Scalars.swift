extension PlainBlockReader {
    /// The scalar or flow sequence here; the reader then is on the next line with content.
    mutating func scalar(under column: Int) throws(GaveUp) -> Value {
        switch text[index] {
        case UInt8(ascii: "'"), UInt8(ascii: "\""):
            let value = Value.string(try quoted())
            try endLine(under: column)
            return value
        case UInt8(ascii: "["), UInt8(ascii: "{"):
            let value = try flow()
            try endLine(under: column)
            return value
        default: return try plain(under: column)
        }
    }

    /// Leaves a line where nothing but a comment may follow, and whose scalar must not go on.
    private mutating func endLine(under column: Int) throws(GaveUp) {
        skipSpaces()
        guard try isAtEndOfContent() else { throw GaveUp() }
        while index < text.count, text[index] != 0x0A { index += 1 }
        if try continues(under: column) { throw GaveUp() }
    }

    // MARK: Plain

    private mutating func plain(under column: Int) throws(GaveUp) -> Value {
        guard canBegin(text[index]) else { throw GaveUp() }
        let (first, hasComment) = try plainLine()
        if hasComment {
            try endLine(under: column)
            return try resolved(first)
        }
        guard try continues(under: column) else { return try resolved(first) }
        var bytes = Array(text[first])
        while true {
            guard text[index] != UInt8(ascii: "#") else { throw GaveUp() }
            let (next, hasComment) = try plainLine()
            guard !hasComment, !next.isEmpty else { throw GaveUp() }
            bytes.append(0x20)
            bytes += text[next]
            guard try continues(under: column) else { break }
        }
        return .string(String(decoding: bytes, as: UTF8.self))
    }

    /// The words up to the end of the line or a comment, without the blanks behind them.
    private mutating func plainLine() throws(GaveUp) -> (Range<Int>, hasComment: Bool) {
        let start = index
        var end = index
        while index < text.count, text[index] != 0x0A {
            switch text[index] {
            case 0x20: break
            case UInt8(ascii: "#") where index > start && text[index - 1] == 0x20: return (start..<end, true)
            case UInt8(ascii: ":"):
                let next = index + 1
                guard next < text.count, text[next] != 0x20, text[next] != 0x0A else { throw GaveUp() }
                end = next
            default: end = index + 1
            }
            index += 1
        }
        return (start..<end, false)
    }

    private func canBegin(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "/"),
            UInt8(ascii: "+"), UInt8(ascii: "$"), UInt8(ascii: "("), UInt8(ascii: "~"), UInt8(ascii: "\\"):
            true
        case UInt8(ascii: "-"): index + 1 < text.count && Self.isSafe(text[index + 1])
        default: false
        }
    }

    // MARK: Quoted

    /// A quoted scalar on one line; the reader then is behind its closing quote.
    mutating func quoted() throws(GaveUp) -> String {
        let quote = text[index]
        index += 1
        let start = index
        var bytes: [UInt8] = []
        var from = start
        while index < text.count, text[index] != 0x0A {
            if text[index] == quote {
                let isDoubled = quote == UInt8(ascii: "'") && index + 1 < text.count && text[index + 1] == quote
                if !isDoubled {
                    defer { index += 1 }
                    if from == start {
                        return String(decoding: UnsafeBufferPointer(rebasing: text[start..<index]), as: UTF8.self)
                    }
                    return String(decoding: bytes + text[from..<index], as: UTF8.self)
                }
                bytes += text[from...index]
                index += 2
                from = index
            } else if text[index] == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
                guard index + 1 < text.count, let byte = Self.unescaped(text[index + 1]) else { throw GaveUp() }
                bytes += text[from..<index]
                bytes.append(byte)
                index += 2
                from = index
            } else {
                index += 1
            }
        }
        throw GaveUp()
    }

    private static func unescaped(_ letter: UInt8) -> UInt8? {
        switch letter {
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "t"): 0x09
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): letter
        default: nil
        }
    }

    // MARK: Flow

    /// `{}`, `[]`, or a sequence of words on one line.
    private mutating func flow() throws(GaveUp) -> Value {
        let isMapping = text[index] == UInt8(ascii: "{")
        let end = isMapping ? UInt8(ascii: "}") : UInt8(ascii: "]")
        index += 1
        skipSpaces()
        if index < text.count, text[index] == end {
            index += 1
            return isMapping ? .mapping(Mapping()) : .list([])
        }
        guard !isMapping else { throw GaveUp() }
        var values: [Value] = []
        while true {
            let start = index
            while index < text.count, Self.isSafe(text[index]) { index += 1 }
            guard index > start, canBegin(text[start]), index < text.count else { throw GaveUp() }
            guard text[start] != UInt8(ascii: "-") || index > start + 1 else { throw GaveUp() }
            values.append(try resolved(start..<index))
            skipSpaces()
            guard index < text.count else { throw GaveUp() }
            let separator = text[index]
            index += 1
            if separator == end { return .list(values) }
            guard separator == UInt8(ascii: ",") else { throw GaveUp() }
            skipSpaces()
        }
    }
}
