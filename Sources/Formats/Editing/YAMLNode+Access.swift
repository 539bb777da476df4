extension YAMLNode {
    var pairs: [(key: YAMLNode, value: YAMLNode)]? { if case .mapping(let pairs) = content { pairs } else { nil } }
    var items: [YAMLNode]? { if case .sequence(let items) = content { items } else { nil } }

    /// Whether nothing is written where the value should stand.
    var isEmptyScalar: Bool { scalarText == "" && start.offset == end.offset }
}
