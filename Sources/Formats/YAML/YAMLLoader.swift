/// Turns nodes into values.
struct YAMLLoader {
    /// How many nodes aliases and merges may add to those that are written out.
    static let maximumExpansion = 1_000_000

    let file: String
    private var expanded = 0
    private var aliasDepth = 0
    private var depth = 0

    init(file: String) { self.file = file }

    mutating func value(of node: YAMLNode) throws(FormatError) -> Value {
        if node.isAlias { aliasDepth += 1 }
        defer { if node.isAlias { aliasDepth -= 1 } }
        if aliasDepth > 0 { try count(1, at: node) }
        switch node.content {
        case .scalar(let text, let style, let tag):
            return try scalar(text, style: style, tag: tag, at: node)
        case .sequence(let children):
            try descend(at: node)
            defer { depth -= 1 }
            var values: [Value] = []
            values.reserveCapacity(children.count)
            for child in children { values.append(try value(of: child)) }
            return .list(values)
        case .mapping(let entries):
            try descend(at: node)
            defer { depth -= 1 }
            return .mapping(Mapping(entries: try mapping(entries)))
        }
    }

    /// Aliases inside the targets of aliases can pile up more levels than the text has.
    private mutating func descend(at node: YAMLNode) throws(FormatError) {
        depth += 1
        if depth > YAMLTree.maximumDepth {
            throw error("it is nested deeper than \(YAMLTree.maximumDepth) levels", node)
        }
    }

    private mutating func count(_ nodes: Int, at node: YAMLNode) throws(FormatError) {
        expanded += nodes
        if expanded > Self.maximumExpansion { throw error("its aliases stand for too much data", node) }
    }

    // MARK: Scalars

    private func scalar(
        _ text: String, style: YAMLNode.ScalarStyle, tag: String?, at node: YAMLNode
    ) throws(FormatError) -> Value {
        guard let tag else {
            guard style == .plain else { return .string(text) }
            switch YAMLScalar.resolve(text) {
            case .value(let value): return value
            case .merge, .defaultValue: throw error("'\(text)' has no meaning as a value: quote it", node)
            }
        }
        let prefix = "tag:yaml.org,2002:"
        switch tag.hasPrefix(prefix) ? String(tag.dropFirst(prefix.count)) : tag {
        case "str", "!": return .string(text)
        case "null": return .null
        case "bool": if let value = YAMLScalar.taggedBool(text) { return .bool(value) }
        case "int": if let value = YAMLScalar.int(text) { return value }
        case "float": if let value = YAMLScalar.float(text) { return .float(value) }
        case "timestamp": if YAMLScalar.isTimestamp(text) { return .timestamp(text) }
        default: throw error("unknown tag '\(tag)'", node)
        }
        throw error("'\(text)' does not fit its tag '\(tag)'", node)
    }

    // MARK: Mappings

    private mutating func mapping(
        _ pairs: [(key: YAMLNode, value: YAMLNode)]
    ) throws(FormatError) -> [Mapping.Entry] {
        guard let merge = pairs.firstIndex(where: { Self.isMerge($0.key) }) else {
            var entries: [Mapping.Entry] = []
            entries.reserveCapacity(pairs.count)
            var keys = KeySet()
            for pair in pairs {
                let key = try self.key(of: pair.key)
                guard keys.insert(key, among: entries) else { throw duplicate(key, pair.key) }
                entries.append(.init(key: key, value: try value(of: pair.value)))
            }
            return entries
        }
        if let second = pairs[(merge + 1)...].first(where: { Self.isMerge($0.key) }) {
            throw error("duplicate merge key '<<'", second.key)
        }
        var merged = MergedEntries()
        try addMerged(pairs[merge].value, to: &merged)
        for (index, pair) in pairs.enumerated() where index != merge {
            merged.set(try key(of: pair.key), try value(of: pair.value))
        }
        return merged.entries
    }

    /// The mapping, or those of a list in reverse, so that the first one wins.
    private mutating func addMerged(_ node: YAMLNode, to merged: inout MergedEntries) throws(FormatError) {
        let sources: [YAMLNode]
        switch node.content {
        case .mapping: sources = [node]
        case .sequence(let nodes): sources = nodes.reversed()
        case .scalar: throw error("only a mapping or a list of mappings can be merged", node)
        }
        for source in sources {
            guard case .mapping(let pairs) = source.content else {
                throw error("only a mapping or a list of mappings can be merged", source)
            }
            try count(pairs.count, at: source)
            guard case .mapping(let mapping) = try value(of: source) else { continue }
            for entry in mapping.entries { merged.set(entry.key, entry.value) }
        }
    }

    private mutating func key(of node: YAMLNode) throws(FormatError) -> Value {
        if case .scalar("=", .plain, nil) = node.content { return .string("=") }
        let key = try value(of: node)
        guard Self.canBeKey(key) else { throw error("a mapping cannot be a key", node) }
        return key
    }

    private static func canBeKey(_ value: Value) -> Bool {
        switch value {
        case .mapping: false
        case .list(let values): values.allSatisfy(canBeKey)
        default: true
        }
    }

    private static func isMerge(_ node: YAMLNode) -> Bool {
        guard case .scalar(let text, let style, let tag) = node.content else { return false }
        return tag == "tag:yaml.org,2002:merge" || (tag == nil && style == .plain && text.isIdentical(to: "<<"))
    }

    private func duplicate(_ key: Value, _ node: YAMLNode) -> FormatError {
        error("duplicate key '\(PythonText.str(key))'", node)
    }

    private func error(_ problem: String, _ node: YAMLNode) -> FormatError {
        FormatError(file: file, position: node.start, problem: problem)
    }
}
