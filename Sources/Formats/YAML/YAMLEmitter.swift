/// Writes values as block YAML with the layout of ruamel.yaml, which DVC writes its lock file with.
struct YAMLEmitter {
    /// Lines are folded where they pass this column.
    static let width = 80

    private(set) var output: [UInt8] = []
    /// Whether to stray from ruamel.yaml where what it writes reads back as something else.
    var isLossless: Bool
    /// Code points on the current line.
    private var column = 0

    init(isLossless: Bool) { self.isLossless = isLossless }

    mutating func writeDocument(_ value: Value) {
        switch value {
        case .mapping(let mapping) where !mapping.isEmpty: writeEntries(mapping.entries, indent: 0)
        case .list(let values) where !values.isEmpty: writeItems(values, indent: 0)
        case .mapping, .list: writeInline(value)
        case .null: writeASCII("null\n...")
        default:
            let start = output.count
            writeScalar(value, indent: 0)
            if output[start] != UInt8(ascii: "'"), output[start] != UInt8(ascii: "\"") { writeASCII("\n...") }
        }
        output.append(0x0A)
    }

    /// Writes entries from the current place on, the further ones on lines of their own at `indent`.
    mutating func writeEntries(_ entries: [Mapping.Entry], indent: Int) {
        var isFirst = true
        for entry in entries {
            if !isFirst { newline(indent) }
            isFirst = false
            writeEntry(entry, indent: indent)
        }
    }

    /// Writes one entry without a line end; the current column must be `indent`.
    mutating func writeEntry(_ entry: Mapping.Entry, indent: Int) {
        if writeSimpleKey(entry.key, indent: indent) {
            output.append(UInt8(ascii: ":"))
            column += 1
            writeEntryValue(entry.value, indent: indent)
        } else {
            writeASCII("? ")
            writeItem(entry.key, indent: indent)
            newline(indent)
            output.append(UInt8(ascii: ":"))
            column += 1
            guard entry.value != .null else { return }
            space()
            writeItem(entry.value, indent: indent)
        }
    }

    mutating func writeEntryValue(_ value: Value, indent: Int) {
        switch value {
        case .mapping(let mapping) where !mapping.isEmpty:
            newline(indent + 2)
            writeEntries(mapping.entries, indent: indent + 2)
        case .list(let values) where !values.isEmpty:
            newline(indent)
            writeItems(values, indent: indent)
        case .null: break
        default:
            space()
            writeInline(value, indent: indent + 2)
        }
    }

    private mutating func writeItems(_ values: [Value], indent: Int) {
        var isFirst = true
        for value in values {
            if !isFirst { newline(indent) }
            isFirst = false
            writeASCII("- ")
            writeItem(value, indent: indent)
        }
    }

    /// Writes what stands behind the two columns of `- `, `? ` or `: ` at `indent`.
    mutating func writeItem(_ value: Value, indent: Int) {
        switch value {
        case .mapping(let mapping) where !mapping.isEmpty: writeEntries(mapping.entries, indent: indent + 2)
        case .list(let values) where !values.isEmpty: writeItems(values, indent: indent + 2)
        default: writeInline(value, indent: indent + 2)
        }
    }

    private mutating func writeInline(_ value: Value, indent: Int = 0) {
        switch value {
        case .mapping: writeASCII("{}")
        case .list: writeASCII("[]")
        default: writeScalar(value, indent: indent)
        }
    }

    // MARK: Scalars

    private mutating func writeScalar(_ value: Value, indent: Int) {
        switch value {
        case .bool(let bool): writeWord(bool ? "true" : "false", indent: indent)
        case .int(let int): writeWord(String(int), indent: indent)
        case .bigInt(let digits): writeWord(digits, indent: indent)
        case .float(let double): writeWord(PythonNumber.yaml(double), indent: indent)
        case .timestamp(let text): writeWord(text, indent: indent)
        case .string(var text): _ = text.withUTF8 { writeString($0, indent: indent, isKey: false) }
        case .null, .list, .mapping: break
        }
    }

    /// Writes a word of ASCII, on the next line where it does not fit.
    private mutating func writeWord(_ text: String, indent: Int) { writeWord(text.utf8, indent: indent) }

    mutating func writeWord(_ text: some Collection<UInt8>, indent: Int) {
        if column + text.count > Self.width, column > indent { newline(indent) }
        output.append(contentsOf: text)
        column += text.count
    }

