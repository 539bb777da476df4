/// Reading YAML as DVC does (YAML 1.2), and writing `dvc.lock` as DVC does, byte for byte.
package enum YAML {
    /// Reads a document's structure, with the place of each piece.
    ///
    /// - Returns: `nil` for an empty document.
    /// - Throws: ``FormatError`` where it is not YAML, has duplicate keys, or is nested or aliased beyond reason.
    package static func parse(_ bytes: [UInt8], file: String) throws(FormatError) -> YAMLNode? {
        guard let root = try YAMLParser(bytes, file: file).parse() else { return nil }
        if case .scalar("", .plain, nil) = root.content { return nil }
        return root
    }

    /// Reads a document's value; ``Value/null`` for an empty document.
    package static func load(_ bytes: [UInt8], file: String) throws(FormatError) -> Value {
        guard let root = try parse(bytes, file: file) else { return .null }
        return try value(of: root, file: file)
    }

    /// The value that a node means: scalars resolved by YAML 1.2's rules, merge keys applied.
    package static func value(of node: YAMLNode, file: String) throws(FormatError) -> Value {
        switch node.content {
        case .scalar(let text, let style, let tag):
            do throws(YAMLScalarError) {
                return try YAMLScalar.resolve(text, isPlain: style == .plain, tag: tag)
            } catch {
                throw FormatError(file: file, position: node.start, problem: error.problem)
            }
        case .sequence(let items):
            var list: [Value] = []
            list.reserveCapacity(items.count)
            for item in items { list.append(try value(of: item, file: file)) }
            return .list(list)
        case .mapping(let pairs):
            return .mapping(try mapping(of: pairs, file: file))
        }
    }

    private static func mapping(of pairs: [YAMLNode.Pair], file: String) throws(FormatError) -> Mapping {
        var entries: [Mapping.Entry] = []
        entries.reserveCapacity(pairs.count)
        var merged: [Mapping.Entry] = []
        for pair in pairs {
            if case .scalar("<<", .plain, _) = pair.key.content {
                merged += try mergedEntries(pair.value, file: file)
            } else {
                let key = try value(of: pair.key, file: file)
                entries.append(.init(key: key, value: try value(of: pair.value, file: file)))
            }
        }
        guard !merged.isEmpty else { return Mapping(entries: entries) }
        let own = Set(entries.map(\.key))
        var seen = Set<Value>()
        // Merged keys come first, the earliest source of a key counts, and the mapping's own keys win.
        let inherited = merged.filter { !own.contains($0.key) && seen.insert($0.key).inserted }
        return Mapping(entries: inherited + entries)
    }

    private static func mergedEntries(_ node: YAMLNode, file: String) throws(FormatError) -> [Mapping.Entry] {
        switch node.content {
        case .mapping(let pairs):
            return try mapping(of: pairs, file: file).entries
        case .sequence(let items):
            var entries: [Mapping.Entry] = []
            for item in items { entries += try mergedEntries(item, file: file) }
            return entries
        case .scalar:
            throw FormatError(file: file, position: node.start, problem: "'<<' merges a mapping or a list of mappings")
        }
    }
}
