import Files
import Formats

/// Reads the parts of a YAML document that must have a certain shape, and says where one has not.
struct NodeReader {
    /// The file's name for messages.
    let file: String
    let bytes: [UInt8]
    /// What `${…}` means here; `nil` where text is only text.
    var scope: TemplateScope?
    private let meter = WorkMeter()

    init(file: String, bytes: [UInt8]) {
        self.file = file
        self.bytes = bytes
    }

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

    /// An error at the first place inside a node where the file has this text; at the node where it has not.
    func error(at node: YAMLNode, _ problem: String, pointingTo text: String) -> FormatError {
        let wanted = Array(text.utf8)
        let end = min(node.end.offset, bytes.count) - wanted.count
        var offset = node.start.offset
        while offset <= end, !bytes[offset...].starts(with: wanted) { offset += 1 }
        guard offset <= end else { return error(at: node, problem) }
        let place = SourcePosition(offset: offset, in: bytes)
        return FormatError(file: file, position: place, problem: problem, text: bytes)
    }

    /// Counts work of all readers of the file together.
    ///
    /// - Throws: `FormatError` where aliases, merge keys or templates stand for more than anybody writes.
    func spend(_ units: Int, at node: YAMLNode) throws(FormatError) {
        if !meter.spend(units) { throw error(at: node, "aliases, merge keys and templates stand for too much data") }
    }

    /// The entries of a mapping in the order of the file; `<<` brings in those of other mappings, and they come first.
    ///
    /// - Parameter what: The thing for messages, such as `stage 'train'`.
    /// - Throws: `FormatError` for another kind of node, a key that is no string, or one that is there twice.
    func entries(of node: YAMLNode, _ what: String, isRaw: Bool = false, depth: Int = 0) throws(FormatError) -> [Entry]
    {
        guard case .mapping(let pairs) = node.content else { throw error(at: node, "expected a mapping for \(what)") }
        try spend(pairs.count, at: node)
        var own: [Entry] = []
        own.reserveCapacity(pairs.count)
        var merged: [Entry] = []
        var seen = ExactStringSet()
        for pair in pairs {
            if case .scalar("<<", .plain, _) = pair.key.content {
                guard depth < 16 else { throw error(at: pair.key, "merge keys are nested too deeply") }
                merged += try mergedEntries(pair.value, isRaw: isRaw, depth: depth + 1)
                continue
            }
            let key = try isRaw ? rawKey(pair.key, what) : string(pair.key, "a key of \(what)")
            if !seen.insert(key) { throw error(at: pair.key, "key '\(key)' is there twice") }
            own.append(Entry(key: key, keyNode: pair.key, value: pair.value))
        }
        return merged.filter { seen.insert($0.key) } + own
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
        try spend(nodes.count, at: node)
        var result: [Entry] = []
        for node in nodes { result += try entries(of: node, "a merge key", isRaw: isRaw, depth: depth) }
        return result
    }

    /// The elements of a list.
    func list(_ node: YAMLNode, _ what: String) throws(FormatError) -> [YAMLNode] {
        guard case .sequence(let nodes) = node.content else {
            throw error(at: node, "expected a list for \(what)")
        }
        try spend(nodes.count, at: node)
        return nodes
    }

    /// A string, its expressions resolved.
    ///
    /// - Parameter isCommand: Whether a mapping that an expression names becomes arguments.
    /// - Throws: `FormatError` for another kind of value, a NUL, or an expression that cannot be resolved.
    func string(_ node: YAMLNode, _ what: String, isCommand: Bool = false) throws(FormatError) -> String {
        guard case .string(let text) = try scalar(node, what) else {
            throw error(at: node, "expected a string for \(what)")
        }
        if text.utf8.contains(0) { throw error(at: node, "a NUL character in \(what)") }
        guard let scope, text.utf8.contains(UInt8(ascii: "$")) else { return text }
        let value = try scope.resolve(text, at: node, what, isCommand: isCommand)
        guard case .string(let resolved) = value else {
            throw error(at: node, "'\(text)' is \(TemplateNode(value, source: -1).kind), expected a string for \(what)")
        }
        if resolved.utf8.contains(0) { throw error(at: node, "a NUL character in \(what)") }
        return resolved
    }

    /// A text that people read: like ``string(_:_:isCommand:)``, but an expression may also name a number or the like.
    func text(_ node: YAMLNode, _ what: String) throws(FormatError) -> String {
        guard let scope, let text = node.scalarText, text.utf8.contains(UInt8(ascii: "$")) else {
            return try string(node, what)
        }
        return TemplateText.text(of: try scope.resolve(text, at: node, what))
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

    /// A list of texts that people read.
    func texts(_ node: YAMLNode, _ what: String) throws(FormatError) -> [String] {
        var result: [String] = []
        for element in try list(node, what) { result.append(try text(element, what)) }
        return result
    }

    /// Anything, the expressions in its strings resolved.
    ///
    /// - Throws: `FormatError` for an expression that cannot be resolved.
    func value(_ node: YAMLNode, _ what: String) throws(FormatError) -> Value {
        let value = try plainValue(node)
        return try scope?.resolve(value, at: node, what) ?? value
    }

    /// Anything as it is written.
    func plainValue(_ node: YAMLNode) throws(FormatError) -> Value {
        let value: Value
        do throws(FormatError) {
            value = try YAML.value(of: node, file: file)
        } catch {
            throw FormatError(file: file, position: error.position, problem: error.problem, text: bytes)
        }
        // The loader bounds what one node stands for; a template may read the same node many times.
        try spend(Self.size(of: value), at: node)
        return value
    }

    /// How many parts a value has.
    private static func size(of value: Value) -> Int {
        switch value {
        case .list(let items): items.reduce(items.count) { $0 + size(of: $1) }
        case .mapping(let mapping): mapping.entries.reduce(mapping.entries.count) { $0 + size(of: $1.value) }
        default: 0
        }
    }

    /// Whether a node is null.
    func isNull(_ node: YAMLNode) -> Bool {
        guard case .scalar(let text, .plain, nil) = node.content else { return false }
        return text.isEmpty || text == "~" || text == "null" || text == "Null" || text == "NULL"
    }

    private func scalar(_ node: YAMLNode, _ what: String) throws(FormatError) -> Value? {
        guard case .scalar(let text, let style, let tag) = node.content else { return nil }
        if style != .plain && tag == nil { return .string(text) }
        return try plainValue(node)
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
