import Clibyaml

/// Builds the tree of the one document of a text, without recursion.
struct YAMLTree {
    /// Deeper texts are refused; people nest ten levels, hostile texts a million.
    static let maximumDepth = 200

    private static let collectionTags = ["!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"]

    private struct Frame {
        let isMapping: Bool
        let isFlow: Bool
        let start: SourcePosition
        let anchor: String?
        var children: [YAMLNode] = []
    }

    private var frames: [Frame] = []
    /// By the bytes of their names; open collections are not in it yet, so no node contains itself.
    private var anchors: [[UInt8]: YAMLNode] = [:]
    private var openAnchors: Set<[UInt8]> = []
    private var root: YAMLNode?

    static func read(_ bytes: [UInt8], file: String) throws(FormatError) -> YAMLNode? {
        if bytes.isEmpty { return nil }
        let result: Result<YAMLNode?, FormatError> = bytes.withUnsafeBufferPointer { text in
            do throws(FormatError) {
                let events = try YAMLEvents(text, file: file)
                var tree = YAMLTree()
                return .success(try tree.build(events))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private mutating func build(_ events: YAMLEvents) throws(FormatError) -> YAMLNode? {
        var documents = 0
        while true {
            try events.advance()
            switch events.event.type {
            case YAML_DOCUMENT_START_EVENT:
                documents += 1
                if documents > 1 {
                    throw events.error("there is more than one document in the file", at: events.start)
                }
            case YAML_SCALAR_EVENT: add(scalar(events))
            case YAML_ALIAS_EVENT: add(try alias(events))
            case YAML_SEQUENCE_START_EVENT, YAML_MAPPING_START_EVENT:
                guard frames.count < Self.maximumDepth else {
                    throw events.error("it is nested deeper than \(Self.maximumDepth) levels", at: events.start)
                }
                try open(events)
            case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: close(at: events.end)
            case YAML_STREAM_END_EVENT: return root
            default: break
            }
        }
    }

    private func scalar(_ events: YAMLEvents) -> YAMLNode {
        let scalar = events.event.data.scalar
        let style: YAMLNode.ScalarStyle =
            switch scalar.style {
            case YAML_SINGLE_QUOTED_SCALAR_STYLE: .single
            case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .double
            case YAML_LITERAL_SCALAR_STYLE: .literal
            case YAML_FOLDED_SCALAR_STYLE: .folded
            default: .plain
            }
        let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
        let tag = Self.text(scalar.tag)
        let isDecorated = scalar.anchor != nil || scalar.tag != nil
        return YAMLNode(
            content: .scalar(text: text, style: style, tag: tag),
            start: isDecorated ? events.contentStart : events.start, end: events.end, isFlow: false,
            anchor: Self.text(scalar.anchor), isAlias: false)
    }

    private func alias(_ events: YAMLEvents) throws(FormatError) -> YAMLNode {
        let name = Self.text(events.event.data.alias.anchor) ?? ""
        let key = Array(name.utf8)
        guard let target = anchors[key], !openAnchors.contains(key) else {
            let problem =
                openAnchors.contains(key) ? "'*\(name)' stands for what contains it" : "undefined alias '\(name)'"
            throw events.error(problem, at: events.start)
        }
        return YAMLNode(
            content: target.content, start: events.start, end: events.end, isFlow: target.isFlow, anchor: name,
            isAlias: true)
    }

    private mutating func open(_ events: YAMLEvents) throws(FormatError) {
        let isMapping = events.event.type == YAML_MAPPING_START_EVENT
        let anchor =
            isMapping ? events.event.data.mapping_start.anchor : events.event.data.sequence_start.anchor
        let tag = isMapping ? events.event.data.mapping_start.tag : events.event.data.sequence_start.tag
        if let tag = Self.text(tag), !Self.collectionTags.contains(tag) {
            throw events.error("unknown tag '\(tag)'", at: events.start)
        }
        let isFlow =
            isMapping
            ? events.event.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE
            : events.event.data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE
        let isDecorated = anchor != nil || tag != nil
        let name = Self.text(anchor)
        if let name { openAnchors.insert(Array(name.utf8)) }
        frames.append(
            Frame(
                isMapping: isMapping, isFlow: isFlow, start: isDecorated ? events.contentStart : events.start,
                anchor: name))
    }

    private mutating func close(at end: SourcePosition) {
        guard let frame = frames.popLast() else { return }
        let end = frame.isFlow ? end : frame.children.last?.end ?? end
        let content: YAMLNode.Content
        if frame.isMapping {
            var entries: [(key: YAMLNode, value: YAMLNode)] = []
            entries.reserveCapacity(frame.children.count / 2)
            for index in stride(from: 1, to: frame.children.count, by: 2) {
                entries.append((frame.children[index - 1], frame.children[index]))
            }
            content = .mapping(entries)
        } else {
            content = .sequence(frame.children)
        }
        add(
            YAMLNode(
                content: content, start: frame.start, end: end, isFlow: frame.isFlow, anchor: frame.anchor,
                isAlias: false))
    }

    private mutating func add(_ node: YAMLNode) {
        if let anchor = node.anchor, !node.isAlias {
            openAnchors.remove(Array(anchor.utf8))
            anchors[Array(anchor.utf8)] = node
        }
        if frames.isEmpty {
            root = node
        } else {
            frames[frames.count - 1].children.append(node)
        }
    }

    private static func text(_ pointer: UnsafeMutablePointer<UInt8>?) -> String? {
        pointer.map { String(cString: $0) }
    }
}
