/// What the bytes of a string allow when it is written.
struct ScalarAnalysis {
    enum Style { case plain, single, double }

    private(set) var isMultiline = false
    /// Length in code points.
    private(set) var count = 0
    /// Whether U+0085 occurs, which single quotes turn into a space.
    private(set) var hasNextLine = false
    private var hasIndicator = false
    private var hasLineFeed = false
    private var hasQuote = false
    private var hasUnprintable = false
    private var hasOuterSpace = false
    private var hasSpaceAtBreak = false
    private let isEmpty: Bool

    init(_ text: UnsafeBufferPointer<UInt8>) {
        isEmpty = text.isEmpty
        guard let first = text.first, let last = text.last else { return }
        hasIndicator = Self.isLeadingIndicator(first) || Self.startsLikeMarker(text)
        if first == UInt8(ascii: "?") || first == UInt8(ascii: ":") || first == UInt8(ascii: "-") {
            hasIndicator = hasIndicator || Self.isBlank(text, at: 1)
        }
        hasOuterSpace = first == Self.space || last == Self.space
        var index = 0
        while index < text.count {
            let byte = text[index]
            count += 1
            if byte >= 0x80 {
                index += analyzeWide(text, at: index)
                continue
            }
            switch byte {
            case UInt8(ascii: ":"): if index > 0, Self.isBlank(text, at: index + 1) { hasIndicator = true }
            case UInt8(ascii: "#"): if index > 0, Self.isBlank(text, before: index) { hasIndicator = true }
            case UInt8(ascii: "'"): hasQuote = true
            case 0x0A:
                hasLineFeed = true
                noteBreak(text, from: index, length: 1)
            case 0x20...0x7E: break
            default: hasUnprintable = true
            }
            index += 1
        }
    }

    /// The style of a string, `kind` being what a plain scalar with its text would be.
    func style(kind: YAMLScalar.Kind) -> Style {
        let isPlain =
            !isEmpty && kind == .string && !hasIndicator && !isMultiline && !hasUnprintable && !hasOuterSpace
        if isPlain { return .plain }
        if hasQuote || hasLineFeed { return .double }
        return hasUnprintable || hasSpaceAtBreak ? .double : .single
    }

    /// Notes the code point at `index` and returns its length in bytes.
    private mutating func analyzeWide(_ text: UnsafeBufferPointer<UInt8>, at index: Int) -> Int {
        let (scalar, length) = Self.scalar(in: text, at: index)
        switch scalar {
        case 0x85, 0x2028, 0x2029:
            hasNextLine = hasNextLine || scalar == 0x85
            noteBreak(text, from: index, length: length)
        case 0xA0...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD, 0x10000...0x10FFFF: break
        default: hasUnprintable = true
        }
        return length
    }

    private mutating func noteBreak(_ text: UnsafeBufferPointer<UInt8>, from index: Int, length: Int) {
        isMultiline = true
        let before = index > 0 && text[index - 1] == Self.space
        let after = index + length < text.count && text[index + length] == Self.space
        if before || after { hasSpaceAtBreak = true }
    }

    private static let space = UInt8(ascii: " ")

    private static func isLeadingIndicator(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "#"), UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"),
            UInt8(ascii: "}"), UInt8(ascii: "&"), UInt8(ascii: "*"), UInt8(ascii: "!"), UInt8(ascii: "|"),
            UInt8(ascii: ">"), UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "%"), UInt8(ascii: "@"),
            UInt8(ascii: "`"):
            true
        default: false
        }
    }

    private static func startsLikeMarker(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text.count >= 3, text[0] == UInt8(ascii: "-") || text[0] == UInt8(ascii: ".") else { return false }
        return text[1] == text[0] && text[2] == text[0]
    }

    /// Whether a blank, a break, a NUL or the end is at `index`.
    private static func isBlank(_ text: UnsafeBufferPointer<UInt8>, at index: Int) -> Bool {
        guard index < text.count else { return true }
        switch text[index] {
        case 0x00, 0x09, 0x0A, 0x0D, 0x20: return true
        case 0xC2, 0xE2: return isWideBreak(scalar(in: text, at: index).0)
        default: return false
        }
    }

    private static func isBlank(_ text: UnsafeBufferPointer<UInt8>, before index: Int) -> Bool {
        var start = index - 1
        while start > 0, text[start] & 0xC0 == 0x80 { start -= 1 }
        return isBlank(text, at: start)
    }

    static func isWideBreak(_ scalar: UInt32) -> Bool { scalar == 0x85 || scalar == 0x2028 || scalar == 0x2029 }

    /// The code point at `index` of well-formed text, and its length in bytes.
    static func scalar(in text: UnsafeBufferPointer<UInt8>, at index: Int) -> (UInt32, Int) {
        let lead = text[index]
        let length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
        guard length > 1 else { return (UInt32(lead), 1) }
        var scalar = UInt32(lead) & (0x7F >> UInt32(length))
        for offset in 1..<length { scalar = scalar << 6 | UInt32(text[index + offset] & 0x3F) }
        return (scalar, length)
    }
}
