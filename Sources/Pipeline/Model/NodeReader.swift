import Files
import Formats

/// Reads the parts of a YAML document that must have a certain shape, and says where one has not.
struct NodeReader {
    /// The file's name for messages.
    let file: String
    let bytes: [UInt8]

    /// An entry of a mapping.
    struct Entry {
        let key: String
        let keyNode: YAMLNode
        let value: YAMLNode
    }

    /// An error at a node.
    func error(at node: YAMLNode, _ problem: String) -> FormatError {
        FormatError(file: file, position: node.start, problem: problem, text: bytes)
    }

    /// The entries of a mapping in the order of the file; `<<` brings in those of other mappings, and they come first.
    ///
    /// - Parameter what: The thing for messages, such as `stage 'train'`.
    /// - Throws: `FormatError` for another kind of node, a key that is no string, or one that is there twice.
    func entries(of node: YAMLNode, _ what: String, isRaw: Bool = false, depth: Int = 0) throws(FormatError) -> [Entry]
    {
        guard case .mapping(let pairs) = node.content else { throw error(at: node, "expected a mapping for \(what)") }
        var own: [Entry] = []
        own.reserveCapacity(pairs.count)
        var merged: [Entry] = []
        var seen: Set<ExactString> = []
        for pair in pairs {
            if case .scalar("<<", .plain, _) = pair.key.content {
                guard depth < 16 else { throw error(at: pair.key, "merge keys are nested too deeply") }
                merged += try mergedEntries(pair.value, isRaw: isRaw, depth: depth + 1)
                continue
            }
            let key = try isRaw ? rawKey(pair.key, what) : string(pair.key, "a key of \(what)")
            if !seen.insert(ExactString(key)).inserted { throw error(at: pair.key, "key '\(key)' is there twice") }
            own.append(Entry(key: key, keyNode: pair.key, value: pair.value))
        }
        return merged.filter { seen.insert(ExactString($0.key)).inserted } + own
    }

    /// The entries of a mapping in a lock file: like ``entries(of:_:depth:)``, but keys are never expressions.
    func rawEntries(of node: YAMLNode, _ what: String) throws(FormatError) -> [Entry] {
        try entries(of: node, what, isRaw: true)
    }

    private func rawKey(_ node: YAMLNode, _ what: String) throws(FormatError) -> String {
        guard let text = node.scalarText else { throw error(at: node, "expected a string for a key of \(what)") }
        return text
    }

    private func mergedEntries(_ node: YAMLNode, isRaw: Bool, depth: Int) throws(FormatError) -> [Entry] {
        guard case .sequence(let nodes) = node.content else {
            return try entries(of: node, "a merge key", isRaw: isRaw, depth: depth)
        }
        var result: [Entry] = []
        for node in nodes { result += try entries(of: node, "a merge key", isRaw: isRaw, depth: depth) }
        return result
    }

    /// The elements of a list.
    func list(_ node: YAMLNode, _ what: String) throws(FormatError) -> [YAMLNode] {
        guard case .sequence(let nodes) = node.content else {
            throw error(at: node, "expected a list for \(what)")
        }
        return nodes
    }

    /// A string as a command sees it.
    ///
    /// - Throws: `FormatError` for another kind of value, a NUL, or a `${…}` expression.
    func string(_ node: YAMLNode, _ what: String) throws(FormatError) -> String {
        guard case .string(let text) = try scalar(node, what) else {
            throw error(at: node, "expected a string for \(what)")
        }
        if text.utf8.contains(0) { throw error(at: node, "a NUL character in \(what)") }
        if TemplateGuard.expressionOffset(in: text) != nil {
            throw error(at: node, "'${}' is not supported yet in \(what); write '\\${' for a literal '${'")
        }
        return TemplateGuard.unescaped(text)
    }

    /// A path: a string that is not empty.
    func path(_ node: YAMLNode, _ what: String) throws(FormatError) -> String {
        let text = try string(node, what)
        if text.isEmpty { throw error(at: node, "expected a path for \(what)") }
        return text
    }

    func bool(_ node: YAMLNode, _ what: String) throws(FormatError) -> Bool {
        guard case .bool(let value) = try scalar(node, what) else {
            throw error(at: node, "expected true or false for \(what)")
        }
        return value
    }

    /// A list of strings.
    func strings(_ node: YAMLNode, _ what: String) throws(FormatError) -> [String] {
        var result: [String] = []
        for element in try list(node, what) { result.append(try string(element, what)) }
        return result
    }

    /// Anything, with `\${` undone in its strings.
    ///
    /// - Throws: `FormatError` for a `${…}` expression inside.
    func value(_ node: YAMLNode, _ what: String) throws(FormatError) -> Value {
        let value = try YAML.value(of: node, file: file)
        guard let resolved = Self.unescaped(value) else {
            throw error(at: node, "'${}' is not supported yet in \(what); write '\\${' for a literal '${'")
        }
        return resolved
    }

    /// Whether a node is null.
    func isNull(_ node: YAMLNode) -> Bool {
        guard case .scalar(let text, .plain, nil) = node.content else { return false }
        return text.isEmpty || text == "~" || text == "null" || text == "Null" || text == "NULL"
    }

    private func scalar(_ node: YAMLNode, _ what: String) throws(FormatError) -> Value? {
        guard case .scalar(let text, let style, let tag) = node.content else { return nil }
        if style != .plain && tag == nil { return .string(text) }
        return try YAML.value(of: node, file: file)
    }

    /// The value with `\${` undone; `nil` where it holds an expression.
    private static func unescaped(_ value: Value) -> Value? {
        switch value {
        case .string(let text):
            return TemplateGuard.expressionOffset(in: text) == nil ? .string(TemplateGuard.unescaped(text)) : nil
        case .list(let list):
            var result: [Value] = []
            for element in list {
                guard let element = unescaped(element) else { return nil }
                result.append(element)
            }
            return .list(result)
        case .mapping(let mapping):
            var result = Mapping()
            for entry in mapping.entries {
                guard let key = unescaped(entry.key), let value = unescaped(entry.value) else { return nil }
                result.entries.append(.init(key: key, value: value))
            }
            return .mapping(result)
        default: return value
        }
    }

    /// An error for a key that does not belong here, with what may be meant.
    func unknownKey(_ entry: Entry, of what: String, expected: [String]) -> FormatError {
        let similar = Similarity.closest(to: entry.key, among: expected)
        let advice =
            similar.isEmpty
            ? "expected one of \(expected.joined(separator: ", "))" : "did you mean '\(similar[0])'?"
        return error(at: entry.keyNode, "unknown key '\(entry.key)' in \(what), \(advice)")
    }
}
