/// A value in brackets, or a single word or text, with the places of its parts.
///
/// The bracketed values of YAML, JSON, TOML and Python have the same build, so one editor serves all of them.
struct FlowNode {
    struct Pair {
        let key: String
        let keyRange: Range<Int>
        let value: FlowNode
    }

    enum Content {
        case scalar
        case list([FlowNode])
        case mapping([Pair])
    }

    var content = Content.scalar
    let range: Range<Int>
    /// Whether it stands for a value elsewhere in the file.
    var isAlias = false

    init(_ content: Content, _ range: Range<Int>) {
        self.content = content
        self.range = range
    }

    /// A single word or text.
    init(scalar range: Range<Int>) { self.range = range }
}

extension FlowNode {
    /// A node of a YAML tree; aliases are not followed.
    init(yaml node: YAMLNode) {
        range = node.start.offset..<node.end.offset
        isAlias = node.isAlias
        if isAlias { return }
        if let items = node.items { content = .list(items.map(FlowNode.init(yaml:))) }
        if let pairs = node.pairs {
            content = .mapping(
                pairs.compactMap { key, value in
                    key.scalarText.map {
                        Pair(key: $0, keyRange: key.start.offset..<key.end.offset, value: FlowNode(yaml: value))
                    }
                })
        }
    }
}

/// Why a text cannot be edited at some place.
struct EditRefusal: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }

    static let notMapping = EditRefusal("a part of it is not a mapping")
    static let alias = EditRefusal("the value belongs to an anchor elsewhere in the file")
    static let element = EditRefusal("a list keeps its elements; give the whole list")
}

extension [UInt8] {
    /// The line end that the text uses.
    var lineEnd: String {
        guard let lineFeed = firstIndex(of: 10), lineFeed > 0, self[lineFeed - 1] == 13 else { return "\n" }
        return "\r\n"
    }

    /// Where the line with a place begins.
    func lineStart(of place: Int) -> Int { self[..<place].lastIndex(of: 10).map { $0 + 1 } ?? 0 }

    /// Where the line behind the one with a place begins; the end of the text if there is none.
    func nextLine(after place: Int) -> Int { self[place...].firstIndex(of: 10).map { $0 + 1 } ?? count }

    /// Where the line with a place ends, its line end left out.
    func lineTextEnd(after place: Int) -> Int {
        guard let lineFeed = self[place...].firstIndex(of: 10) else { return count }
        return lineFeed > place && self[lineFeed - 1] == 13 ? lineFeed - 1 : lineFeed
    }

    /// Whether only blanks stand in a range.
    func isBlank(_ range: Range<Int>) -> Bool { self[range].allSatisfy { $0 == 0x20 || $0 == 0x09 } }

    /// Whether nothing but blanks stands in the line whose line feed is at a place.
    func isBlankLine(endingAt lineFeed: Int) -> Bool {
        self[lineStart(of: lineFeed)..<lineFeed].allSatisfy { $0 <= 0x20 }
    }

    func replacing(_ range: Range<Int>, with text: String) -> [UInt8] {
        var result = self
        result.replaceSubrange(range, with: Array(text.utf8))
        return result
    }
}
