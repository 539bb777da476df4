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
    package static func emit(_ value: Value) -> String {
        String(decoding: emitBytes(value), as: UTF8.self)
    }

    /// The same as ``emit(_:)``, as bytes.
    package static func emitBytes(_ value: Value) -> [UInt8] {
        var emitter = YAMLEmitter()
        emitter.writeDocument(value)
        return emitter.output
    }
}
