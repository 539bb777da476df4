import Files

/// What makes two keys one, as Python sees it: `1`, `1.0` and `true` are the same key, text is compared by its bytes.
enum KeyIdentity: Hashable {
    case text(ExactString)
    case whole(Int)
    case number(Double)
    case other(String)
    case list([KeyIdentity])
    case null

    init(_ value: Value) {
        switch value {
        case .null: self = .null
        case .bool(let bool): self = .whole(bool ? 1 : 0)
        case .int(let int): self = .whole(int)
        case .float(let double): self = Int(exactly: double).map { .whole($0) } ?? .number(double)
        case .bigInt(let digits): self = .other(digits)
        case .timestamp(let text): self = .other(text)
        case .string(let text): self = .text(ExactString(text))
        case .list(let values): self = .list(values.map(KeyIdentity.init))
        case .mapping: self = .null
        }
    }
}

/// The keys of a mapping while it is read: few are compared one by one, many through a hash table.
struct KeySet {
    private static let few = 8
    private var set: Set<KeyIdentity>?

    /// Whether `key` is new; `entries` are those before it.
    mutating func insert(_ key: Value, among entries: [Mapping.Entry]) -> Bool {
        if set == nil, entries.count < Self.few, case .string(let text) = key {
            return !entries.contains { $0.key.isString(text) }
        }
        if set == nil { set = Set(entries.map { KeyIdentity($0.key) }) }
        return set?.insert(KeyIdentity(key)).inserted ?? false
    }
}

/// Entries where a later value replaces an earlier one and keeps its place.
struct MergedEntries {
    private(set) var entries: [Mapping.Entry] = []
    private var places: [KeyIdentity: Int] = [:]

    mutating func set(_ key: Value, _ value: Value) {
        let identity = KeyIdentity(key)
        if let place = places[identity] {
            entries[place].value = value
        } else {
            places[identity] = entries.count
            entries.append(.init(key: key, value: value))
        }
    }
}
