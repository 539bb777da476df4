extension Value {
    /// Equality of type and value: strings by their bytes, mappings in any order, NaN equal to itself.
    package func isSame(as other: Value) -> Bool {
        switch (self, other) {
        case (.float(let left), .float(let right)): left == right || (left.isNaN && right.isNaN)
        case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
        case (.list(let left), .list(let right)):
            left.count == right.count && zip(left, right).allSatisfy { $0.isSame(as: $1) }
        case (.mapping(let left), .mapping(let right)): left.hasSameEntries(as: right) { $0.isSame(as: $1) }
        default: self == other
        }
    }

    /// What Python's `==` says: `1`, `1.0` and `True` are equal.
    func equalsInPython(_ other: Value) -> Bool {
        switch (self, other) {
        case (.list(let left), .list(let right)):
            return left.count == right.count && zip(left, right).allSatisfy { $0.equalsInPython($1) }
        case (.mapping(let left), .mapping(let right)): return left.hasSameEntries(as: right) { $0.equalsInPython($1) }
        case (.bigInt, .bigInt), (.int, .int): return self == other
        default: break
        }
        if let left = pythonNumber, let right = other.pythonNumber { return left == right }
        return isSame(as: other)
    }

    private var pythonNumber: Double? { bool.map { $0 ? 1 : 0 } ?? double }
}

extension Mapping {
    /// Whether both have the same keys with equal values, in any order.
    fileprivate func hasSameEntries(as other: Mapping, by areEqual: (Value, Value) -> Bool) -> Bool {
        guard entries.count == other.entries.count else { return false }
        return entries.indices.allSatisfy { index in
            let entry = entries[index]
            // The order is the same as a rule.
            if areEqual(entry.key, other.entries[index].key) {
                return areEqual(entry.value, other.entries[index].value)
            }
            return other.entries.contains { areEqual(entry.key, $0.key) && areEqual(entry.value, $0.value) }
        }
    }
}
