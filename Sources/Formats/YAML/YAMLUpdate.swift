/// Brings a YAML text to a new value in the way in which DVC rewrites its `.dvc` files.
///
/// What is equal keeps its comments and the spelling of its numbers; keys stay in their order and new ones go to the end;
/// layout and quotes become those that DVC writes.
package enum YAMLUpdate {
    /// The text that stands for `value`.
    ///
    /// - Parameters:
    ///   - bytes: The text as it is.
    ///   - file: Its name in errors.
    /// - Returns: A text that reads back as `value`; without comments where they cannot be kept.
    /// - Throws: ``FormatError`` for a text that is not YAML.
    package static func text(_ bytes: [UInt8], file: String, becoming value: Value) throws(FormatError) -> [UInt8] {
        let source = bytes.filter { $0 != 0x0D }
        guard let old = try YAML.parse(source, file: file), CommentedEmitter.isBlock(old) else {
            return YAML.emitBytes(value, lossless: true)
        }
        let place = SourcePosition(offset: source.count, line: old.end.line, column: 1)
        let node = changed(old, to: value, end: place)
        guard case .mapping(let entries) = node.content, !entries.isEmpty else {
            return YAML.emitBytes(value, lossless: true)
        }
        let result = source.withUnsafeBufferPointer { source in
            var emitter = CommentedEmitter(source)
            emitter.writeHead()
            emitter.writeEntries(entries, indent: 0)
            emitter.newline(0)
            return emitter.output
        }
        guard let back = try? YAML.load(result, file: file), back.isSame(as: value) else {
            return YAML.emitBytes(value, lossless: true)
        }
        return result
    }

    private static func changed(_ node: YAMLNode, to value: Value, end: SourcePosition) -> YAMLNode {
        if CommentedEmitter.value(node).equalsInPython(value) { return node }
        switch (node.content, value) {
        case (.mapping(let entries), .mapping(let mapping)) where CommentedEmitter.isBlock(node):
            var rest = mapping
            var kept: [(key: YAMLNode, value: YAMLNode)] = []
            for entry in entries {
                guard let key = entry.key.scalarText, let value = rest[key] else { continue }
                rest[key] = nil
                kept.append((entry.key, changed(entry.value, to: value, end: end)))
            }
            return node.with(.mapping(kept + rest.entries.map { (fresh($0.key, end), fresh($0.value, end)) }))
        case (.sequence(let items), .list(let values))
        where CommentedEmitter.isBlock(node) && items.count == values.count:
            return node.with(.sequence(zip(items, values).map { changed($0, to: $1, end: end) }))
        case (.scalar, .list), (.scalar, .mapping), (.sequence, _), (.mapping, _):
            return fresh(value, end)
        default:
            return node.with(scalar(value))
        }
    }

    /// A node that stands behind the end of the text, where no comments are.
    private static func fresh(_ value: Value, _ place: SourcePosition) -> YAMLNode {
        let content: YAMLNode.Content
        var isEmpty = false
        switch value {
        case .list(let items):
            content = .sequence(items.map { fresh($0, place) })
            isEmpty = items.isEmpty
        case .mapping(let mapping):
            content = .mapping(mapping.entries.map { (fresh($0.key, place), fresh($0.value, place)) })
            isEmpty = mapping.isEmpty
        default: content = scalar(value)
        }
        return YAMLNode(content: content, start: place, end: place, isFlow: isEmpty, anchor: nil, isAlias: false)
    }

    /// With a tag a scalar is written from its value and not in the spelling of the source.
    private static func scalar(_ value: Value) -> YAMLNode.Content {
        let prefix = "tag:yaml.org,2002:"
        switch value {
        case .null: return .scalar(text: "", style: .plain, tag: prefix + "null")
        case .bool(let flag): return .scalar(text: flag ? "true" : "false", style: .plain, tag: prefix + "bool")
        case .int(let number): return .scalar(text: String(number), style: .plain, tag: prefix + "int")
        case .bigInt(let digits): return .scalar(text: digits, style: .plain, tag: prefix + "int")
        case .float(let number):
            return .scalar(text: PythonNumber.yaml(number), style: .plain, tag: prefix + "float")
        case .string(let text), .timestamp(let text): return .scalar(text: text, style: .single, tag: nil)
        case .list, .mapping: return .scalar(text: "", style: .single, tag: nil)
        }
    }
}

extension YAMLNode {
    fileprivate func with(_ content: Content) -> YAMLNode {
        YAMLNode(content: content, start: start, end: end, isFlow: false, anchor: nil, isAlias: false)
    }
}
