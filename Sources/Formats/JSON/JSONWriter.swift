import Files

/// Writes values as Python's `json.dumps` does.
struct JSONWriter {
    private(set) var output: [UInt8] = []
    private let sortKeys: Bool
    private let indent: Int?
    private var level = 0

    init(sortKeys: Bool, indent: Int?) {
        self.sortKeys = sortKeys
        self.indent = indent
    }

    mutating func write(_ value: Value) {
        switch value {
        case .null: writeASCII("null")
        case .bool(let bool): writeASCII(bool ? "true" : "false")
        case .int(let int): writeASCII(String(int))
        case .bigInt(let digits): writeASCII(digits)
        case .float(let double): writeASCII(PythonNumber.json(double))
        case .string(let text), .timestamp(let text): writeString(text)
        case .list(let values):
            if values.isEmpty { return writeASCII("[]") }
            open(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                separate(isFirst: index == 0)
                write(value)
            }
            close(UInt8(ascii: "]"))
        case .mapping(let mapping):
            if mapping.isEmpty { return writeASCII("{}") }
            open(UInt8(ascii: "{"))
            for (index, entry) in (sortKeys ? Self.sorted(mapping.entries) : mapping.entries).enumerated() {
                separate(isFirst: index == 0)
                writeKey(entry.key)
                writeASCII(": ")
                write(entry.value)
            }
            close(UInt8(ascii: "}"))
        }
    }

    // MARK: Keys

    private static func sorted(_ entries: [Mapping.Entry]) -> [Mapping.Entry] {
        let numbers = entries.compactMap { number($0.key) }
        if numbers.count == entries.count {
            return zip(numbers, entries).sorted { $0.0 < $1.0 }.map(\.1)
        }
        return entries.sorted { exactKey($0.key) < exactKey($1.key) }
    }

    private static func exactKey(_ key: Value) -> ExactString { ExactString(key.string ?? keyText(key)) }

    private static func number(_ key: Value) -> Double? {
        switch key {
        case .bool(let bool): bool ? 1 : 0
        case .int(let int): Double(int)
        case .bigInt(let digits): Double(digits)
        case .float(let double): double
        default: nil
        }
    }

    private mutating func writeKey(_ key: Value) {
        if case .string(let text) = key { writeString(text) } else { writeString(Self.keyText(key)) }
    }

    /// Python turns keys that are not text into their JSON.
    private static func keyText(_ key: Value) -> String {
        switch key {
        case .null: "null"
        case .bool(let bool): bool ? "true" : "false"
        case .float(let double): PythonNumber.json(double)
        default: PythonText.str(key)
        }
    }

    // MARK: Layout

    private mutating func open(_ bracket: UInt8) {
        output.append(bracket)
        level += 1
    }

    private mutating func close(_ bracket: UInt8) {
        level -= 1
        newline()
        output.append(bracket)
    }

    private mutating func separate(isFirst: Bool) {
        if !isFirst { writeASCII(indent == nil ? ", " : ",") }
        newline()
    }

    private mutating func newline() {
        guard let indent else { return }
        output.append(0x0A)
        output.append(contentsOf: repeatElement(0x20, count: level * indent))
    }

    // MARK: Text

    private mutating func writeString(_ text: String) {
        output.append(UInt8(ascii: "\""))
        var text = text
        let isPlain = text.withUTF8 { bytes in
            let isPlain = bytes.allSatisfy { (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }
            if isPlain { output.append(contentsOf: bytes) }
            return isPlain
        }
        if !isPlain {
            for unit in text.utf16 { writeUnit(unit) }
        }
        output.append(UInt8(ascii: "\""))
    }

    private mutating func writeUnit(_ unit: UInt16) {
        switch unit {
        case 0x22: writeASCII("\\\"")
        case 0x5C: writeASCII("\\\\")
        case 0x0A: writeASCII("\\n")
        case 0x0D: writeASCII("\\r")
        case 0x09: writeASCII("\\t")
        case 0x0C: writeASCII("\\f")
        case 0x08: writeASCII("\\b")
        case 0x20...0x7E: output.append(UInt8(unit))
        default:
            writeASCII("\\u")
            for shift in [12, 8, 4, 0] { output.append(Self.hexDigits[Int(unit >> UInt16(shift)) & 15]) }
        }
    }

    private static let hexDigits = Array("0123456789abcdef".utf8)

    private mutating func writeASCII(_ text: String) { output.append(contentsOf: text.utf8) }
}
