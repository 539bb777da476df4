/// A node of a YAML document, with its place in the text.
package struct YAMLNode: Sendable {
    /// How a scalar was written.
    package enum ScalarStyle: Hashable, Sendable {
        case plain, single, double, literal, folded
    }

    /// What a node is made of.
    package enum Content: Sendable {
        /// A scalar after unescaping and folding; the tag in full, `!` for the non-specific one.
        case scalar(text: String, style: ScalarStyle, tag: String?)
        /// The items in order.
        case sequence([YAMLNode])
        /// The entries in the order of the text; keys may repeat.
        case mapping([(key: YAMLNode, value: YAMLNode)])
    }

    /// With aliases resolved: that of the node with the anchor.
    package let content: Content
    /// The first byte of the node, after its anchor and tag.
    package let start: SourcePosition
    /// Behind the last byte. A block collection ends where its last child ends.
    package let end: SourcePosition
    /// Whether a collection is written with brackets or braces.
    package let isFlow: Bool
    /// The name of the anchor before the node, or the one that an alias names.
    package let anchor: String?
    /// Whether the text has `*anchor` here; the content is then that of the node with the anchor.
    package let isAlias: Bool
}

extension YAMLNode {
    /// The text of a scalar, whatever its style.
    package var scalarText: String? { if case .scalar(let text, _, _) = content { text } else { nil } }

    /// The value of the entry whose key is a scalar with exactly this text.
    package func entry(_ name: String) -> YAMLNode? {
        guard case .mapping(let entries) = content else { return nil }
        return entries.first { $0.key.scalarText?.isIdentical(to: name) == true }?.value
    }
}
