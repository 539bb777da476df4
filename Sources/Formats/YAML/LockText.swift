import Files

/// The text of a `dvc.lock`, to look up and replace the entries of stages.
///
/// Entries that nobody touches keep their comments and the spelling of their numbers; their layout and quotes become
/// those that DVC writes. A replaced entry keeps its place and the comments on the line of its name.
package struct LockText: Sendable {
    private struct Slot {
        let key: Value
        let node: (key: YAMLNode, value: YAMLNode)?
        /// What to write, and what the text says as long as nothing is replaced.
        var value: Value
        var state: State

        enum State { case original, replaced, removed }
    }

    private var source: [UInt8] = []
    /// The entries of the file where its text has something to keep, comments for example; otherwise empty.
    private var document: [(key: YAMLNode, value: YAMLNode)] = []
    private var top = Mapping()
    private var slots: [Slot] = []
    private var places: [ExactString: Int] = [:]

    /// An empty lock: no file yet.
    package init() {}

    /// Reads the text of a lock file; `file` is its name in errors.
    ///
    /// - Throws: ``FormatError`` for text that is not YAML, or where the file or its `stages` is not a mapping.
    package init(parsing bytes: [UInt8], file: String) throws(FormatError) {
        source = bytes.contains(0x0D) ? Self.withoutCarriageReturns(bytes) : bytes
        let value = try YAML.load(source, file: file)
        if value == .null { return }
        guard case .mapping(let mapping) = value else { throw Self.expectedMapping("the file", source, file) }
        top = mapping
        // Text that we would write just so needs no nodes: the values say everything.
        let root = YAML.emitBytes(value, lossless: true) == source ? nil : try YAML.parse(source, file: file)
        if case .mapping(let entries) = root?.content { document = entries }
        switch top["stages"] {
        case nil, .null: break
        case .mapping(let stages): fill(stages, from: root?.entry("stages"))
        default: throw Self.expectedMapping("'stages'", source, file)
        }
    }

    private static func expectedMapping(_ what: String, _ text: [UInt8], _ file: String) -> FormatError {
        FormatError(
            file: file, position: .init(offset: 0, line: 1, column: 1), problem: "\(what) is no mapping", text: text)
    }

    private mutating func fill(_ mapping: Mapping, from node: YAMLNode?) {
        var nodes: [(key: YAMLNode, value: YAMLNode)] = []
        // A merge key gives values that no node of its own stands for.
        if case .mapping(let entries) = node?.content, entries.count == mapping.entries.count { nodes = entries }
        for (index, entry) in mapping.entries.enumerated() {
            if let name = entry.key.string { places[ExactString(name)] = slots.count }
            let node = nodes.isEmpty ? nil : nodes[index]
            slots.append(Slot(key: entry.key, node: node, value: entry.value, state: .original))
        }
    }

    /// Whether there is no stage.
    package var isEmpty: Bool { slots.allSatisfy { $0.state == .removed } }

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
            slots.append(Slot(key: .string(name), node: nil, value: value, state: .replaced))
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
            guard let stages = blockStages else { return renderValues() }
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

    /// Where `stages` is in a document that can be written node by node; `nil` where the values have to do.
    private var blockStages: Int? {
        guard !isEmpty, !document.isEmpty, document.count == top.entries.count else { return nil }
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
                emitter.writeNewEntry(.init(key: slot.key, value: slot.value), indent: 2)
            }
        }
    }

    private func renderValues() -> [UInt8] {
        var entries = top.isEmpty ? Mapping([("schema", .string("2.0"))]).entries : top.entries
        if !entries.contains(where: { $0.key.isString("stages") }) {
            entries.append(.init(key: .string("stages"), value: .mapping(Mapping())))
        }
        var emitter = YAMLEmitter(isLossless: true)
        for (index, entry) in entries.enumerated() {
            if index > 0 { emitter.newline(0) }
            guard entry.key.isString("stages"), !isEmpty else {
                let value = entry.key.isString("stages") ? .mapping(Mapping()) : entry.value
                emitter.writeEntry(.init(key: entry.key, value: value), indent: 0)
                continue
            }
            emitter.writeASCII("stages:")
            for slot in slots where slot.state != .removed {
                emitter.newline(2)
                emitter.isLossless = slot.state == .original
                emitter.writeEntry(.init(key: slot.key, value: slot.value), indent: 2)
            }
            emitter.isLossless = true
        }
        emitter.newline(0)
        return emitter.output
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
