import Files
import Formats

/// The name of an entry in the run cache: two SHA-256 digests as 64 hexadecimal digits each.
///
/// They are taken of the entry that a stage has in `dvc.lock`, as Python's `json.dumps(sort_keys=True)` writes it,
/// without any key `size` or `nfiles`, however deep it stands.
package struct RunCacheName: Hashable, Sendable {
    /// Names what went in: the command, dependencies and parameters with their values, and the paths of the outputs.
    package let key: String
    /// Names all of the entry, so also the contents of the outputs.
    package let value: String

    /// - Parameter entry: The entry of a stage in `dvc.lock`: `cmd`, `deps`, `params`, `outs`.
    /// - Returns: `nil` for a date among the values, which DVC's JSON does not know.
    package init?(of entry: Value) {
        guard let key = Self.key(of: entry), let value = Self.digest(entry) else { return nil }
        self.key = key
        self.value = value
    }

    /// A name that was read somewhere; `nil` where it is none.
    package init?(key: String, value: String) {
        guard RunCache.isDigest(key), RunCache.isDigest(value) else { return nil }
        self.key = key
        self.value = value
    }

    /// The key alone, which does not need the contents of the outputs.
    ///
    /// - Returns: `nil` for a date among the values.
    package static func key(of entry: Value) -> String? {
        guard var mapping = entry.mapping else { return nil }
        mapping["outs"] = .list((mapping["outs"]?.list ?? []).map { $0.mapping?["path"] ?? .null })
        return digest(.mapping(mapping))
    }

    private static func digest(_ value: Value) -> String? {
        guard let reduced = withoutSizes(value) else { return nil }
        return SHA256.hex(JSON.pythonDumpsBytes(reduced, sortKeys: true))
    }

    private static func withoutSizes(_ value: Value) -> Value? {
        switch value {
        case .timestamp: return nil
        case .list(let items):
            var result: [Value] = []
            for item in items {
                guard let reduced = withoutSizes(item) else { return nil }
                result.append(reduced)
            }
            return .list(result)
        case .mapping(let mapping):
            var result = Mapping()
            for entry in mapping.entries where !isSize(entry.key) {
                guard let reduced = withoutSizes(entry.value) else { return nil }
                result.entries.append(.init(key: entry.key, value: reduced))
            }
            return .mapping(result)
        default: return value
        }
    }

    /// Whether a value has a key that the digests leave out, so that two values with the same digest may differ.
    package static func leavesOut(partOf value: Value) -> Bool {
        switch value {
        case .list(let items): items.contains(where: leavesOut)
        case .mapping(let mapping): mapping.entries.contains { isSize($0.key) || leavesOut(partOf: $0.value) }
        default: false
        }
    }

    private static func isSize(_ key: Value) -> Bool { key.isString("size") || key.isString("nfiles") }
}
