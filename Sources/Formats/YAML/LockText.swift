import Files

/// The text of a `dvc.lock`, to look up and replace the entries of stages.
///
/// Entries that nobody touches keep their comments and the spelling of their numbers; their layout and quotes become
/// those that DVC writes. A replaced entry keeps its place and the comments on the line of its name.
package struct LockText: Sendable {
    private struct Slot {
        let name: ExactString?
        let node: (key: YAMLNode, value: YAMLNode)?
        /// What to write, and what the text says as long as nothing is replaced.
        var value: Value
        var state: State

        enum State { case original, replaced, removed }
    }

    private var source: [UInt8] = []
    /// The entries of the file, in order; those of `stages` are in ``slots``.
    private var document: [(key: YAMLNode, value: YAMLNode)] = []
    private var top = Mapping()
    private var slots: [Slot] = []
    private var places: [ExactString: Int] = [:]

    /// An empty lock: no file yet.
    package init() {}

    /// - Throws: ``FormatError`` for text that is not YAML, or where the file or its `stages` is not a mapping.
    package init(parsing bytes: [UInt8], file: String) throws(FormatError) {
        source = bytes.contains(0x0D) ? Self.withoutCarriageReturns(bytes) : bytes
        guard let root = try YAML.parse(source, file: file) else { return }
        let value: Value
        do throws(FormatError) {
            value = try YAML.value(of: root, file: file)
        } catch {
            throw FormatError(file: file, position: error.position, problem: error.problem, text: source)
        }
        switch (root.content, value) {
        case (_, .null): break
        case (.mapping(let entries), .mapping(let mapping)):
            document = entries
            top = mapping
        default:
            throw FormatError(file: file, position: root.start, problem: "expected a mapping", text: source)
        }
        guard let stages = top["stages"], stages != .null else { return }
        guard case .mapping(let mapping) = stages else {
            let position = root.entry("stages")?.start
            throw FormatError(file: file, position: position, problem: "expected a mapping in 'stages'", text: source)
        }
        fill(mapping, from: root.entry("stages"))
    }

    private mutating func fill(_ mapping: Mapping, from node: YAMLNode?) {
        var nodes: [(key: YAMLNode, value: YAMLNode)] = []
        // A merge key gives values that no node of its own stands for.
        if case .mapping(let entries) = node?.content, entries.count == mapping.entries.count { nodes = entries }
        for (index, entry) in mapping.entries.enumerated() {
            let name = entry.key.string.map { ExactString($0) }
            if let name { places[name] = slots.count }
            let node = nodes.isEmpty ? nil : nodes[index]
            slots.append(Slot(name: name, node: node, value: entry.value, state: .original))
        }
    }

    /// Whether there is no stage.
    package var isEmpty: Bool { slots.allSatisfy { $0.state == .removed } }

    /// The names of the stages, in the order of the file.
    package var stageNames: [String] { slots.compactMap { $0.state == .removed ? nil : $0.name?.text } }

    /// The value of an entry of the file beside `stages`: `schema`, `datasets`.
    package func value(ofTopLevel key: String) -> Value? { top[key] }

    /// The entry of a stage; `nil` where there is none.
    package func value(of stage: String) -> Value? {
        guard let place = places[ExactString(stage)] else { return nil }
        return slots[place].value
    }

    /// Replaces the entry of a stage in its place, or appends it.
    package mutating func setStage(_ name: String, _ value: Value) {
        let exact = ExactString(name)
        if let place = places[exact] {
            slots[place].value = value
            slots[place].state = .replaced
        } else {
            places[exact] = slots.count
            slots.append(Slot(name: exact, node: nil, value: value, state: .replaced))
        }
    }

    /// Removes the entry of a stage, if there is one.
    package mutating func removeStage(_ name: String) {
        guard let place = places.removeValue(forKey: ExactString(name)) else { return }
        slots[place].state = .removed
    }

    /// The text to write to the file.
    package func render() -> String { String(decoding: renderBytes(), as: UTF8.self) }

    /// The same as ``render()``, as bytes.
    package func renderBytes() -> [UInt8] {
        source.withUnsafeBufferPointer { source in
            guard !document.isEmpty, let stages = blockStages else { return YAML.emitBytes(.mapping(merged)) }
            var emitter = CommentedEmitter(source)
            emitter.writeHead()
            for (index, entry) in document.enumerated() {
                if index > 0 { emitter.newline(0) }
                if index == stages {
                    writeStages(entry, to: &emitter)
                } else {
                    emitter.writeEntry(entry.key, entry.value, indent: 0)
                }
            }
            emitter.newline(0)
            return emitter.output
        }
    }

    /// Where `stages` is in a document that can be written entry by entry; `nil` where the text has to be made anew.
    private var blockStages: Int? {
        guard slots.contains(where: { $0.state != .removed }), document.count == top.entries.count else { return nil }
        guard let index = document.firstIndex(where: { $0.key.scalarText?.isIdentical(to: "stages") == true })
        else { return nil }
        let node = document[index].value
        guard case .mapping = node.content, !node.isFlow, !node.isAlias, node.anchor == nil else { return nil }
        return slots.contains { $0.state == .original && $0.node == nil } ? nil : index
    }

    private func writeStages(_ entry: (key: YAMLNode, value: YAMLNode), to emitter: inout CommentedEmitter) {
        _ = emitter.writeKeyAlone(entry.key, entry.value, indent: 0)
        for slot in slots {
            if let node = slot.node, slot.state != .original { emitter.skip(node.value) }
            if slot.state == .removed { continue }
            emitter.newline(2)
            if slot.state == .original, let node = slot.node {
                emitter.writeEntry(node.key, node.value, indent: 2)
            } else if let node = slot.node, emitter.writeKeyAlone(node.key, node.value, indent: 2) {
                emitter.writeNew(slot.value, indent: 2)
            } else {
                let key = slot.name.map { Value.string($0.text) } ?? .null
                emitter.writeNewEntry(.init(key: key, value: slot.value), indent: 2)
            }
        }
    }

    private var merged: Mapping {
        var mapping = top
        if mapping.isEmpty { mapping["schema"] = .string("2.0") }
        let stages = slots.compactMap { slot -> Mapping.Entry? in
            guard slot.state != .removed, let name = slot.name else { return nil }
            return .init(key: .string(name.text), value: slot.value)
        }
        mapping["stages"] = .mapping(Mapping(entries: stages))
        return mapping
    }

    private static func withoutCarriageReturns(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        for (index, byte) in bytes.enumerated() {
            if byte != 0x0D {
                result.append(byte)
            } else if index + 1 == bytes.count || bytes[index + 1] != 0x0A {
                result.append(0x0A)
            }
        }
        return result
    }
}
