/// Reads one JSON value out of well-formed UTF-8.
struct JSONParser {
    private static let maximumDepth = 200

    private let text: UnsafeBufferPointer<UInt8>
    private var index = 0
    private var depth = 0

    init(_ text: UnsafeBufferPointer<UInt8>) {
        self.text = text
        if text.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
    }

    mutating func document() throws(JSONFailure) -> Value {
        skipBlank()
        let value = try value()
        skipBlank()
        if index < text.count { throw JSONFailure("there is text behind the value", index) }
        return value
    }

    private mutating func value() throws(JSONFailure) -> Value {
        guard let byte = peek else { throw JSONFailure("a value is missing", index) }
        switch byte {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), 0x30...0x39: return try number()
        default:
            for (word, value) in Self.words where take(word) { return value }
            throw JSONFailure("a value is missing", index)
        }
    }

    private static let words: [(StaticString, Value)] = [
        ("true", .bool(true)), ("false", .bool(false)), ("null", .null), ("NaN", .float(.nan)),
        ("Infinity", .float(.infinity)),
    ]

    // MARK: Collections

    private mutating func object() throws(JSONFailure) -> Value {
        try descend()
        defer { depth -= 1 }
        var entries: [Mapping.Entry] = []
        var places: [KeyIdentity: Int]?
        if takeAfterBlank(UInt8(ascii: "}")) { return .mapping(Mapping()) }
        while true {
            skipBlank()
            guard peek == UInt8(ascii: "\"") else { throw JSONFailure("a key in double quotes is missing", index) }
            let key = Value.string(try string())
            guard takeAfterBlank(UInt8(ascii: ":")) else { throw JSONFailure("a ':' is missing", index) }
            skipBlank()
            let value = try value()
            if let place = Self.place(of: key, in: entries, &places) {
                entries[place].value = value
            } else {
                entries.append(.init(key: key, value: value))
            }
            if takeAfterBlank(UInt8(ascii: ",")) { continue }
            guard takeAfterBlank(UInt8(ascii: "}")) else { throw JSONFailure("a ',' or '}' is missing", index) }
            return .mapping(Mapping(entries: entries))
        }
    }

    /// Where `key` already is; a table of places is made once there are many.
    private static func place(
        of key: Value, in entries: [Mapping.Entry], _ places: inout [KeyIdentity: Int]?
    ) -> Int? {
        if entries.count < 8, case .string(let text) = key { return entries.firstIndex { $0.key.isString(text) } }
        if places == nil {
            places = Dictionary(minimumCapacity: 64)
            for (place, entry) in entries.enumerated() { places?[KeyIdentity(entry.key)] = place }
        }
        let identity = KeyIdentity(key)
        if let place = places?[identity] { return place }
        places?[identity] = entries.count
        return nil
    }

    private mutating func array() throws(JSONFailure) -> Value {
        try descend()
        defer { depth -= 1 }
        var values: [Value] = []
        if takeAfterBlank(UInt8(ascii: "]")) { return .list([]) }
        while true {
            skipBlank()
            values.append(try value())
            if takeAfterBlank(UInt8(ascii: ",")) { continue }
            guard takeAfterBlank(UInt8(ascii: "]")) else { throw JSONFailure("a ',' or ']' is missing", index) }
            return .list(values)
        }
    }

    private mutating func descend() throws(JSONFailure) {
        depth += 1
        if depth > Self.maximumDepth {
            throw JSONFailure("it is nested deeper than \(Self.maximumDepth) levels", index)
        }
        index += 1
    }

    // MARK: Numbers

    private mutating func number() throws(JSONFailure) -> Value {
        let start = index
        let isNegative = take(UInt8(ascii: "-"))
        if isNegative, take("Infinity") { return .float(-.infinity) }
        let digits = index
        guard skipDigits() > 0 else { throw JSONFailure("a digit is missing", index) }
        if text[digits] == UInt8(ascii: "0"), index - digits > 1 { throw JSONFailure("a number begins with 0", digits) }
        let endOfDigits = index
        var isFloat = false
        if peek == UInt8(ascii: ".") {
            index += 1
            guard skipDigits() > 0 else { throw JSONFailure("a digit is missing", index) }
            isFloat = true
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "-")) { _ = take(UInt8(ascii: "+")) }
            guard skipDigits() > 0 else { throw JSONFailure("a digit is missing", index) }
            isFloat = true
        }
        if isFloat, let value = DecimalFloat.parse(text[start..<index]) { return .float(value) }
        guard let whole = WholeNumber.value(digits: text[digits..<endOfDigits], radix: 10, isNegative: isNegative)
        else {
            throw JSONFailure("a number has too many digits", digits)
        }
        return whole
    }

    private mutating func skipDigits() -> Int {
        let start = index
        while index < text.count, Pattern.isDigit(text[index]) { index += 1 }
        return index - start
    }

    // MARK: Strings

    private mutating func string() throws(JSONFailure) -> String {
        index += 1
        let start = index
        try skipPlain()
        if text[index] == UInt8(ascii: "\"") {
            defer { index += 1 }
            return String(decoding: UnsafeBufferPointer(rebasing: text[start..<index]), as: UTF8.self)
        }
        var bytes = Array(text[start..<index])
        while text[index] != UInt8(ascii: "\"") {
            try escape(into: &bytes)
            let start = index
            try skipPlain()
            bytes += text[start..<index]
        }
        index += 1
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Goes to the next quote or backslash.
    private mutating func skipPlain() throws(JSONFailure) {
        while index < text.count {
            let byte = text[index]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return }
            if byte < 0x20 { throw JSONFailure("a control character in a string must be escaped", index) }
            index += 1
        }
        throw JSONFailure("a string does not end", index)
    }

    private mutating func escape(into bytes: inout [UInt8]) throws(JSONFailure) {
        guard index + 1 < text.count else { throw JSONFailure("a string does not end", text.count) }
        let letter = text[index + 1]
        index += 2
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): bytes.append(letter)
        case UInt8(ascii: "b"): bytes.append(0x08)
        case UInt8(ascii: "f"): bytes.append(0x0C)
        case UInt8(ascii: "n"): bytes.append(0x0A)
        case UInt8(ascii: "r"): bytes.append(0x0D)
        case UInt8(ascii: "t"): bytes.append(0x09)
        case UInt8(ascii: "u"):
            var unit = try hexadecimal()
            if unit & 0xFC00 == 0xD800, index + 6 <= text.count, text[index] == UInt8(ascii: "\\"),
                text[index + 1] == UInt8(ascii: "u")
            {
                let before = index
                index += 2
                let low = try hexadecimal()
                if low & 0xFC00 == 0xDC00 {
                    unit = 0x10000 + (unit & 0x3FF) << 10 + (low & 0x3FF)
                } else {
                    index = before
                }
            }
            let scalar = Unicode.Scalar(unit) ?? "\u{FFFD}"
            bytes += Array(String(scalar).utf8)
        default: throw JSONFailure("unknown escape in a string", index - 2)
        }
    }

    private mutating func hexadecimal() throws(JSONFailure) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = peek.flatMap(WholeNumber.digit) else {
                throw JSONFailure("four hexadecimal digits are missing", index)
            }
            value = value << 4 | UInt32(digit)
            index += 1
        }
        return value
    }

    // MARK: Bytes

    private var peek: UInt8? { index < text.count ? text[index] : nil }

    private mutating func skipBlank() {
        while index < text.count,
            text[index] == 0x20 || text[index] == 0x0A || text[index] == 0x0D || text[index] == 0x09
        {
            index += 1
        }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        index += 1
        return true
    }

    private mutating func takeAfterBlank(_ byte: UInt8) -> Bool {
        skipBlank()
        return take(byte)
    }

    private mutating func take(_ word: StaticString) -> Bool {
        let wanted = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
        guard text[index...].starts(with: wanted) else { return false }
        index += wanted.count
        return true
    }
}
