extension YAML {
    /// Writes a value as DVC writes `dvc.lock`, byte for byte, with a line feed at the end.
    ///
    /// The rules (styles, folding at 80 columns, trailing blanks) are those of the YAML library that DVC uses.
    package static func emit(_ value: Value) -> String {
        var emitter = YAMLEmitter()
        emitter.emitRoot(value)
        return String(decoding: emitter.output, as: UTF8.self)
    }

    /// One `key: value` entry as it stands inside a block mapping.
    ///
    /// - Parameter indent: The number of blanks before the key.
    package static func emitEntry(_ key: String, _ value: Value, indent: Int) -> String {
        var emitter = YAMLEmitter()
        emitter.entry(.string(key), value, indent: indent)
        return String(decoding: emitter.output, as: UTF8.self)
    }

    /// A string on one line where that is possible, quoted only where it must be.
    package static func emitScalar(_ text: String) -> String {
        var emitter = YAMLEmitter(width: Int.max)
        emitter.scalar(text, foldIndent: 0)
        return String(decoding: emitter.output, as: UTF8.self)
    }
}

struct YAMLEmitter {
    private(set) var output: [UInt8] = []
    let width: Int
    /// In code points since the last line feed.
    private(set) var column = 0

    init(width: Int = 80) { self.width = width }

    mutating func emitRoot(_ value: Value) {
        switch value {
        case .mapping(let mapping) where !mapping.isEmpty: entries(mapping, indent: 0, isFirstInline: false)
        case .list(let list) where !list.isEmpty: items(list, indent: 0, isFirstInline: false)
        default:
            inline(value, foldIndent: 0)
            newline()
        }
    }

    private mutating func entries(_ mapping: Mapping, indent: Int, isFirstInline: Bool) {
        for (index, entry) in mapping.entries.enumerated() {
            self.entry(entry.key, entry.value, indent: indent, isInline: isFirstInline && index == 0)
        }
    }

    mutating func entry(_ key: Value, _ value: Value, indent: Int, isInline: Bool = false) {
        if !isInline { pad(indent) }
        simpleKey(key)
        put(UInt8(ascii: ":"))
        switch value {
        case .mapping(let mapping) where !mapping.isEmpty:
            newline()
            entries(mapping, indent: indent + 2, isFirstInline: false)
        case .list(let list) where !list.isEmpty:
            newline()
            items(list, indent: indent, isFirstInline: false)
        case .null:
            newline()
        default:
            put(UInt8(ascii: " "))
            inline(value, foldIndent: indent + 2)
            newline()
        }
    }

    private mutating func items(_ list: [Value], indent: Int, isFirstInline: Bool) {
        for (index, item) in list.enumerated() {
            if !isFirstInline || index > 0 { pad(indent) }
            put(UInt8(ascii: "-"))
            put(UInt8(ascii: " "))
            switch item {
            case .mapping(let mapping) where !mapping.isEmpty:
                entries(mapping, indent: indent + 2, isFirstInline: true)
            case .list(let inner) where !inner.isEmpty:
                items(inner, indent: indent + 2, isFirstInline: true)
            case .null:
                newline()
            default:
                inline(item, foldIndent: indent + 2)
                newline()
            }
        }
    }

    private mutating func inline(_ value: Value, foldIndent: Int) {
        switch value {
        case .null: put("null")
        case .bool(let bool): put(bool ? "true" : "false")
        case .int(let int): put(String(int))
        case .bigInt(let digits): put(digits)
        case .float(let number): put(PythonNumber.yaml(number))
        case .timestamp(let text): put(text)
        case .string(let text): scalar(text, foldIndent: foldIndent)
        case .list: put("[]")
        case .mapping: put("{}")
        }
    }

    private mutating func simpleKey(_ key: Value) {
        guard case .string(let text) = key else { return inline(key, foldIndent: 0) }
        // A key stays on one line.
        var emitter = YAMLEmitter(width: Int.max)
        emitter.scalar(text, foldIndent: 0)
        output += emitter.output
        column += emitter.column
    }

    mutating func scalar(_ text: String, foldIndent: Int) {
        let scalars = Array(text.unicodeScalars)
        switch YAMLStyle.choose(scalars) {
        case .plain: plain(scalars, foldIndent)
        case .single: single(scalars, foldIndent)
        case .double: double(scalars, foldIndent)
        }
    }

    mutating func put(_ byte: UInt8) {
        output.append(byte)
        column += 1
    }

    mutating func put(_ text: String) {
        output += text.utf8
        column += text.unicodeScalars.count
    }

    mutating func put(_ scalars: ArraySlice<Unicode.Scalar>) {
        for scalar in scalars { UTF8.encode(scalar).map { output += $0 } }
        column += scalars.count
    }

    mutating func newline() {
        output.append(10)
        column = 0
    }

    mutating func pad(_ count: Int) {
        for _ in 0..<count { put(UInt8(ascii: " ")) }
    }
}
