/// A cast in an override, with the conversions of Python.
enum OverrideCast: String {
    case int, float, str, bool

    /// - Returns: `nil` where the value has no counterpart of the type.
    func apply(to value: Value) -> Value? {
        switch value {
        case .list(let items):
            let converted = items.compactMap(apply)
            return converted.count == items.count ? .list(converted) : nil
        case .mapping(let mapping):
            var result = Mapping()
            for entry in mapping.entries {
                guard let value = apply(to: entry.value) else { return nil }
                result.entries.append(.init(key: entry.key, value: value))
            }
            return .mapping(result)
        default: break
        }
        switch self {
        case .int: return Self.int(value)
        case .float: return Self.float(value)
        case .str: return Self.str(value)
        case .bool: return Self.bool(value)
        }
    }

    private static func int(_ value: Value) -> Value? {
        switch value {
        case .int, .bigInt: value
        case .bool(let bool): .int(bool ? 1 : 0)
        case .float(let number): Int(exactly: number.rounded(.towardZero)).map { .int($0) }
        case .string(let text): whole(text)
        default: nil
        }
    }

    /// Digits with a sign, single underscores and leading zeros.
    private static func whole(_ text: String) -> Value? {
        let text = text.trimmed
        let digits = text.hasPrefix("+") || text.hasPrefix("-") ? text.dropFirst() : text[...]
        let groups = digits.utf8.split(separator: UInt8(ascii: "_"), omittingEmptySubsequences: false)
        guard groups.allSatisfy({ !$0.isEmpty }) else { return nil }
        return WholeNumber.value(digits: groups.joined().map { $0 }, radix: 10, isNegative: text.hasPrefix("-"))
    }

    private static func float(_ value: Value) -> Value? {
        switch value {
        case .bool(let bool): return .float(bool ? 1 : 0)
        case .string(let text):
            let text = text.trimmed
            if let whole = whole(text)?.double { return .float(whole) }
            if text.lowercased().hasSuffix("infinity") { return float(.string(String(text.dropLast(5)))) }
            return OverrideLiteral.number(of: text)?.double.map { .float($0) }
        default: return value.double.map { .float($0) }
        }
    }

    private static func str(_ value: Value) -> Value? {
        switch value {
        case .string: value
        case .bool(let bool): .string(bool ? "true" : "false")
        case .int, .bigInt, .float: .string(PythonText.str(value))
        default: nil
        }
    }

    private static func bool(_ value: Value) -> Value? {
        switch value {
        case .bool: value
        case .string(let text):
            text.lowercased() == "true" ? .bool(true) : text.lowercased() == "false" ? .bool(false) : nil
        default: value.double.map { .bool($0 != 0) }
        }
    }
}
