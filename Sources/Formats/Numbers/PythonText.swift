/// Values as Python prints them.
package enum PythonText {
    /// Python's `repr`: `[0.9, 'x', True, None]`.
    package static func repr(_ value: Value) -> String {
        switch value {
        case .null: return "None"
        case .bool(let bool): return bool ? "True" : "False"
        case .int(let int): return String(int)
        case .bigInt(let digits): return digits
        case .float(let double): return PythonNumber.repr(double)
        case .string(let text), .timestamp(let text): return quoted(text)
        case .list(let values): return "[" + values.map(repr).joined(separator: ", ") + "]"
        case .mapping(let mapping):
            let entries = mapping.entries.map { key($0.key) + ": " + repr($0.value) }
            return "{" + entries.joined(separator: ", ") + "}"
        }
    }

    /// Python's `str`: text as it is, everything else like ``repr(_:)``.
    package static func str(_ value: Value) -> String {
        switch value {
        case .string(let text), .timestamp(let text): text
        default: repr(value)
        }
    }

    /// Lists become tuples when they are keys.
    private static func key(_ value: Value) -> String {
        guard case .list(let values) = value else { return repr(value) }
        return values.count == 1 ? "(" + key(values[0]) + ",)" : "(" + values.map(key).joined(separator: ", ") + ")"
    }

    /// Single quotes, or double ones around text with single quotes only; unprintable code points escaped.
    private static func quoted(_ text: String) -> String {
        let bytes = text.utf8
        let usesDouble = bytes.contains(UInt8(ascii: "'")) && !bytes.contains(UInt8(ascii: "\""))
        let quote: Unicode.Scalar = usesDouble ? "\"" : "'"
        var result = String(quote)
        for scalar in text.unicodeScalars {
            switch scalar {
            case quote, "\\": result += "\\" + String(scalar)
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            default:
                if isPrintable(scalar) {
                    result.unicodeScalars.append(scalar)
                } else {
                    let (mark, digits) = scalar.value <= 0xFF ? ("x", 2) : scalar.value <= 0xFFFF ? ("u", 4) : ("U", 8)
                    let hex = String(scalar.value, radix: 16)
                    result += "\\" + mark + String(repeating: "0", count: digits - hex.utf8.count) + hex
                }
            }
        }
        return result + String(quote)
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return (0x20...0x7E).contains(scalar.value) }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            return false
        default: return true
        }
    }
}
