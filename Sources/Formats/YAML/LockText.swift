import Files

/// The text of a `dvc.lock`, edited stage by stage.
///
/// The entry of a stage is replaced wholesale; all others keep their place, their comments and the spelling of their
/// numbers, and lose needless quotes, as when DVC writes the file.
package struct LockText: Sendable {
    private struct Section: Sendable {
        let name: String
        var value: Value
        var text: String
    }

    private var head: String
    private var sections: [Section]
    private let file: String

    /// An empty lock.
    package init(file: String = "dvc.lock") {
        head = "schema: '2.0'\nstages:\n"
        sections = []
        self.file = file
    }

    /// - Throws: ``FormatError`` where it is not YAML, not a mapping, or of a schema that nobody knows.
    package init(parsing bytes: [UInt8], file: String) throws(FormatError) {
        self.init(file: file)
        guard let root = try YAML.parse(bytes, file: file) else { return }
        guard let pairs = root.pairs else {
            throw FormatError(file: file, position: root.start, problem: "a mapping was expected", source: bytes)
        }
        if let schema = root["schema"] {
            guard schema.text == "2.0" else {
                throw FormatError(
                    file: file, position: schema.start, problem: "schema '2.0' was expected", source: bytes)
            }
            guard let stages = root["stages"] else { return }
            try read(stages, of: root, bytes)
        } else {
            // The first format had the stages at the top and no schema.
            for pair in pairs {
                guard let name = pair.key.text else { continue }
                set(name, try YAML.value(of: pair.value, file: file))
            }
        }
    }

    private mutating func read(_ stages: YAMLNode, of root: YAMLNode, _ bytes: [UInt8]) throws(FormatError) {
        guard let pairs = stages.pairs else {
            if stages.text == "" { return }
            throw FormatError(file: file, position: stages.start, problem: "a mapping of stages was expected", source: bytes)
        }
        let isCanonical = !stages.isFlow && root.pairs?.last?.key.text == "stages"
        for (index, pair) in pairs.enumerated() {
            guard let name = pair.key.text else { continue }
            let value = try YAML.value(of: pair.value, file: file)
            guard isCanonical, stages.start.column == 3 else {
                set(name, value)
                continue
            }
            let start = lineStart(of: pair.key.start, bytes)
            let end = index + 1 < pairs.count ? lineStart(of: pairs[index + 1].key.start, bytes) : bytes.count
            sections.append(.init(name: name, value: value, text: unquoted(pair, start, end, bytes)))
        }
        if isCanonical, let first = pairs.first, stages.start.column == 3 {
            head = String(decoding: bytes[..<lineStart(of: first.key.start, bytes)], as: UTF8.self)
        }
    }

    private func lineStart(of position: SourcePosition, _ bytes: [UInt8]) -> Int {
        bytes[..<position.offset].lastIndex(of: 10).map { $0 + 1 } ?? 0
    }

    /// The text of a stage with quotes only where the writer would put them.
    private func unquoted(_ pair: YAMLNode.Pair, _ start: Int, _ end: Int, _ bytes: [UInt8]) -> String {
        var edits: [(Range<Int>, String)] = []
        func visit(_ node: YAMLNode) {
            if node.isAlias { return }
            switch node.content {
            case .scalar(let text, let style, _):
                guard style == .single || style == .double, node.start.line == node.end.line else { return }
                let canonical = YAML.emitScalar(text)
                let range = node.start.offset..<node.end.offset
                if !bytes[range].elementsEqual(canonical.utf8) { edits.append((range, canonical)) }
            case .sequence(let items): items.forEach(visit)
            case .mapping(let pairs):
                for pair in pairs {
                    visit(pair.key)
                    visit(pair.value)
                }
            }
        }
        visit(pair.key)
        visit(pair.value)
        var result = Array(bytes[start..<end])
        for (range, text) in edits.sorted(by: { $0.0.lowerBound > $1.0.lowerBound }) {
            result.replaceSubrange(range.lowerBound - start..<range.upperBound - start, with: Array(text.utf8))
        }
        if result.last != 10 { result.append(10) }
        return String(decoding: result, as: UTF8.self)
    }

    /// The stages, in the order of the file.
    package var stageNames: [String] { sections.map(\.name) }

    package func value(of stage: String) -> Value? {
        sections.first { $0.name.isIdentical(to: stage) }?.value
    }

    /// Replaces the entry of a stage, or appends it.
    package mutating func set(_ stage: String, _ value: Value) {
        let section = Section(name: stage, value: value, text: YAML.emitEntry(stage, value, indent: 2))
        if let index = sections.firstIndex(where: { $0.name.isIdentical(to: stage) }) {
            sections[index] = section
        } else {
            sections.append(section)
        }
    }

    package mutating func remove(_ stage: String) {
        sections.removeAll { $0.name.isIdentical(to: stage) }
    }

    package var isEmpty: Bool { sections.isEmpty }

    /// The whole file.
    package func render() -> String {
        sections.isEmpty ? "schema: '2.0'\nstages: {}\n" : head + sections.map(\.text).joined()
    }
}
