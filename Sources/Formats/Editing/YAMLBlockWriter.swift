/// Entries of block mappings and lists as lines, laid out as the rest of the file.
struct YAMLBlockWriter {
    /// How much deeper than its key a mapping stands.
    var step = 2
    /// How much deeper than its key a list stands.
    var listOffset = 0

    init() {}

    /// The layout that a file uses; where it shows none, DVC's.
    init(layoutOf root: YAMLNode?) {
        guard let root else { return }
        var found: (step: Int?, listOffset: Int?) = (nil, nil)
        var budget = 10_000
        Self.search(root, &found, &budget)
        step = found.step ?? 2
        listOffset = found.listOffset ?? 0
    }

    private static func search(_ node: YAMLNode, _ found: inout (step: Int?, listOffset: Int?), _ budget: inout Int) {
        budget -= 1
        guard budget > 0, !node.isFlow, !node.isAlias, found.step == nil || found.listOffset == nil else { return }
        for item in node.items ?? [] { search(item, &found, &budget) }
        for (key, value) in node.pairs ?? [] where !value.isFlow && !value.isAlias {
            let distance = value.start.column - key.start.column
            let isBelow = value.start.line > key.start.line
            if isBelow, value.pairs != nil, distance > 0, found.step == nil { found.step = distance }
            if isBelow, value.items != nil, distance >= 0, found.listOffset == nil { found.listOffset = distance }
            search(value, &found, &budget)
        }
    }

    /// A key with its value, as lines without their ends.
    func entry(_ key: Value, _ value: Value, indent: Int) -> [String] {
        switch value {
        case .mapping(let mapping) where !mapping.isEmpty:
            return opening(key, indent) + lines(value, indent: indent + step)
        case .list(let list) where !list.isEmpty:
            return opening(key, indent) + lines(value, indent: indent + listOffset)
        default:
            return emitted(.mapping(Mapping(entries: [.init(key: key, value: value)])), indent)
        }
    }

    /// The entries of a collection that is not empty, as lines without their ends.
    func lines(_ value: Value, indent: Int) -> [String] {
        switch value {
        case .mapping(let mapping): return mapping.entries.flatMap { entry($0.key, $0.value, indent: indent) }
        case .list(let list): return list.flatMap { item($0, indent: indent) }
        default: return []
        }
    }

    private func item(_ value: Value, indent: Int) -> [String] {
        let isCollection = value.mapping.map { !$0.isEmpty } ?? value.list.map { !$0.isEmpty } ?? false
        guard isCollection else { return emitted(.list([value]), indent) }
        var lines = lines(value, indent: indent + 2)
        // The first entry stands beside the dash.
        lines[0] = margin(indent) + "- " + lines[0].utf8.dropFirst(indent + 2).text
        return lines
    }

    private func opening(_ key: Value, _ indent: Int) -> [String] {
        emitted(.mapping(Mapping(entries: [.init(key: key, value: .null)])), indent)
    }

    private func emitted(_ value: Value, _ indent: Int) -> [String] {
        let margin = margin(indent)
        return YAML.emit(value, lossless: true).utf8.split(separator: 10, omittingEmptySubsequences: false).dropLast()
            .map { $0.isEmpty ? "" : margin + $0.text }
    }

    private func margin(_ indent: Int) -> String { String(repeating: " ", count: indent) }
}

extension Substring.UTF8View {
    fileprivate var text: String { String(Substring(self)) }
}
