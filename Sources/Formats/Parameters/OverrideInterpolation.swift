/// `${key}` in the value of an override, replaced by what the same file says after all overrides.
struct OverrideInterpolation {
    struct Failure: Error {
        let problem: String
    }

    private static let maximalDepth = 32
    /// Texts longer than this come from values that name each other again and again.
    private static let maximalSize = 1 << 16

    let root: Value

    static func occurs(in value: Value) -> Bool {
        switch value {
        case .string(let text): marker(in: Array(text.utf8)[...]) != nil
        case .list(let items): items.contains(where: occurs)
        case .mapping(let mapping): mapping.entries.contains { occurs(in: $0.value) }
        default: false
        }
    }

    func resolved(_ value: Value) throws(Failure) -> Value {
        var budget = Self.maximalSize
        return try resolved(value, depth: 0, &budget)
    }

    private func resolved(_ value: Value, depth: Int, _ budget: inout Int) throws(Failure) -> Value {
        budget -= 1
        guard depth < Self.maximalDepth, budget > 0 else {
            throw Failure(problem: "values name each other in a circle")
        }
        switch value {
        case .string(let text): return try resolved(text, depth: depth, &budget)
        case .list(let items):
            var result: [Value] = []
            for item in items { result.append(try resolved(item, depth: depth + 1, &budget)) }
            return .list(result)
        case .mapping(var mapping):
            for index in mapping.entries.indices {
                mapping.entries[index].value = try resolved(mapping.entries[index].value, depth: depth + 1, &budget)
            }
            return .mapping(mapping)
        default: return value
        }
    }

    private func resolved(_ text: String, depth: Int, _ budget: inout Int) throws(Failure) -> Value {
        var rest = Array(text.utf8)[...]
        var result: [UInt8] = []
        while let open = Self.marker(in: rest) {
            if open > rest.startIndex, rest[open - 1] == UInt8(ascii: "\\") {
                result += rest[..<(open - 1)] + rest[open..<open + 2]
                rest = rest[(open + 2)...]
                continue
            }
            guard let close = rest[open...].firstIndex(of: UInt8(ascii: "}")) else {
                throw Failure(problem: "'${' needs '}'")
            }
            let found = try lookUp(String(decoding: rest[(open + 2)..<close], as: UTF8.self).trimmed)
            let value = try resolved(found, depth: depth + 1, &budget)
            if result.isEmpty, open == rest.startIndex, close == rest.endIndex - 1 { return value }
            result += rest[..<open]
            result += Array(PythonText.str(value).utf8)
            rest = rest[(close + 1)...]
            budget -= result.count
        }
        return .string(String(decoding: result + rest, as: UTF8.self))
    }

    /// A key may also be written `list[0]`.
    private func lookUp(_ key: String) throws(Failure) -> Value {
        let bytes = key.utf8.flatMap { byte -> [UInt8] in
            byte == UInt8(ascii: "[") ? [UInt8(ascii: ".")] : byte == UInt8(ascii: "]") ? [] : [byte]
        }
        guard let value = ParameterFile.value(at: String(decoding: bytes, as: UTF8.self), in: root) else {
            throw Failure(problem: "there is no parameter '\(key)' to take the value from")
        }
        return value
    }

    private static func marker(in bytes: ArraySlice<UInt8>) -> Int? {
        bytes.indices.dropLast().first { bytes[$0] == UInt8(ascii: "$") && bytes[$0 + 1] == UInt8(ascii: "{") }
    }
}
