/// Reading TOML 1.0 with the order of its keys and the place of each value.
package enum TOML {
    /// - Throws: ``FormatError`` where it is not TOML.
    package static func parse(_ bytes: [UInt8], file: String) throws(FormatError) -> Value {
        var parser = TOMLParser(bytes, file: file)
        return .mapping(try parser.document().value)
    }
}

/// A table while it is being read: its keys in order, and how it came to be.
final class TOMLTable {
    enum Item {
        case value(Value, FlowNode)
        case table(TOMLTable)
        case tables([TOMLTable])
    }

    var items: [(key: String, item: Item)] = []
    /// Behind the line of its header; `nil` for the root and for tables that only keys or deeper headers name.
    var headerEnd: Int?

    func item(_ key: String) -> Item? { items.first { $0.key.utf8.elementsEqual(key.utf8) }?.item }

    func set(_ key: String, _ item: Item) {
        if let index = items.firstIndex(where: { $0.key.utf8.elementsEqual(key.utf8) }) {
            items[index].item = item
        } else {
            items.append((key, item))
        }
    }

    var value: Mapping {
        Mapping(
            items.map { key, item in
                switch item {
                case .value(let value, _): (key, value)
                case .table(let table): (key, .mapping(table.value))
                case .tables(let tables): (key, .list(tables.map { .mapping($0.value) }))
                }
            })
    }
}

/// Reads TOML line by line.
struct TOMLParser {
    /// Deeper nesting, and dotted keys with more parts, are refused.
    static let maximalDepth = 100

    var cursor: TextCursor
    let root = TOMLTable()

    init(_ bytes: [UInt8], file: String) { cursor = TextCursor(bytes, file: file, format: "TOML") }

    mutating func document() throws(FormatError) -> TOMLTable {
        var table = root
        while true {
            skipBlankLines()
            if cursor.isAtEnd { return root }
            if cursor.take("[[") {
                let keys = try dottedKey()
                guard cursor.take("]]") else { throw cursor.error("']]' was expected") }
                table = try appendTable(keys)
            } else if cursor.take("[") {
                let keys = try dottedKey()
                guard cursor.take("]") else { throw cursor.error("']' was expected") }
                table = try openTable(keys)
            } else {
                _ = try keyValue(into: table, depth: 0)
                try endLine()
                continue
            }
            try endLine()
            table.headerEnd = cursor.index
        }
    }

    private func descend(_ keys: ArraySlice<String>, from start: TOMLTable) throws(FormatError) -> TOMLTable {
        var table = start
        for key in keys {
            switch table.item(key) {
            case nil:
                let new = TOMLTable()
                table.set(key, .table(new))
                table = new
            case .table(let next): table = next
            case .tables(let tables): table = tables[tables.count - 1]
            default: throw cursor.error("'\(key)' is no table")
            }
        }
        return table
    }

    private func openTable(_ keys: [String]) throws(FormatError) -> TOMLTable {
        let parent = try descend(keys.dropLast(), from: root)
        let table = try descend(keys.suffix(1), from: parent)
        if table.headerEnd != nil { throw cursor.error("table '\(keys.joined(separator: "."))' stands here twice") }
        return table
    }

    private func appendTable(_ keys: [String]) throws(FormatError) -> TOMLTable {
        let parent = try descend(keys.dropLast(), from: root)
        let key = keys[keys.count - 1]
        let table = TOMLTable()
        switch parent.item(key) {
        case nil: parent.set(key, .tables([table]))
        case .tables(let tables): parent.set(key, .tables(tables + [table]))
        default: throw cursor.error("'\(key)' is no list of tables")
        }
        return table
    }

    /// Reads a key and its value, and puts the value into a table.
    ///
    /// - Returns: The places of both; `nil` for a dotted key.
    mutating func keyValue(into table: TOMLTable, depth: Int) throws(FormatError) -> FlowNode.Pair? {
        let start = cursor.index
        let keys = try dottedKey()
        let keyEnd = cursor.index - cursor.bytes[..<cursor.index].reversed().prefix { $0 == 0x20 || $0 == 0x09 }.count
        guard cursor.take("=") else { throw cursor.error("'=' was expected") }
        skipBlanks()
        let value = try value(depth: depth)
        let owner = try descend(keys.dropLast(), from: table)
        let key = keys[keys.count - 1]
        if owner.item(key) != nil { throw cursor.error("key '\(key)' stands here twice", at: start) }
        owner.set(key, .value(value.value, value.node))
        return keys.count == 1 ? .init(key: key, keyRange: start..<keyEnd, value: value.node) : nil
    }

    private mutating func dottedKey() throws(FormatError) -> [String] {
        var keys: [String] = []
        repeat {
            skipBlanks()
            if cursor.byte == UInt8(ascii: "\"") {
                keys.append(try basicString())
            } else if cursor.byte == UInt8(ascii: "'") {
                keys.append(try literalString())
            } else {
                let start = cursor.index
                cursor.skip {
                    ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x5F || $0 == 0x2D
                }
                guard cursor.index > start else { throw cursor.error("a key was expected") }
                keys.append(cursor.text(from: start))
            }
            skipBlanks()
            if keys.count > Self.maximalDepth { throw cursor.error("a key has too many parts") }
        } while cursor.take(".")
        return keys
    }

    mutating func skipBlanks() { cursor.skip { $0 == 0x20 || $0 == 0x09 } }

    private mutating func skipComment() {
        if cursor.byte == UInt8(ascii: "#") { cursor.skip { $0 != 10 } }
    }

    mutating func skipBlankLines() {
        while true {
            cursor.skip { $0 == 0x20 || $0 == 0x09 || $0 == 10 || $0 == 13 }
            guard cursor.byte == UInt8(ascii: "#") else { return }
            skipComment()
        }
    }

    private mutating func endLine() throws(FormatError) {
        skipBlanks()
        skipComment()
        _ = cursor.take("\r")
        guard cursor.isAtEnd || cursor.take("\n") else { throw cursor.error("the line should end here") }
    }
}
