/// A string that is compared, ordered and hashed by its bytes.
///
/// Swift's own comparison takes composed and decomposed letters for equal; paths and keys must not.
/// The order of UTF-8 bytes is the order of Unicode code points.
package struct ExactString: Hashable, Comparable, Sendable, ExpressibleByStringLiteral {
    /// As it was given; nothing is normalised.
    package let text: String

    /// Takes any text; nothing is normalised.
    package init(_ text: String) { self.text = text }
    /// Lets literals stand for keys.
    package init(stringLiteral text: String) { self.text = text }

    /// The same bytes; `é` composed and decomposed are two.
    package static func == (left: Self, right: Self) -> Bool { left.text.isIdentical(to: right.text) }

    /// The order of the UTF-8 bytes, as git and DVC sort paths.
    package static func < (left: Self, right: Self) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }

    /// Of the bytes, as `==` compares.
    package func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}

extension String {
    /// Whether both are the same bytes.
    package func isIdentical(to other: String) -> Bool {
        let isEqual = utf8.withContiguousStorageIfAvailable { bytes in
            other.utf8.withContiguousStorageIfAvailable { bytes.count == $0.count && bytes.elementsEqual($0) }
        }
        return (isEqual ?? nil) ?? utf8.elementsEqual(other.utf8)
    }
}