    /// - Returns: `false`, with nothing written, for a key that needs `? `: a long one, one with line breaks, a collection.
    mutating func writeSimpleKey(_ key: Value, indent: Int) -> Bool {
        switch key {
        case .null:
            writeASCII("null")
            return true
        case .list(let values) where !values.isEmpty: return false
        case .mapping(let mapping) where !mapping.isEmpty: return false
        case .string(var text): return text.withUTF8 { writeString($0, indent: indent + 2, isKey: true) }
        default:
            writeInline(key, indent: indent + 2)
            return true
        }
    }

    /// The longest key in code points that is written without `? `.
    private static let longestSimpleKey = 122

    private mutating func writeString(_ text: UnsafeBufferPointer<UInt8>, indent: Int, isKey: Bool) -> Bool {
        let analysis = ScalarAnalysis(text)
        if isKey, analysis.isMultiline || analysis.count > Self.longestSimpleKey { return false }
        var style = analysis.style(kind: YAMLScalar.kind(of: text))
        if isLossless, style == .single, analysis.hasNextLine { style = .double }
        let fits = column + analysis.count + 2 <= Self.width
        switch style {
        case .plain where fits || isKey: write(text, count: analysis.count)
        case .plain: writePlain(text, indent: indent)
        case .single: writeSingle(text, indent: indent, folds: !isKey)
        case .double: writeDouble(text, indent: indent, folds: !isKey)
        }
        return true
    }

    /// A break behind several spaces reads back as one space; where that must not be the line gets longer.
    private mutating func writePlain(_ text: UnsafeBufferPointer<UInt8>, indent: Int) {
        var isBreakable = true
        ScalarRun.forEach(in: text) { run in
            switch run.kind {
            case .spaces where run.count == 1 && column >= Self.width: newline(indent)
            case .word where isBreakable && column + run.count > Self.width && column > indent:
                newline(indent)
                write(run.bytes, count: run.count)
            default: write(run.bytes, count: run.count)
            }
            isBreakable = !isLossless || run.kind == .word || run.count == 1
        }
    }

    private mutating func writeSingle(_ text: UnsafeBufferPointer<UInt8>, indent: Int, folds: Bool) {
        writeASCII("'")
        ScalarRun.forEach(in: text) { run in
            switch run.kind {
            case .spaces where run.bytes.count == 1 && column > Self.width && folds && !run.isOuter: newline(indent)
            case .breaks:
                write(run.bytes, count: run.count)
                column = indent
                output.append(contentsOf: repeatElement(0x20, count: indent))
            default: write(run.bytes, count: run.count)
            }
        }
        writeASCII("'")
    }

    private mutating func writeDouble(_ text: UnsafeBufferPointer<UInt8>, indent: Int, folds: Bool) {
        var writer = DoubleQuotedWriter(text, column: column + 1, indent: indent, folds: folds, isLossless: isLossless)
        writer.run()
        writeASCII("\"")
        output += writer.output
        column = writer.column
        writeASCII("\"")
    }

    // MARK: Bytes

    /// Writes a part of another text that may have line feeds.
    mutating func writeSource(_ source: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) {
        guard !range.isEmpty else { return }
        writeBytes(source[range])
    }

    mutating func writeBytes(_ bytes: some BidirectionalCollection<UInt8>) {
        output.append(contentsOf: bytes)
        let line = bytes.lastIndex(of: 0x0A).map { bytes[bytes.index(after: $0)...] }
        if line != nil { column = 0 }
        column += (line ?? bytes[...]).count { $0 & 0xC0 != 0x80 }
    }

    /// Goes to `target`, or one column on where that is behind already.
    mutating func pad(to target: Int) {
        let count = max(target - column, 1)
        output.append(contentsOf: repeatElement(0x20, count: count))
        column += count
    }

    private mutating func write(_ bytes: UnsafeBufferPointer<UInt8>, count: Int) {
        output.append(contentsOf: bytes)
        column += count
    }

    mutating func writeASCII(_ text: String) {
        output.append(contentsOf: text.utf8)
        column += text.utf8.count
    }

    mutating func space() {
        output.append(0x20)
        column += 1
    }

    mutating func newline(_ indent: Int) {
        output.append(0x0A)
        output.append(contentsOf: repeatElement(0x20, count: indent))
        column = indent
    }
}
