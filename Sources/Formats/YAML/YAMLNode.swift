import Files

/// A piece of a YAML document as it stands in the text.
package struct YAMLNode: Sendable {
    package enum Style: Sendable { case plain, single, double, literal, folded }

    package struct Pair: Sendable {
        package let key: YAMLNode
        package let value: YAMLNode
    }

    package enum Content: Sendable {
        case scalar(text: String, style: Style, tag: String?)
        case sequence([YAMLNode])
        case mapping([Pair])
    }

    package let content: Content
    package let start: SourcePosition
    /// Just behind the last character; of a block collection, behind its last child.
    package let end: SourcePosition
    /// Whether a collection is written with brackets or braces.
    package let isFlow: Bool
    package let anchor: String?
    /// Whether an alias stands here; the content is that of the anchor then.
    package let isAlias: Bool
    /// How many nodes this one is made of, aliases counted in full.
    let weight: Int
}

extension YAMLNode {
    package var pairs: [Pair]? { if case .mapping(let pairs) = content { pairs } else { nil } }
    package var items: [YAMLNode]? { if case .sequence(let items) = content { items } else { nil } }

    /// The text of a scalar.
    package var text: String? { if case .scalar(let text, _, _) = content { text } else { nil } }

    /// The last value of a key; keys are compared by their bytes.
    package subscript(key: String) -> YAMLNode? { pair(key)?.value }

    /// The last pair of a key.
    package func pair(_ key: String) -> Pair? {
        pairs?.last { $0.key.text?.isIdentical(to: key) ?? false }
    }
}
