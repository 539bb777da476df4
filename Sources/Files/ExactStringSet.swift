/// Texts in the order in which they came, each of them once.
///
/// Most such sets are small: a few texts are compared one by one, which needs no hashing.
package struct ExactStringSet {
    private static let few = 16
    private var first: [String] = []
    private var rest: [ExactString: Int] = [:]
    private var count: Int { first.count + rest.count }

    /// A set without texts.
    package init() {}

    /// The number of texts that came before this one, which is taken in where it is new.
    package mutating func place(of text: String) -> Int {
        if let known = first.firstIndex(where: { $0.isIdentical(to: text) }) { return known }
        if first.count < Self.few {
            first.append(text)
            return first.count - 1
        }
        let place = count
        if let known = rest[ExactString(text)] { return known }
        rest[ExactString(text)] = place
        return place
    }

    /// Takes a text in.
    ///
    /// - Returns: Whether it was not yet there.
    package mutating func insert(_ text: String) -> Bool {
        let known = count
        return place(of: text) == known
    }
}
