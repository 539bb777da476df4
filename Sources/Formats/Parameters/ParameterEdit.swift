/// Changes parameters inside the text of their file; everything else in it stays as it is.
package enum ParameterEdit {
    /// Applies overrides of one file, one after the other.
    ///
    /// The result is read again and compared with what was meant before it is handed out.
    /// - Throws: ``OverrideError``, ``FormatError``.
    package static func apply(
        _ overrides: [ParameterOverride], to bytes: [UInt8], name: String
    ) throws -> [UInt8] {
        var bytes = bytes
        for override in overrides {
            let before = try ParameterFile.load(bytes, name: name)
            guard let change = try change(for: override, in: before, name: name) else { continue }
            var expected = before
            guard expected.apply(change, at: override.path[...]) else {
                throw OverrideError.notEditable(
                    key: override.path.joined(separator: "."), file: name, reason: "a part of it is not a mapping")
            }
            let edited = try edit(bytes, change, at: override.path, name: name)
            guard let after = try? ParameterFile.load(edited, name: name), after.isSame(as: expected) else {
                throw OverrideError.notEditable(
                    key: override.path.joined(separator: "."), file: name, reason: "its layout is too unusual")
            }
            bytes = edited
        }
        return bytes
    }

    enum Change {
        case set(Value)
        case add(Value)
        case delete
    }

    private static func change(
        for override: ParameterOverride, in root: Value, name: String
    ) throws -> Change? {
        if override.isSweep { throw OverrideError.sweep(override.text) }
        let key = override.path.joined(separator: ".")
        let old = ParameterFile.value(at: key, in: root)
        let new = try override.value.map { try interpolated($0, in: root, override) }
        switch override.action {
        case .delete:
            guard let old else { throw absent(override, in: root, name) }
            if let new, !new.isSame(as: old) {
                throw OverrideError.different(key: key, is: PythonText.str(old), expected: PythonText.str(new))
            }
            return .delete
        case .set:
            guard old != nil else { throw absent(override, in: root, name) }
            return new.map { .set($0) }
        case .add:
            if old != nil { throw OverrideError.present(key: key, file: name) }
            return new.map { .add($0) }
        case .addOrSet:
            return new.map { old == nil ? .add($0) : .set($0) }
        }
    }

    private static func absent(_ override: ParameterOverride, in root: Value, _ name: String) -> OverrideError {
        let last = override.path.last ?? ""
        let parent = ParameterFile.value(at: override.path.dropLast().joined(separator: "."), in: root) ?? root
        let similar = parent.mapping?.entries.compactMap(\.key.string).first { candidate in
            candidate.lowercased() == last.lowercased() || candidate.hasPrefix(last) || last.hasPrefix(candidate)
        }
        return .absent(
            key: override.path.joined(separator: "."), file: name,
            similar: similar.map { (override.path.dropLast() + [$0]).joined(separator: ".") })
    }

    /// Replaces `${key}` by the value it has in the same file.
    private static func interpolated(
        _ value: Value, in root: Value, _ override: ParameterOverride
    ) throws -> Value {
        guard case .string(let text) = value, let open = text.range(of: "${") else { return value }
        guard let close = text[open.upperBound...].firstIndex(of: "}") else {
            throw OverrideError.malformed(override.text, "'${' needs '}'")
        }
        let key = text[open.upperBound..<close].trimmed
        guard let found = ParameterFile.value(at: key, in: root) else {
            throw OverrideError.malformed(override.text, "there is no parameter '\(key)' to take the value from")
        }
        if open.lowerBound == text.startIndex, text.index(after: close) == text.endIndex { return found }
        let rest = String(text[text.index(after: close)...])
        return try interpolated(.string(text[..<open.lowerBound] + PythonText.str(found) + rest), in: root, override)
    }

    private static func edit(
        _ bytes: [UInt8], _ change: Change, at path: [String], name: String
    ) throws -> [UInt8] {
        switch ParameterFile.Format(name: name) {
        case .yaml: try YAMLEdit(bytes, file: name, dialect: .yaml).apply(change, at: path)
        case .json: try YAMLEdit(bytes, file: name, dialect: .json).apply(change, at: path)
        case .toml: try TOMLEdit.apply(change, at: path, to: bytes, name: name)
        case .python: try PythonEdit.apply(change, at: path, to: bytes, name: name)
        }
    }
}

extension String {
    fileprivate func range(of text: String) -> Range<String.Index>? {
        var index = startIndex
        while index < endIndex {
            if self[index...].hasPrefix(text) { return index..<self.index(index, offsetBy: text.count) }
            index = self.index(after: index)
        }
        return nil
    }
}

extension Value {
    /// Does to the value what an edit does to its text; `false` where the path leads through something else.
    mutating func apply(_ change: ParameterEdit.Change, at path: ArraySlice<String>) -> Bool {
        guard let key = path.first else { return false }
        let isLast = path.count == 1
        switch self {
        case .list(var list):
            guard let number = Int(key), list.indices.contains(number < 0 ? list.count + number : number) else {
                return false
            }
            let index = number < 0 ? list.count + number : number
            if isLast {
                guard case .set(let value) = change else { return false }
                list[index] = value
            } else if !list[index].apply(change, at: path.dropFirst()) {
                return false
            }
            self = .list(list)
            return true
        case .mapping(var mapping):
            let position =
                mapping.entries.firstIndex { $0.key.isString(key) }
                ?? Int(key).flatMap { number in mapping.entries.firstIndex { $0.key == .int(number) } }
            switch (position, isLast, change) {
            case (let position?, true, .delete): mapping.entries.remove(at: position)
            case (let position?, true, .set(let value)), (let position?, true, .add(let value)):
                mapping.entries[position].value = value
            case (nil, _, .add(let value)):
                var inner = Value.mapping(Mapping())
                inner.set(value, at: path.dropFirst())
                mapping[key] = inner
            case (let position?, false, _):
                if mapping.entries[position].value == .null, case .add = change {
                    mapping.entries[position].value = .mapping(Mapping())
                }
                guard mapping.entries[position].value.apply(change, at: path.dropFirst()) else { return false }
            default: return false
            }
            self = .mapping(mapping)
            return true
        default:
            return false
        }
    }
}
