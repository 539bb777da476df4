import Formats

extension Value {
    /// Whether Python takes both for equal, which decides whether a parameter or a command changed.
    ///
    /// Numbers compare by value whatever their type, also with booleans; NaN is never equal; the order of keys does
    /// not count; strings compare by code points.
    package func isEqualInPython(to other: Value) -> Bool {
        switch (self, other) {
        case (.null, .null): true
        case (.string(let left), .string(let right)), (.timestamp(let left), .timestamp(let right)):
            left.utf8.elementsEqual(right.utf8)
        case (.list(let left), .list(let right)):
            left.count == right.count && zip(left, right).allSatisfy { $0.isEqualInPython(to: $1) }
        case (.mapping(let left), .mapping(let right)): left.isEqualInPython(to: right)
        default: isEqualNumber(to: other)
        }
    }

    private func isEqualNumber(to other: Value) -> Bool {
        switch (self, other) {
        case (.bigInt(let left), .bigInt(let right)): left == right
        case (.bigInt(let digits), .float(let float)), (.float(let float), .bigInt(let digits)):
            float.isFinite && Double(digits) == float
        case (.float(let left), .float(let right)): left == right
        case (.float(let float), _): other.wholeNumber.map { Int(exactly: float) == $0 } ?? false
        case (_, .float(let float)): wholeNumber.map { Int(exactly: float) == $0 } ?? false
        default: wholeNumber.map { $0 == other.wholeNumber } ?? false
        }
    }

    /// The value of an integer or a boolean.
    private var wholeNumber: Int? {
        switch self {
        case .int(let int): int
        case .bool(let bool): bool ? 1 : 0
        default: nil
        }
    }
}

extension Mapping {
    /// Whether both have equal keys with equal values, in any order; see ``Value/isEqualInPython(to:)``.
    package func isEqualInPython(to other: Mapping) -> Bool {
        guard entries.count == other.entries.count else { return false }
        for (number, entry) in entries.enumerated() {
            // Files that a program wrote twice mostly have the same order.
            let aligned = other.entries[number]
            let match =
                aligned.key.isEqualInPython(to: entry.key)
                ? aligned : other.entries.first { $0.key.isEqualInPython(to: entry.key) }
            guard let match, match.value.isEqualInPython(to: entry.value) else { return false }
        }
        return true
    }
}
