/// Reads one Python literal; anything else gives `nil`.
struct PythonLiteralParser {
    private static let maximalDepth = 100

    typealias Literal = (value: Value, node: FlowNode)

    var cursor: TextCursor
    let end: Int

    init(_ cursor: TextCursor, end: Int) {
        self.cursor = cursor
        self.end = end
    }

    /// The literal, if nothing else stands before the end.
    mutating func whole() -> Literal? {
        skipBlanks()
        let start = cursor.index
        guard let first = literal(depth: 0) else { return nil }
        var last = cursor.index
        skipBlanks()
        guard cursor.index < end, cursor.byte == UInt8(ascii: ",") else { return cursor.index >= end ? first : nil }
        // A tuple without brackets: `x = 1, 2`.
        var literals = [first]
        while cursor.take(",") {
            last = cursor.index
            skipBlanks()
            if cursor.index >= end { break }
            guard let next = literal(depth: 0) else { return nil }
            literals.append(next)
            last = cursor.index
            skipBlanks()
        }
        return cursor.index >= end ? Self.list(literals, start..<last) : nil
    }

    mutating func skipBlanks() {
        while cursor.index < end, let byte = cursor.byte {
            if byte == UInt8(ascii: "#") {
                cursor.skip { $0 != 10 }
            } else if byte <= 0x20 {
                cursor.index += 1
            } else if byte == UInt8(ascii: "\\"), let next = cursor.byte(ahead: 1), next == 10 || next == 13 {
                cursor.index += 2
            } else {
                return
            }
        }
    }

    private static func list(_ literals: [Literal], _ range: Range<Int>) -> Literal {
        (.list(literals.map(\.value)), FlowNode(.list(literals.map(\.node)), range))
    }

    private mutating func literal(depth: Int) -> Literal? {
        skipBlanks()
        guard depth < Self.maximalDepth, cursor.index < end, let byte = cursor.byte else { return nil }
        let start = cursor.index
        switch byte {
        case UInt8(ascii: "["): return items(depth, closing: "]").map { Self.list($0.literals, start..<cursor.index) }
        case UInt8(ascii: "("):
            guard let (literals, endsWithComma) = items(depth, closing: ")") else { return nil }
            // One value in brackets without a comma is that value.
            if literals.count == 1, !endsWithComma {
                return (literals[0].value, FlowNode(literals[0].node.content, start..<cursor.index))
            }
            return Self.list(literals, start..<cursor.index)
        case UInt8(ascii: "{"): return dictionary(depth)
        default: break
        }
        if let text = texts() { return (.string(text), FlowNode(scalar: start..<cursor.index)) }
        return word().map { ($0, FlowNode(scalar: start..<cursor.index)) }
    }

    private mutating func items(_ depth: Int, closing: StaticString) -> (literals: [Literal], endsWithComma: Bool)? {
        cursor.index += 1
        var literals: [Literal] = []
        var endsWithComma = false
        while true {
            skipBlanks()
            if cursor.take(closing) { return (literals, endsWithComma) }
            guard endsWithComma || literals.isEmpty, let item = literal(depth: depth + 1) else { return nil }
            literals.append(item)
            skipBlanks()
            endsWithComma = cursor.take(",")
        }
    }

    private mutating func dictionary(_ depth: Int) -> Literal? {
        let start = cursor.index
        cursor.index += 1
        var mapping = Mapping()
        var pairs: [FlowNode.Pair] = []
        while true {
            skipBlanks()
            if cursor.take("}") { return (.mapping(mapping), FlowNode(.mapping(pairs), start..<cursor.index)) }
            guard let key = literal(depth: depth + 1) else { return nil }
            skipBlanks()
            // Without a colon it is a set, which no lock file can hold.
            guard cursor.take(":"), let item = literal(depth: depth + 1) else { return nil }
            if let old = mapping.entries.firstIndex(where: { $0.key.equalsInPython(key.value) }) {
                mapping.entries[old].value = item.value
            } else {
                mapping.entries.append(.init(key: key.value, value: item.value))
            }
            pairs.append(.init(key: PythonText.str(key.value), keyRange: key.node.range, value: item.node))
            skipBlanks()
            guard cursor.take(",") || cursor.byte == UInt8(ascii: "}") else { return nil }
        }
    }

    /// A number, a truth value or `None`.
    private mutating func word() -> Value? {
        let start = cursor.index
        let isSigned = cursor.take("-") || cursor.take("+")
        let isNegative = isSigned && cursor.bytes[start] == UInt8(ascii: "-")
        if isSigned { skipBlanks() }
        let first = cursor.index
        // The sign of an exponent belongs to the word.
        while let byte = cursor.byte, cursor.index < end {
            let isSign = byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
            let isExponent =
                isSign && cursor.index > first && cursor.bytes[cursor.index - 1] | 0x20 == UInt8(ascii: "e")
            let isLetter = (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte) || byte >= 0x80
            guard isLetter || isExponent || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") else { break }
            cursor.index += 1
        }
        switch cursor.text(from: first) {
        case "True" where !isSigned: return .bool(true)
        case "False" where !isSigned: return .bool(false)
        case "None" where !isSigned: return .null
        case let word: return Self.number(word, isNegative: isNegative)
        }
    }

    /// A number without its sign.
    static func number(_ text: String, isNegative: Bool) -> Value? {
        let bytes = Array(text.utf8)
        let isDigit = { (byte: UInt8) in (0x30...0x39).contains(byte) }
        guard let first = bytes.first, isDigit(first) || first == UInt8(ascii: "."),
            bytes.last != UInt8(ascii: "_"), !text.contains("__")
        else { return nil }
        let clean = bytes.filter { $0 != UInt8(ascii: "_") }
        if clean.count > 2, first == UInt8(ascii: "0"), !isDigit(clean[1]),
            let radix = ["x": 16, "o": 8, "b": 2][Character(Unicode.Scalar(clean[1] | 0x20))]
        {
            return WholeNumber.value(digits: clean.dropFirst(2), radix: radix, isNegative: isNegative)
        }
        if clean.allSatisfy(isDigit) {
            if clean.count > 1, first == UInt8(ascii: "0"), clean.contains(where: { $0 != UInt8(ascii: "0") }) {
                return nil
            }
            return WholeNumber.value(digits: clean, radix: 10, isNegative: isNegative)
        }
        return DecimalFloat.parse(clean).map { .float(isNegative ? -$0 : $0) }
    }
}
