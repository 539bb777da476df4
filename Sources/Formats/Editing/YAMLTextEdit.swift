/// Edits of entries in a user's YAML file, such as the stages of a `dvc.yaml`.
///
/// Comments and layout outside the entry stay as they are.
package enum YAMLTextEdit {
    /// Sets `key` in the mapping at `path`, which is made where it is missing; an entry that is there is replaced.
    ///
    /// - Throws: ``FormatError``, ``OverrideError`` where the text's layout does not allow it.
    package static func setEntry(
        in bytes: [UInt8], file: String, path: [String], key: String, value: Value
    ) throws -> [UInt8] {
        let root = try YAML.parse(bytes, file: file)
        let owner = path.reduce(root) { $0?.entry($1) }
        if let old = owner?.pairs?.first(where: { $0.key.scalarText?.isIdentical(to: key) ?? false }),
            owner?.isFlow == false
        {
            return replacing(old, with: value, in: bytes)
        }
        let exists = owner?.entry(key) != nil
        return try YAMLEdit(bytes, file: file, dialect: .yaml).apply(
            exists ? .set(value) : .add(value), at: path + [key])
    }

    /// Removes `key` from the mapping at `path`; nothing changes where it is not there.
    package static func removeEntry(
        in bytes: [UInt8], file: String, path: [String], key: String
    ) throws -> [UInt8] {
        let root = try YAML.parse(bytes, file: file)
        guard path.reduce(root, { $0?.entry($1) })?.entry(key) != nil else { return bytes }
        return try YAMLEdit(bytes, file: file, dialect: .yaml).apply(.delete, at: path + [key])
    }

    /// Writes the entry anew as a block, with the indentation that its key has.
    private static func replacing(
        _ pair: (key: YAMLNode, value: YAMLNode), with value: Value, in bytes: [UInt8]
    ) -> [UInt8] {
        let key = pair.key.scalarText ?? ""
        let margin = String(repeating: " ", count: pair.key.start.column - 1)
        let lines = YAML.emit(.mapping(Mapping([(key, value)]))).split(separator: "\n", omittingEmptySubsequences: true)
        let text = lines.enumerated().map { ($0 == 0 ? "" : margin) + $1 }.joined(separator: "\n")
        var end = max(pair.value.end.offset, pair.key.end.offset)
        while end > pair.key.end.offset, bytes[end - 1] == 10 || bytes[end - 1] == 13 || bytes[end - 1] == 32 {
            end -= 1
        }
        if pair.value.isEmptyScalar {
            end = (bytes[pair.key.end.offset...].firstIndex(of: UInt8(ascii: ":")) ?? pair.key.end.offset) + 1
        }
        var result = bytes
        result.replaceSubrange(pair.key.start.offset..<end, with: Array(text.utf8))
        return result
    }
}
