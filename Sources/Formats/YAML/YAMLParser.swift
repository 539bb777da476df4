import Clibyaml
import Files

/// Builds nodes out of libyaml's events.
///
/// Depth and size are bounded, so a hostile document costs no more than a large one.
final class YAMLParser {
    private static let depthLimit = 200
    private static let weightLimit = 5_000_000

    private let bytes: [UInt8]
    private let file: String
    private var parser = yaml_parser_t()
    private var event = yaml_event_t()
    private var hasEvent = false
    private var anchors: [String: YAMLNode] = [:]
    private var weight = 0
    /// The byte offset of each code point; empty where the text is ASCII and both are the same.
    private let offsets: [Int32]

    init(_ bytes: [UInt8], file: String) {
        self.bytes = bytes
        self.file = file
        offsets = Self.codePointOffsets(bytes)
        yaml_parser_initialize(&parser)
    }

    deinit {
        if hasEvent { yaml_event_delete(&event) }
        yaml_parser_delete(&parser)
    }

    private static func codePointOffsets(_ bytes: [UInt8]) -> [Int32] {
        let isASCII = bytes.withUnsafeBufferPointer { $0.allSatisfy { $0 < 0x80 } }
        if isASCII { return [] }
        var offsets: [Int32] = []
        offsets.reserveCapacity(bytes.count)
        for (offset, byte) in bytes.enumerated() where byte & 0xC0 != 0x80 { offsets.append(Int32(offset)) }
        // libyaml does not count a byte order mark.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { offsets.removeFirst() }
        offsets.append(Int32(bytes.count))
        return offsets
    }

