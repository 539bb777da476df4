/// YAML 1.2 as DVC reads and writes it.
package enum YAML {
    /// The document of a text, with places and without interpreting scalars; `nil` where there is none.
    ///
    /// Anchors are resolved: an alias has its target's content, shared in memory. Who walks a tree from an untrusted
    /// file must stop at aliases or count, because a small text can stand for a tree of any size.
    ///
    /// - Throws: ``FormatError`` for text that is not YAML or not UTF-8, for a second document, for an alias without
    ///   a target or inside it, and for more than 200 levels.
    package static func parse(_ bytes: [UInt8], file: String) throws(FormatError) -> YAMLNode? {
        try YAMLTree.read(bytes, file: file)
    }

    /// The value of a text; `null` where there is no document.
    ///
    /// - Throws: ``FormatError`` as ``parse(_:file:)`` and ``value(of:file:)`` do, with an excerpt of the text.
    package static func load(_ bytes: [UInt8], file: String) throws(FormatError) -> Value {
        if let value = PlainBlockReader.read(bytes) { return value }
        return try loadAny(bytes, file: file)
    }

    /// Loads through the full parser alone.
    static func loadAny(_ bytes: [UInt8], file: String) throws(FormatError) -> Value {
        guard let node = try parse(bytes, file: file) else { return .null }
        do throws(FormatError) {
            return try value(of: node, file: file)
        } catch {
            throw FormatError(file: file, position: error.position, problem: error.problem, text: bytes)
        }
    }

    /// What a node stands for: plain scalars are typed, aliases copied, merge keys applied.
    ///
    /// - Throws: ``FormatError`` without an excerpt for a duplicate key, a key that is a mapping, a tag that YAML does
    ///   not define, `=` or `<<` as a value, a merge of something else than mappings, and for aliases that stand for
    ///   more than a million nodes.
    package static func value(of node: YAMLNode, file: String) throws(FormatError) -> Value {
        var loader = YAMLLoader(file: file)
        return try loader.value(of: node)
    }

    /// The text of a document as DVC writes its lock file: byte for byte, line feed at the end.
    ///
    /// DVC's text does not always read back as the same value: where it breaks a long line at several spaces, one is
    /// left; where it breaks behind an escape, a space is added. Keys are never broken, because that could not be read.
    ///
    /// - Parameter lossless: Whether to write such places so that they read back, and the rest as DVC does.
    package static func emit(_ value: Value, lossless: Bool = false) -> String {
        String(decoding: emitBytes(value, lossless: lossless), as: UTF8.self)
    }

    /// The same as ``emit(_:lossless:)``, as bytes.
    package static func emitBytes(_ value: Value, lossless: Bool = false) -> [UInt8] {
        var emitter = YAMLEmitter(isLossless: lossless)
        emitter.writeDocument(value)
        return emitter.output
    }

    /// The value that comes back after ``emit(_:lossless:)`` wrote this one and somebody read it.
    ///
    /// Compare with it what a lock file says: a command whose spaces DVC's layout loses has not changed.
    package static func readBack(_ value: Value) -> Value { (try? load(emitBytes(value), file: "")) ?? value }
}
