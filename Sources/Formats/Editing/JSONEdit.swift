/// Edits of a JSON text.
enum JSONEdit {
    static func apply(
        _ change: ParameterEdit.Change, at path: [String], to bytes: [UInt8], name: String
    ) throws -> [UInt8] {
        // Whether it is JSON is known by then; the outline only finds the places.
        _ = try JSON.parse(bytes, file: name)
        var outline = JSONOutline(bytes)
        guard let root = outline.document() else { throw EditRefusal("its layout is too unusual") }
        return try FlowEdit(bytes: bytes, dialect: .json).apply(change, at: path[...], in: root)
    }
}

/// The places of the values in a text that is known to be JSON.
struct JSONOutline {
    private var cursor: TextCursor

    init(_ bytes: [UInt8]) { cursor = TextCursor(bytes, file: "", format: "JSON") }

    mutating func document() -> FlowNode? {
        skipBlanks()
        return value()
    }

    private mutating func skipBlanks() { cursor.skip { $0 <= 0x20 } }

    private mutating func value() -> FlowNode? {
        let start = cursor.index
        switch cursor.byte {
        case UInt8(ascii: "{"):
            guard let pairs = pairs() else { return nil }
            return FlowNode(.mapping(pairs), start..<cursor.index)
        case UInt8(ascii: "["):
            guard let items = items() else { return nil }
            return FlowNode(.list(items), start..<cursor.index)
        case UInt8(ascii: "\""): skipString()
        default: cursor.skip { $0 > 0x20 && $0 != 0x2C && $0 != 0x5D && $0 != 0x7D }
        }
        return cursor.index > start ? FlowNode(scalar: start..<cursor.index) : nil
    }

    private mutating func skipString() {
        cursor.index += 1
        while let byte = cursor.byte, byte != UInt8(ascii: "\"") { cursor.index += byte == UInt8(ascii: "\\") ? 2 : 1 }
        cursor.index += 1
    }

    private mutating func pairs() -> [FlowNode.Pair]? {
        cursor.index += 1
        var pairs: [FlowNode.Pair] = []
        skipBlanks()
        if cursor.take("}") { return pairs }
        repeat {
            skipBlanks()
            let range =
                cursor
                .index..<{
                    skipString(); return cursor.index
                }()
            guard let key = try? JSON.parse(Array(cursor.bytes[range]), file: "").string else { return nil }
            skipBlanks()
            guard cursor.take(":") else { return nil }
            skipBlanks()
            guard let value = value() else { return nil }
            pairs.append(.init(key: key, keyRange: range, value: value))
            skipBlanks()
        } while cursor.take(",")
        return cursor.take("}") ? pairs : nil
    }

    private mutating func items() -> [FlowNode]? {
        cursor.index += 1
        var items: [FlowNode] = []
        skipBlanks()
        if cursor.take("]") { return items }
        repeat {
            skipBlanks()
            guard let item = value() else { return nil }
            items.append(item)
            skipBlanks()
        } while cursor.take(",")
        return cursor.take("]") ? items : nil
    }
}