    /// The first document's root; `nil` where there is none.
    func parse() throws(FormatError) -> YAMLNode? {
        let result: Result<YAMLNode?, FormatError> = bytes.withUnsafeBufferPointer { buffer in
            yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING)
            yaml_parser_set_input_string(&parser, buffer.baseAddress, buffer.count)
            do throws(FormatError) {
                return .success(try document())
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private func document() throws(FormatError) -> YAMLNode? {
        try next()
        try next()
        guard event.type == YAML_DOCUMENT_START_EVENT else { return nil }
        try next()
        let root = try node(depth: 0)
        try next()
        if event.type == YAML_DOCUMENT_END_EVENT { try next() }
        if event.type == YAML_DOCUMENT_START_EVENT {
            throw error("only one document is expected in the file", position(event.start_mark))
        }
        return root
    }

    private func next() throws(FormatError) {
        if hasEvent { yaml_event_delete(&event) }
        hasEvent = false
        guard yaml_parser_parse(&parser, &event) == 1 else { throw syntaxError() }
        hasEvent = true
    }

    private func node(depth: Int) throws(FormatError) -> YAMLNode {
        weight += 1
        let start = position(event.start_mark)
        guard depth < Self.depthLimit else { throw error("nested deeper than \(Self.depthLimit) levels", start) }
        switch event.type {
        case YAML_ALIAS_EVENT:
            let name = String(cString: event.data.alias.anchor)
            guard let target = anchors[name] else { throw error("no anchor '&\(name)' stands before this alias", start) }
            weight += target.weight
            guard weight < Self.weightLimit else { throw error("the aliases expand to too many values", start) }
            return YAMLNode(
                content: target.content, start: start, end: position(event.end_mark), isFlow: target.isFlow, anchor: nil,
                isAlias: true, weight: target.weight)
        case YAML_SCALAR_EVENT:
            return remember(try scalar(start))
        case YAML_SEQUENCE_START_EVENT:
            return remember(try sequence(start, depth))
        case YAML_MAPPING_START_EVENT:
            return remember(try mapping(start, depth))
        default:
            throw error("a value was expected", start)
        }
    }

    private func remember(_ node: YAMLNode) -> YAMLNode {
        if let anchor = node.anchor { anchors[anchor] = node }
        return node
    }

    private func scalar(_ start: SourcePosition) throws(FormatError) -> YAMLNode {
        let data = event.data.scalar
        let raw = UnsafeBufferPointer(start: data.value, count: data.length)
        let text = String(decoding: raw, as: UTF8.self)
        let style: YAMLNode.Style =
            switch data.style {
            case YAML_SINGLE_QUOTED_SCALAR_STYLE: .single
            case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .double
            case YAML_LITERAL_SCALAR_STYLE: .literal
            case YAML_FOLDED_SCALAR_STYLE: .folded
            default: .plain
            }
        return YAMLNode(
            content: .scalar(text: text, style: style, tag: data.tag.map { Self.string($0) }), start: start,
            end: position(event.end_mark), isFlow: false, anchor: data.anchor.map { Self.string($0) }, isAlias: false,
            weight: 1)
    }

    private static func string(_ pointer: UnsafeMutablePointer<yaml_char_t>) -> String { String(cString: pointer) }

    private func sequence(_ start: SourcePosition, _ depth: Int) throws(FormatError) -> YAMLNode {
        let anchor = event.data.sequence_start.anchor.map { Self.string($0) }
        let isFlow = event.data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE
        let before = weight
        var items: [YAMLNode] = []
        try next()
        while event.type != YAML_SEQUENCE_END_EVENT {
            items.append(try node(depth: depth + 1))
            try next()
        }
        let end = isFlow ? position(event.end_mark) : items.last?.end ?? position(event.end_mark)
        return YAMLNode(
            content: .sequence(items), start: start, end: end, isFlow: isFlow, anchor: anchor, isAlias: false,
            weight: weight - before + 1)
    }

    private func mapping(_ start: SourcePosition, _ depth: Int) throws(FormatError) -> YAMLNode {
        let anchor = event.data.mapping_start.anchor.map { Self.string($0) }
        let isFlow = event.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE
        let before = weight
        var pairs: [YAMLNode.Pair] = []
        try next()
        while event.type != YAML_MAPPING_END_EVENT {
            let key = try node(depth: depth + 1)
            try next()
            let value = try node(depth: depth + 1)
            pairs.append(.init(key: key, value: value))
            try next()
        }
        try refuseDuplicates(pairs)
        let end = isFlow ? position(event.end_mark) : pairs.last?.value.end ?? position(event.end_mark)
        return YAMLNode(
            content: .mapping(pairs), start: start, end: end, isFlow: isFlow, anchor: anchor, isAlias: false,
            weight: weight - before + 1)
    }

    private func refuseDuplicates(_ pairs: [YAMLNode.Pair]) throws(FormatError) {
        var seen = Set<ExactString>(minimumCapacity: pairs.count)
        for pair in pairs {
            guard let text = pair.key.text, text != "<<" else { continue }
            guard seen.insert(ExactString(text)).inserted else {
                throw error("key '\(text)' stands here twice", pair.key.start)
            }
        }
    }

    private func position(_ mark: yaml_mark_t) -> SourcePosition {
        let offset = offsets.isEmpty ? mark.index : Int(offsets[min(mark.index, offsets.count - 1)])
        return SourcePosition(offset: min(offset, bytes.count), line: mark.line + 1, column: mark.column + 1)
    }

    private func error(_ problem: String, _ position: SourcePosition) -> FormatError {
        FormatError(file: file, position: position, problem: problem, source: bytes)
    }

    private func syntaxError() -> FormatError {
        let problem = parser.problem.map { String(cString: $0) } ?? "it is not YAML"
        let context = parser.context.map { String(cString: $0) + ": " } ?? ""
        let conflict = bytes.starts(with: "<<<<<<< ".utf8) || contains("\n<<<<<<< ")
        var place = position(parser.problem_mark)
        if parser.error == YAML_READER_ERROR {
            let before = bytes[..<min(parser.problem_offset, bytes.count)]
            let line = before.count { $0 == 10 } + 1
            let column = before.count - (before.lastIndex(of: 10).map { $0 + 1 } ?? 0) + 1
            place = SourcePosition(offset: before.count, line: line, column: column)
        }
        return FormatError(
            file: file, position: place, problem: "not valid YAML: \(context)\(problem)", source: bytes,
            hint: conflict ? "it holds the marks of a merge conflict: resolve it first" : nil)
    }

    private func contains(_ text: String) -> Bool {
        let needle = Array(text.utf8)
        guard bytes.count >= needle.count else { return false }
        return (0...(bytes.count - needle.count)).contains { bytes[$0] == needle[0] && bytes[$0...].starts(with: needle) }
    }
}
