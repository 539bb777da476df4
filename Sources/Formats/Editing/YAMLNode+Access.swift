extension YAMLNode {
    var pairs: [(key: YAMLNode, value: YAMLNode)]? { if case .mapping(let pairs) = content { pairs } else { nil } }
    var items: [YAMLNode]? { if case .sequence(let items) = content { items } else { nil } }

    /// Whether nothing is written where the value should stand.
    var isEmptyScalar: Bool { scalarText == "" && start.offset == end.offset }

    /// Whether the node ends with a block text to which the empty lines below it belong.
    func endsWithKeptLines(_ bytes: [UInt8]) -> Bool {
        if isAlias || isFlow { return false }
        if let last = pairs?.last?.value ?? items?.last { return last.endsWithKeptLines(bytes) }
        guard case .scalar(_, let style, _) = content, style == .literal || style == .folded else { return false }
        return bytes[start.offset..<end.offset].prefix { $0 != 10 }.contains(UInt8(ascii: "+"))
    }
}
