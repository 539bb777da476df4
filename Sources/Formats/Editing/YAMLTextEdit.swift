/// Edits of entries in a user's YAML file, such as the stages of a `dvc.yaml`.
///
/// Comments and layout outside the entry stay as they are, and so do those of its parts that do not change.
package enum YAMLTextEdit {
    /// Sets `key` in the mapping at `path`, which is made where it is missing.
    ///
    /// A new entry goes to the end. In one that is there, only what differs changes. The result is read again and
    /// compared with what was meant before it is handed out.
    /// - Throws: ``FormatError``, ``OverrideError`` where the text's layout does not allow it.
    package static func setEntry(
        in bytes: [UInt8], file: String, path: [String], key: String, value: Value
    ) throws -> [UInt8] {
        let root = try YAML.load(bytes, file: file)
        var expected = root == .null ? .mapping(Mapping()) : root
        let place = path + [key]
        guard let old = expected.value(at: place[...]) else {
            guard expected.apply(.add(value), at: place[...]) else { throw refusal(.notMapping, place, file) }
            return try checked(edit(bytes, .add(value), at: place, file), expected, place, file)
        }
        guard expected.apply(.set(value), at: place[...]) else { throw refusal(.notMapping, place, file) }
        if let result = try? changing(old, to: value, at: place, in: bytes, file),
            let checked = try? checked(result, expected, place, file)
        {
            return checked
        }
        return try checked(edit(bytes, .set(value), at: place, file), expected, place, file)
    }

    /// Removes `key` from the mapping at `path`; nothing changes where it is not there.
    ///
    /// - Throws: ``FormatError``, ``OverrideError`` where the text's layout does not allow it.
    package static func removeEntry(
        in bytes: [UInt8], file: String, path: [String], key: String
    ) throws -> [UInt8] {
        var expected = try YAML.load(bytes, file: file)
        let place = path + [key]
        guard expected.apply(.delete, at: place[...]) else { return bytes }
        return try checked(edit(bytes, .delete, at: place, file), expected, place, file)
    }

    private static func edit(
        _ bytes: [UInt8], _ change: ParameterEdit.Change, at place: [String], _ file: String
    ) throws -> [UInt8] {
        let editor = try YAMLEdit(bytes, file: file, opensBraces: true)
        do throws(EditRefusal) { return try editor.apply(change, at: place) } catch {
            throw refusal(error, place, file)
        }
    }

    /// Goes down to the parts that differ.
    private static func changing(
        _ old: Value, to new: Value, at place: [String], in bytes: [UInt8], _ file: String
    ) throws -> [UInt8] {
        if old.isSame(as: new) { return bytes }
        if let oldList = old.list, let newList = new.list, oldList.count == newList.count {
            var bytes = bytes
            for index in newList.indices {
                bytes = try changing(oldList[index], to: newList[index], at: place + [String(index)], in: bytes, file)
            }
            return bytes
        }
        guard let oldMapping = old.mapping, let newMapping = new.mapping, !newMapping.isEmpty else {
            return try edit(bytes, .set(new), at: place, file)
        }
        var bytes = bytes
        for entry in newMapping.entries {
            guard let key = entry.key.string else { throw EditRefusal.notMapping }
            if let value = oldMapping[key] {
                bytes = try changing(value, to: entry.value, at: place + [key], in: bytes, file)
            } else {
                bytes = try edit(bytes, .add(entry.value), at: place + [key], file)
            }
        }
        for entry in oldMapping.entries {
            guard let key = entry.key.string else { throw EditRefusal.notMapping }
            if newMapping[key] == nil { bytes = try edit(bytes, .delete, at: place + [key], file) }
        }
        return bytes
    }

    private static func checked(
        _ result: [UInt8], _ expected: Value, _ place: [String], _ file: String
    ) throws -> [UInt8] {
        guard let value = try? YAML.load(result, file: file), value.isSame(as: expected) else {
            throw refusal(EditRefusal("its layout is too unusual"), place, file)
        }
        return result
    }

    private static func refusal(_ refusal: EditRefusal, _ place: [String], _ file: String) -> OverrideError {
        .notEditable(key: place.joined(separator: "."), file: file, reason: refusal.reason)
    }
}
