/// Reading JSON as Python does, and writing it as Python's `json.dumps` does.
package enum JSON {
    /// - Throws: ``FormatError`` where it is not JSON or is nested beyond reason. An empty file is no JSON either.
    package static func parse(_ bytes: [UInt8], file: String) throws(FormatError) -> Value {
        var parser = JSONParser(bytes, file: file)
        return try parser.document()
    }

    /// The text that Python's `json.dumps` gives: `", "` and `": "`, ASCII only.
    ///
    /// - Parameters:
    ///   - sortKeys: Whether the keys of each level are sorted by code point.
    ///   - indent: Blanks per level for a text of many lines; `nil` for one line.
    package static func pythonDumps(_ value: Value, sortKeys: Bool = false, indent: Int? = nil) -> String {
        var writer = JSONWriter(sortKeys: sortKeys, indent: indent)
        writer.write(value, level: 0)
        return String(decoding: writer.output, as: UTF8.self)
    }
}

struct JSONWriter {
    let sortKeys: Bool
    let indent: Int?
    private(set) var output: [UInt8] = []

    init(sortKeys: Bool, indent: Int?) {
        self.sortKeys = sortKeys
        self.indent = indent
    }

    mutating func write(_ value: Value, level: Int) {
        switch value {
        case .null: output += "null".utf8
        case .bool(let bool): output += (bool ? "true" : "false").utf8
        case .int(let int): output += String(int).utf8
        case .bigInt(let digits): output += digits.utf8
        case .float(let number): output += Self.text(number).utf8
        case .string(let text), .timestamp(let text): write(text)
        case .list(let list):
            guard !list.isEmpty else { return output += "[]".utf8 }
            output.append(UInt8(ascii: "["))
            for (index, item) in list.enumerated() {
                separate(index, level)
                write(item, level: level + 1)
            }
            close(UInt8(ascii: "]"), level)
        case .mapping(let mapping):
            guard !mapping.isEmpty else { return output += "{}".utf8 }
            output.append(UInt8(ascii: "{"))
            var entries = mapping.entries.map { (Self.key($0.key), $0.value) }
            if sortKeys { entries.sort { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) } }
            for (index, entry) in entries.enumerated() {
                separate(index, level)
                write(entry.0)
                output += ": ".utf8
                write(entry.1, level: level + 1)
            }
            close(UInt8(ascii: "}"), level)
        }
    }

    private mutating func separate(_ index: Int, _ level: Int) {
        if let indent {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            output.append(10)
            output += repeatElement(0x20, count: indent * (level + 1))
        } else if index > 0 {
            output += ", ".utf8
        }
    }

    private mutating func close(_ bracket: UInt8, _ level: Int) {
        if let indent {
            output.append(10)
            output += repeatElement(0x20, count: indent * level)
        }
        output.append(bracket)
    }

    private static func key(_ key: Value) -> String {
        switch key {
        case .string(let text), .timestamp(let text), .bigInt(let text): text
        case .int(let int): String(int)
        case .bool(let bool): bool ? "true" : "false"
        case .null: "null"
        case .float(let number): text(number)
        case .list, .mapping: ""
        }
    }

    private static func text(_ number: Double) -> String {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number < 0 ? "-Infinity" : "Infinity" }
        return PythonNumber.repr(number)
    }

    private mutating func write(_ text: String) {
        output.append(UInt8(ascii: "\""))
        for unit in text.utf16 {
            switch unit {
            case 0x22: output += "\\\"".utf8
            case 0x5C: output += "\\\\".utf8
            case 0x0A: output += "\\n".utf8
            case 0x0D: output += "\\r".utf8
            case 0x09: output += "\\t".utf8
            case 0x08: output += "\\b".utf8
            case 0x0C: output += "\\f".utf8
            case 0x20...0x7E: output.append(UInt8(unit))
            default:
                let hex = String(unit, radix: 16)
                output += "\\u".utf8
                output += repeatElement(0x30, count: 4 - hex.utf8.count)
                output += hex.utf8
            }
        }
        output.append(UInt8(ascii: "\""))
    }
}
