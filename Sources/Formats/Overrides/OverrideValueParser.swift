/// What stands for the value of an override: one value, or the several of a sweep.
enum OverrideElement {
    case value(Value)
    case choice(OverrideChoice)
    case range(OverrideRange)
}

/// Reads the value of an override: a literal, a list, a mapping, a function, or several values for a sweep.
///
/// The grammar is Hydra's. Text without quotes may hold more characters than there, such as `~` or `é`.
struct OverrideValueParser {
    private static let maximalDepth = 64

    private let text: [UInt8]
    private let argument: String
    private var index = 0

    /// - Parameters:
    ///   - text: What follows the equals sign.
    ///   - argument: The whole override, for messages.
    init(_ text: some StringProtocol, argument: String) {
        self.text = Array(text.utf8)
        self.argument = argument
    }

    /// One value, or the several of a sweep.
    mutating func whole() throws(OverrideError) -> OverrideElement {
        skipBlanks()
        if index == text.count { return .value(.string("")) }
        let first = try element(depth: 0)
        skipBlanks()
        var elements = [first]
        while take(",") {
            elements.append(try element(depth: 0))
            skipBlanks()
        }
        if index < text.count {
            let rest = String(decoding: text[index...], as: UTF8.self)
            throw malformed("'\(rest)' is not expected there; quote the value")
        }
        if elements.count == 1 { return first }
        var values: [Value] = []
        for element in elements { values.append(try plain(element)) }
        return .choice(OverrideChoice(values: values, isSimple: true))
    }

    private func malformed(_ problem: String) -> OverrideError { .malformed(argument, problem) }

    /// The value of an element that may not be a sweep.
    private func plain(_ element: OverrideElement) throws(OverrideError) -> Value {
        guard case .value(let value) = element else { throw malformed("a sweep may not stand inside another value") }
        return value
    }

