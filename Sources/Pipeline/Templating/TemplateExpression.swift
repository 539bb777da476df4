import Formats

/// The inside of one `${…}`: words joined by dots, or in square brackets.
struct TemplateExpression {
    /// The expression with its braces, as written.
    let text: String
    /// What it names, step by step.
    let words: [String]

    /// Why an expression cannot be read.
    struct Fault: Error {
        let problem: String
    }

    /// - Parameter bytes: `${`, the expression and `}`.
    init(_ bytes: ArraySlice<UInt8>) throws(Fault) {
        text = String(decoding: bytes, as: UTF8.self)
        var rest = bytes.dropFirst(2).dropLast()
        var words = [try Self.word(&rest, in: text)]
        while let byte = rest.first {
            rest = rest.dropFirst()
            switch byte {
            case UInt8(ascii: "."): words.append(try Self.word(&rest, in: text))
            case UInt8(ascii: "["):
                words.append(try Self.word(&rest, in: text))
                guard rest.first == UInt8(ascii: "]") else { throw Fault(problem: "'\(text)' lacks a ']'") }
                rest = rest.dropFirst()
                while let blank = rest.first, Self.isBlank(blank) { rest = rest.dropFirst() }
            default:
                let left = String(decoding: [byte] + rest, as: UTF8.self)
                throw Fault(problem: "'\(left)' makes no sense in '\(text)'")
            }
        }
        self.words = words
    }

    /// Takes the bytes up to the next dot or bracket, without the blanks around them.
    private static func word(_ rest: inout ArraySlice<UInt8>, in text: String) throws(Fault) -> String {
        var word = rest.prefix { $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: "[") && $0 != UInt8(ascii: "]") }
        rest = rest.dropFirst(word.count)
        while let byte = word.first, isBlank(byte) { word = word.dropFirst() }
        while let byte = word.last, isBlank(byte) { word = word.dropLast() }
        if word.isEmpty { throw Fault(problem: "a name is missing in '\(text)'") }
        return String(decoding: word, as: UTF8.self)
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }

    /// Where the next expression of a text is, braces included; `nil` where there is none.
    ///
    /// An expression ends at the first `}` of its line. A backslash before `${` takes its meaning away.
    static func next(in bytes: ArraySlice<UInt8>, of whole: [UInt8]) -> Range<Int>? {
        var index = bytes.startIndex
        while index + 1 < bytes.endIndex {
            defer { index += 1 }
            guard bytes[index] == UInt8(ascii: "$"), bytes[index + 1] == UInt8(ascii: "{"),
                index == 0 || whole[index - 1] != UInt8(ascii: "\\")
            else { continue }
            let end = bytes[(index + 2)...].firstIndex { $0 == UInt8(ascii: "}") || $0 == UInt8(ascii: "\n") }
            if let end, bytes[end] == UInt8(ascii: "}") { return index..<(end + 1) }
        }
        return nil
    }
}

/// `${…}` in text of a `dvc.yaml`.
enum TemplateText {
    /// Whether the text has an expression.
    static func hasExpression(_ text: String) -> Bool {
        guard text.utf8.contains(UInt8(ascii: "$")) else { return false }
        let bytes = Array(text.utf8)
        return TemplateExpression.next(in: bytes[...], of: bytes) != nil
    }

    /// Whether a value has an expression in a string or a key.
    static func hasExpression(_ value: Value) -> Bool {
        switch value {
        case .string(let text): hasExpression(text)
        case .list(let items): items.contains(where: hasExpression)
        case .mapping(let mapping): mapping.entries.contains { hasExpression($0.key) || hasExpression($0.value) }
        default: false
        }
    }

    /// The text as a command sees it: `\${` becomes `${`.
    static func unescaped(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "$")) else { return text }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        let escaped: [UInt8] = Array("\\${".utf8)
        var rest = Array(text.utf8)[...]
        while let byte = rest.first {
            if rest.starts(with: escaped) {
                bytes += escaped.dropFirst()
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
                rest = rest.dropFirst()
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A value inside other text: truth values in lower case, everything else as Python prints it.
    static func text(of value: Value) -> String {
        if case .bool(let bool) = value { return bool ? "true" : "false" }
        return PythonText.str(value)
    }
}
