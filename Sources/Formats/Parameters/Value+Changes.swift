extension Value {
    /// The value at a path; list elements are counted, from the end with a minus sign.
    func value(at path: ArraySlice<String>) -> Value? {
        guard let part = path.first else { return self }
        switch self {
        case .mapping(let mapping): return mapping.entry(namedOrNumbered: part)?.value(at: path.dropFirst())
        case .list(let list): return list.place(part).flatMap { list[$0].value(at: path.dropFirst()) }
        default: return nil
        }
    }

    /// Sets a value inside nested mappings, which are made where they are missing.
    mutating func set(_ value: Value, at path: ArraySlice<String>) {
        guard let key = path.first else { return self = value }
        var mapping = self.mapping ?? Mapping()
        var inner = mapping[key] ?? .mapping(Mapping())
        inner.set(value, at: path.dropFirst())
        mapping[key] = inner
        self = .mapping(mapping)
    }

    /// Does to the value what an edit does to its text; `false` where the path leads through something else.
    mutating func apply(_ change: ParameterEdit.Change, at path: ArraySlice<String>) -> Bool {
        guard let key = path.first else { return false }
        let isLast = path.count == 1
        switch self {
        case .list(var list):
            guard let index = list.place(key) else { return false }
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

extension Array {
    /// The index that a part of a dotted key spells.
    func place(_ part: String) -> Int? {
        guard let number = Int(part) else { return nil }
        let index = number < 0 ? count + number : number
        return indices.contains(index) ? index : nil
    }
}
