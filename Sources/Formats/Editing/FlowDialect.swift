/// How a format writes values on one line.
enum FlowDialect {
    case yaml, json, toml, python

    /// The text of a value inside brackets.
    ///
    /// - Parameter old: The text that it replaces, whose quotes are kept.
    /// - Throws: ``EditRefusal`` for a value that the format does not have.
    func text(_ value: Value, like old: ArraySlice<UInt8> = []) throws(EditRefusal) -> String {
        if case .string(let text) = value {
            if old.first == UInt8(ascii: "\""), self != .json { return Self.doubleQuoted(text) }
            if old.first == UInt8(ascii: "'"), let quoted = singleQuoted(text) { return quoted }
        }
        switch (self, value) {
        case (.python, .float(let number)) where !number.isFinite:
            throw EditRefusal("Python has no literal for \(PythonNumber.repr(number))")
        case (.toml, .null): throw EditRefusal("TOML has no null")
        case (_, .list(let list)):
            var items: [String] = []
            for item in list { items.append(try text(item)) }
            return "[" + items.joined(separator: ", ") + "]"
        case (_, .mapping(let mapping)):
            if mapping.isEmpty { return "{}" }
            var pairs: [String] = []
            for entry in mapping.entries { pairs.append(try pair(entry.key, entry.value)) }
            let blank = self == .toml ? " " : ""
            return "{" + blank + pairs.joined(separator: ", ") + blank + "}"
        case (.yaml, _): return Self.yaml(value)
        case (.json, _): return JSON.pythonDumps(value)
        case (.python, _): return PythonText.repr(value)
        case (.toml, .string(let text)): return Self.doubleQuoted(text)
        case (.toml, .timestamp(let time)): return time
        case (.toml, .float(let number)):
            return number.isFinite ? PythonNumber.repr(number) : number.isNaN ? "nan" : number < 0 ? "-inf" : "inf"
        case (.toml, _): return JSON.pythonDumps(value)
        }
    }

    /// A key and its value.
    func pair(_ key: Value, _ value: Value) throws(EditRefusal) -> String {
        switch self {
        case .yaml, .python: return try text(key) + ": " + text(value)
        case .json:
            guard case .string = key else { throw EditRefusal("a key of JSON has to be text") }
            return try text(key) + ": " + text(value)
        case .toml:
            guard case .string(let name) = key else { throw EditRefusal("a key of TOML has to be text") }
            return try Self.tomlKey(name) + " = " + text(value)
        }
    }

    static func tomlKey(_ key: String) -> String {
        let isBare =
            !key.isEmpty
            && key.utf8.allSatisfy {
                ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x5F || $0 == 0x2D
            }
        return isBare ? key : doubleQuoted(key)
    }

    /// Text in double quotes with escapes that YAML, TOML and Python share.
    static func doubleQuoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\" + String(scalar)
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            default:
                if Self.isPrintable(scalar) {
                    result.unicodeScalars.append(scalar)
                } else {
                    let hex = String(scalar.value, radix: 16)
                    let digits = scalar.value <= 0xFFFF ? 4 : 8
                    result +=
                        (digits == 4 ? "\\u" : "\\U") + String(repeating: "0", count: digits - hex.utf8.count) + hex
                }
            }
        }
        return result + "\""
    }

    private func singleQuoted(_ text: String) -> String? {
        guard text.unicodeScalars.allSatisfy(Self.isPrintable) else { return nil }
        switch self {
        case .yaml:
            return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
        case .toml: return text.utf8.contains(UInt8(ascii: "'")) ? nil : "'" + text + "'"
        case .json, .python: return nil
        }
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF: false
        default: true
        }
    }

    /// A scalar of YAML where no brackets are around it; `nil` if it takes several lines.
    static func yamlLine(_ value: Value) -> String? {
        let item = YAML.emit(.list([value]), lossless: true).utf8.dropFirst(2).dropLast()
        return item.contains(10) ? nil : String(Substring(item))
    }

    /// A scalar of YAML on one line, safe inside brackets.
    private static func yaml(_ value: Value) -> String {
        guard let text = yamlLine(value) else { return doubleQuoted(PythonText.str(value)) }
        guard case .string(let string) = value, let first = text.utf8.first,
            first != UInt8(ascii: "'"), first != UInt8(ascii: "\"")
        else { return text.isEmpty ? "null" : text }
        return string.utf8.contains(where: { ",[]{}:?".utf8.contains($0) }) ? doubleQuoted(string) : text
    }
}