    private var byte: UInt8? { index < text.count ? text[index] : nil }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    private mutating func skipBlanks() {
        while let byte, Self.isBlank(byte) { index += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard byte == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    private mutating func element(depth: Int) throws(OverrideError) -> OverrideElement {
        skipBlanks()
        if depth > Self.maximalDepth { throw malformed("it is nested too deep") }
        switch byte {
        case UInt8(ascii: "["): return .value(try list(depth))
        case UInt8(ascii: "{"): return .value(try mapping(depth))
        case UInt8(ascii: "'"), UInt8(ascii: "\""): return .value(.string(try quoted()))
        default: break
        }
        if let name = functionName() { return try function(name, depth) }
        return .value(try unquoted(isKey: false))
    }

    private mutating func list(_ depth: Int) throws(OverrideError) -> Value {
        index += 1
        var items: [Value] = []
        skipBlanks()
        if take("]") { return .list([]) }
        repeat {
            items.append(try plain(element(depth: depth + 1)))
            skipBlanks()
        } while take(",")
        guard take("]") else { throw malformed("a list needs ']' at its end") }
        return .list(items)
    }

    private mutating func mapping(_ depth: Int) throws(OverrideError) -> Value {
        index += 1
        var mapping = Mapping()
        skipBlanks()
        if take("}") { return .mapping(mapping) }
        repeat {
            skipBlanks()
            let isQuoted = byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"")
            let key = isQuoted ? Value.string(try quoted()) : try unquoted(isKey: true)
            skipBlanks()
            guard take(":") else { throw malformed("a mapping needs ':' behind each key") }
            let value = try plain(element(depth: depth + 1))
            if let old = mapping.entries.firstIndex(where: { $0.key.equalsInPython(key) }) {
                mapping.entries[old].value = value
            } else {
                mapping.entries.append(.init(key: key, value: value))
            }
            skipBlanks()
        } while take(",")
        guard take("}") else { throw malformed("a mapping needs '}' at its end") }
        return .mapping(mapping)
    }

    /// Text in quotes. Backslashes have a meaning only in front of a quote.
    private mutating func quoted() throws(OverrideError) -> String {
        let quote = text[index]
        index += 1
        var result: [UInt8] = []
        while let byte {
            let start = index
            while self.byte == UInt8(ascii: "\\") { index += 1 }
            let backslashes = index - start
            if backslashes > 0 {
                let isBeforeQuote = self.byte == quote
                result += text[start..<start + (isBeforeQuote ? backslashes / 2 : backslashes)]
                if isBeforeQuote, backslashes % 2 == 1 {
                    result.append(quote)
                    index += 1
                }
                continue
            }
            index += 1
            if byte == quote { return String(decoding: result, as: UTF8.self) }
            result.append(byte)
        }
        throw malformed("a quote is not closed")
    }

    /// Text without quotes; a backslash takes the meaning of the character behind it.
    private mutating func unquoted(isKey: Bool) throws(OverrideError) -> Value {
        let start = index
        var result: [UInt8] = []
        // How much of the result trailing blanks may not be cut from.
        var fixed = 0
        var hasEscape = false
        loop: while let byte {
            switch byte {
            case UInt8(ascii: "$") where !isKey && index + 1 < text.count && text[index + 1] == UInt8(ascii: "{"):
                guard let close = text[index...].firstIndex(of: UInt8(ascii: "}")), close > index + 2 else {
                    throw malformed("'${' needs the name of a parameter and '}'")
                }
                result += text[index...close]
                index = close + 1
                fixed = result.count
                continue
            case UInt8(ascii: "\\") where index + 1 < text.count && "\\()[]{}:=, \t".utf8.contains(text[index + 1]):
                result.append(text[index + 1])
                index += 2
                fixed = result.count
                hasEscape = true
                continue
            case UInt8(ascii: ":"):
                if isKey { break loop }
                result.append(byte)
                index += 1
                while let blank = self.byte, Self.isBlank(blank) {
                    result.append(blank)
                    index += 1
                }
                fixed = result.count
                continue
            case UInt8(ascii: "'"), UInt8(ascii: "\""): throw malformed("a quote may only stand around a whole value")
            case UInt8(ascii: "="): throw malformed("a second '=' is not expected there; quote the value")
            case _ where ",[]{}()".utf8.contains(byte): break loop
            default: break
            }
            result.append(byte)
            index += 1
        }
        while result.count > fixed, let last = result.last, Self.isBlank(last) { result.removeLast() }
        if index == start || result.isEmpty { throw malformed("a value is missing") }
        let string = String(decoding: result, as: UTF8.self)
        return hasEscape ? .string(string) : OverrideLiteral.value(of: string)
    }

    /// The name in front of an opening bracket; the index stands behind the bracket then.
    private mutating func functionName() -> String? {
        let isLetter = { (byte: UInt8) in (0x61...0x7A).contains(byte | 0x20) || byte == UInt8(ascii: "_") }
        guard let first = byte, isLetter(first) else { return nil }
        var end = index
        while end < text.count, isLetter(text[end]) || (0x30...0x39).contains(text[end]) || text[end] == 0x2D {
            end += 1
        }
        let name = String(decoding: text[index..<end], as: UTF8.self)
        while end < text.count, Self.isBlank(text[end]) { end += 1 }
        guard end < text.count, text[end] == UInt8(ascii: "(") else { return nil }
        index = end + 1
        return name
    }

    private mutating func function(_ name: String, _ depth: Int) throws(OverrideError) -> OverrideElement {
        var call = OverrideCall(name: name, argument: argument)
        skipBlanks()
        if !take(")") {
            repeat {
                let label = argumentLabel()
                let element = try element(depth: depth + 1)
                if let label {
                    call.named.append((label, element))
                } else if call.named.isEmpty {
                    call.elements.append(element)
                } else {
                    throw malformed("an argument without a name may not follow one with a name")
                }
                skipBlanks()
            } while take(",")
            guard take(")") else { throw malformed("'\(name)(' needs ')'") }
        }
        return try call.evaluate()
    }

    /// The name of an argument in front of an equals sign; the index stands behind the sign then.
    private mutating func argumentLabel() -> String? {
        skipBlanks()
        var end = index
        while end < text.count, (0x61...0x7A).contains(text[end]) { end += 1 }
        let name = String(decoding: text[index..<end], as: UTF8.self)
        while end < text.count, Self.isBlank(text[end]) { end += 1 }
        guard !name.isEmpty, end < text.count, text[end] == UInt8(ascii: "=") else { return nil }
        index = end + 1
        return name
    }
}
