import Formats

/// Reads how plots are drawn.
struct PlotReader {
    static let keys = ["template", "x", "y", "x_label", "y_label", "title", "header"]

    let reader: NodeReader

    init(_ reader: NodeReader) { self.reader = reader }

    /// Reads a property of a stage's plot.
    ///
    /// - Returns: Whether the key is one.
    func read(
        _ entry: NodeReader.Entry, of what: String, into plot: inout PlotProperties
    ) throws(FormatError) -> Bool {
        let part = "'\(entry.key)' of \(what)"
        switch entry.key {
        case "x": plot.x = .string(try reader.text(entry.value, part))
        case "y": plot.y = .string(try reader.text(entry.value, part))
        case "header": plot.header = try reader.bool(entry.value, part)
        case "template": plot.template = try reader.text(entry.value, part)
        case "title": plot.title = try reader.text(entry.value, part)
        case "x_label": plot.xLabel = try reader.text(entry.value, part)
        case "y_label": plot.yLabel = try reader.text(entry.value, part)
        default: return false
        }
        return true
    }

    /// The top-level `plots`: a list of paths and of mappings of an id to properties, or one such mapping.
    func definitions(_ node: YAMLNode) throws(FormatError) -> [PlotDefinition] {
        if case .mapping = node.content { return try definitions(in: node) }
        var result: [PlotDefinition] = []
        for element in try reader.list(node, "'plots'") {
            if case .mapping = element.content {
                result += try definitions(in: element)
            } else {
                let path = try reader.path(element, "a plot")
                result.append(PlotDefinition(id: path, properties: PlotProperties(), position: element.start))
            }
        }
        return result
    }

    private func definitions(in node: YAMLNode) throws(FormatError) -> [PlotDefinition] {
        var result: [PlotDefinition] = []
        for entry in try reader.entries(of: node, "a plot") {
            var plot = PlotProperties()
            let what = "plot '\(entry.key)'"
            for part in reader.isNull(entry.value) ? [] : try reader.entries(of: entry.value, what) {
                switch part.key {
                case "x": plot.x = try axis(part.value, "'x' of \(what)")
                case "y": plot.y = try axis(part.value, "'y' of \(what)")
                case "template", "title", "x_label", "y_label": _ = try read(part, of: what, into: &plot)
                default: throw reader.unknownKey(part, of: what, expected: Self.keys.dropLast())
                }
            }
            result.append(PlotDefinition(id: entry.key, properties: plot, position: entry.keyNode.start))
        }
        return result
    }

    /// A column, columns, or a mapping of files to either.
    private func axis(_ node: YAMLNode, _ part: String) throws(FormatError) -> Value {
        switch node.content {
        case .scalar: return .string(try reader.string(node, part))
        case .sequence: return .list(try reader.strings(node, part).map { .string($0) })
        case .mapping:
            var files = Mapping()
            for entry in try reader.entries(of: node, part) {
                let columns: Value
                if case .sequence = entry.value.content {
                    columns = .list(try reader.strings(entry.value, part).map { .string($0) })
                } else {
                    columns = .string(try reader.string(entry.value, part))
                }
                files.entries.append(.init(key: .string(entry.key), value: columns))
            }
            return .mapping(files)
        }
    }
}
