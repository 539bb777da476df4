/// The inside of a double-quoted scalar: escapes, and lines broken at or after column 80.
struct DoubleQuotedWriter {
    private(set) var output: [UInt8] = []
    /// Code points on the current line, the opening quote included.
    private(set) var column: Int

    private let text: [UInt32]
    private let indent: Int
    private let folds: Bool
    private let isLossless: Bool
    /// What is not written yet begins here; one behind the current place right after an escape.
    private var start = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>, column: Int, indent: Int, folds: Bool, isLossless: Bool) {
        self.column = column
        self.indent = indent
        self.folds = folds
        self.isLossless = isLossless
        var text: [UInt32] = []
        text.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            let (scalar, length) = ScalarAnalysis.scalar(in: bytes, at: index)
            text.append(scalar)
            index += length
        }
        self.text = text
    }

    mutating func run() {
        for end in 0...text.count {
            let scalar = end < text.count ? text[end] : nil
            if scalar.map(Self.needsEscape) ?? true {
                flush(to: end)
                if let scalar {
                    writeEscape(scalar)
                    start = end + 1
                }
            }
            let isInside = end > 0 && end < text.count - 1
            if folds, isInside, scalar == Self.space || start >= end, column + (end - start) > YAMLEmitter.width {
                fold(at: end)
            }
        }
    }

    private mutating func fold(at end: Int) {
        // Right after an escape only a space can be left to the line break.
        let isTorn = isLossless && start > end && text[start] != Self.space
        let needsBackslash = isTorn || needsBackslash(at: end)
        flush(to: end)
        if needsBackslash { output.append(Self.backslash) }
        output.append(0x0A)
        output.append(contentsOf: repeatElement(0x20, count: indent))
        column = indent
        guard start < text.count, text[start] == Self.space else { return }
        if needsBackslash {
            output.append(Self.backslash)
            column += 1
        } else {
            start += 1  // reading the line end gives this space back
        }
    }

    /// Whether a line break at `end` has to be escaped: it would not read back as one space.
    private func needsBackslash(at end: Int) -> Bool {
        guard var place = text[end...].firstIndex(of: Self.space) else { return true }
        if let lineFeed = text[end..<place].firstIndex(of: 0x0A) { place = lineFeed }
        guard place + 1 < text.count else { return true }
        let next = text[place + 1]
        if text[place] == 0x0A, next != Self.space { return true }
        let hasQuote = text[end..<place].contains { $0 == 0x22 || $0 == 0x27 }
        let followsSpace = text[end - 1] == Self.space && text[end] == Self.space
        return hasQuote || next == Self.space || next == 0x0A || followsSpace || start == end
    }

    private mutating func flush(to end: Int) {
        guard start < end else { return }
        for scalar in text[start..<end] { write(scalar) }
        column += end - start
        start = end
    }

    private mutating func write(_ scalar: UInt32) {
        if scalar < 0x80 {
            output.append(UInt8(scalar))
        } else if let unicode = Unicode.Scalar(scalar) {
            output.append(contentsOf: UTF8.encode(unicode) ?? UTF8.encodedReplacementCharacter)
        }
    }

    private mutating func writeEscape(_ scalar: UInt32) {
        output.append(Self.backslash)
        column += 1
        if let letter = Self.letter(scalar) {
            output.append(letter)
            column += 1
            return
        }
        let (mark, digits) = scalar <= 0xFF ? ("x", 2) : scalar <= 0xFFFF ? ("u", 4) : ("U", 8)
        let hex = String(scalar, radix: 16, uppercase: true)
        output += Array((mark + String(repeating: "0", count: digits - hex.utf8.count) + hex).utf8)
        column += digits + 1
    }

    private static let space: UInt32 = 0x20
    private static let backslash = UInt8(ascii: "\\")

    private static func needsEscape(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x22, 0x5C, 0x2028, 0x2029, 0xFEFF: true
        case 0x20...0x7E, 0xA0...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: false
        default: true
        }
    }

    private static func letter(_ scalar: UInt32) -> UInt8? {
        switch scalar {
        case 0x00: UInt8(ascii: "0")
        case 0x07: UInt8(ascii: "a")
        case 0x08: UInt8(ascii: "b")
        case 0x09: UInt8(ascii: "t")
        case 0x0A: UInt8(ascii: "n")
        case 0x0B: UInt8(ascii: "v")
        case 0x0C: UInt8(ascii: "f")
        case 0x0D: UInt8(ascii: "r")
        case 0x1B: UInt8(ascii: "e")
        case 0x22: UInt8(ascii: "\"")
        case 0x5C: backslash
        case 0x85: UInt8(ascii: "N")
        case 0xA0: UInt8(ascii: "_")
        case 0x2028: UInt8(ascii: "L")
        case 0x2029: UInt8(ascii: "P")
        default: nil
        }
    }
}
