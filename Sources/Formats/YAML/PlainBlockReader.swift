/// Reads the simple YAML that most files are made of, several times faster than the full parser.
///
/// It knows block mappings and sequences of plain and quoted scalars in ASCII, comments, and flow sequences of plain
/// scalars. At anything else, and at every error, it gives up, and the full parser has its say.
struct PlainBlockReader {
    /// Something for the full parser.
    struct GaveUp: Error {}

    private static let maximumDepth = 64

    let text: UnsafeBufferPointer<UInt8>
    /// The first byte of the current line that is not a space, or where the reader is on it.
    var index = 0
    /// The column of ``index`` when the line was entered; -1 at the end of the text.
    private var indent = 0
    private var depth = 0

    /// The value of a text, or `nil` where it is not simple.
    static func read(_ bytes: [UInt8]) -> Value? {
        bytes.withUnsafeBufferPointer { text in
            guard text.allSatisfy({ ($0 >= 0x20 && $0 < 0x7F) || $0 == 0x0A }) else { return nil }
            var reader = PlainBlockReader(text)
            return try? reader.document()
        }
    }

    private init(_ text: UnsafeBufferPointer<UInt8>) { self.text = text }

    private mutating func document() throws(GaveUp) -> Value {
        enterLine()
        guard indent == 0 else { throw GaveUp() }
        let value = try block()
        guard indent == -1 else { throw GaveUp() }
        return value
    }

    // MARK: Collections

    private mutating func block() throws(GaveUp) -> Value {
        depth += 1
        defer { depth -= 1 }
        guard depth < Self.maximumDepth else { throw GaveUp() }
        return isDash ? .list(try sequence(indent)) : .mapping(Mapping(entries: try mapping(indent)))
    }

    private mutating func mapping(_ column: Int) throws(GaveUp) -> [Mapping.Entry] {
        var entries: [Mapping.Entry] = []
        var keys = KeySet()
        while indent == column, !isDash {
            let key = try key()
            guard keys.insert(key, among: entries) else { throw GaveUp() }
            skipSpaces()
            let value: Value
            if try isAtEndOfContent() {
                nextLine()
                if indent > column {
                    value = isDash || isKey() ? try block() : try scalar(under: column)
                } else if indent == column, isDash {
                    value = .list(try sequence(column))
                } else {
                    value = .null
                }
            } else {
                value = try scalar(under: column)
            }
            entries.append(.init(key: key, value: value))
        }
        guard indent <= column else { throw GaveUp() }
        return entries
    }

    private mutating func sequence(_ column: Int) throws(GaveUp) -> [Value] {
        var values: [Value] = []
        while indent == column, isDash {
            let dash = index
            index += 1
            skipSpaces()
            if try isAtEndOfContent() {
                nextLine()
                if indent <= column {
                    values.append(.null)
                } else {
                    values.append(isDash || isKey() ? try block() : try scalar(under: column))
                }
            } else if isDash || isKey() {
                indent = column + index - dash
                values.append(try block())
            } else {
                values.append(try scalar(under: column))
            }
        }
        guard indent <= column else { throw GaveUp() }
        return values
    }

    // MARK: Keys

    /// Whether the rest of the line is an entry of a mapping.
    private func isKey() -> Bool {
        if text[index] == UInt8(ascii: "'") || text[index] == UInt8(ascii: "\"") {
            var reader = self
            guard (try? reader.quoted()) != nil else { return false }
            return reader.peek == UInt8(ascii: ":")
        }
        var end = index
        while end < text.count, text[end] != 0x0A {
            if text[end] == UInt8(ascii: ":"), end + 1 == text.count || text[end + 1] == 0x20 || text[end + 1] == 0x0A {
                return true
            }
            end += 1
        }
        return false
    }

    /// A key and its colon.
    private mutating func key() throws(GaveUp) -> Value {
        let key: Value
        if peek == UInt8(ascii: "'") || peek == UInt8(ascii: "\"") {
            key = .string(try quoted())
        } else {
            let start = index
            while index < text.count, Self.isSafe(text[index]) { index += 1 }
            guard index > start, index - start < 1000, text[start] != UInt8(ascii: "-") else { throw GaveUp() }
            guard text[start] != UInt8(ascii: "@") else { throw GaveUp() }
            key = try resolved(start..<index)
        }
        guard peek == UInt8(ascii: ":") else { throw GaveUp() }
        index += 1
        guard peek == nil || peek == 0x20 || peek == 0x0A else { throw GaveUp() }
        return key
    }

    /// Bytes that mean nothing but themselves wherever they stand in a word, but for `-` and `@` in front.
    static func isSafe(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "/"),
            UInt8(ascii: "-"), UInt8(ascii: "@"), UInt8(ascii: "+"):
            true
        default: false
        }
    }

    // MARK: Lines

    private var peek: UInt8? { index < text.count ? text[index] : nil }

    /// Whether a dash and a blank are here.
    private var isDash: Bool {
        guard peek == UInt8(ascii: "-") else { return false }
        return index + 1 == text.count || text[index + 1] == 0x20 || text[index + 1] == 0x0A
    }

    mutating func skipSpaces() {
        while index < text.count, text[index] == 0x20 { index += 1 }
    }

    /// Whether nothing but a comment follows on the line. A `#` right behind something else is none.
    func isAtEndOfContent() throws(GaveUp) -> Bool {
        guard let byte = peek, byte != 0x0A else { return true }
        guard byte == UInt8(ascii: "#") else { return false }
        guard index > 0, text[index - 1] == 0x20 || text[index - 1] == 0x0A else { throw GaveUp() }
        return true
    }

    /// Leaves the current line and enters the next one with content.
    mutating func nextLine() {
        while index < text.count, text[index] != 0x0A { index += 1 }
        index += 1
        enterLine()
    }

    /// Goes to the content of the line that begins at ``index``, or of a later one.
    private mutating func enterLine() {
        while index < text.count {
            let start = index
            skipSpaces()
            guard index < text.count else { break }
            if text[index] != 0x0A, text[index] != UInt8(ascii: "#") {
                indent = index - start
                return
            }
            while index < text.count, text[index] != 0x0A { index += 1 }
            index += 1
        }
        index = text.count
        indent = -1
    }

    /// Whether the line behind the current one continues a plain scalar of a parent at `column`; enters it if so.
    mutating func continues(under column: Int) throws(GaveUp) -> Bool {
        let end = index
        nextLine()
        guard indent > column else { return false }
        // Blank lines and comments in between are for the full parser.
        guard text[(end + 1)..<index].allSatisfy({ $0 == 0x20 }) else { throw GaveUp() }
        return true
    }

    func resolved(_ range: Range<Int>) throws(GaveUp) -> Value {
        let bytes = UnsafeBufferPointer(rebasing: text[range])
        let kind = YAMLScalar.kind(of: bytes)
        if kind == .string { return .string(String(decoding: bytes, as: UTF8.self)) }
        guard case .value(let value) = YAMLScalar.resolve(String(decoding: bytes, as: UTF8.self)) else {
            throw GaveUp()
        }
        return value
    }
}
