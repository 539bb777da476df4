import Files
import Formats

/// A merge of values, whatever their layout.
struct ValueMerge {
    let rules: MergeRules
    /// The parts that markers go around, where there were conflicts; the result is without them.
    private(set) var conflicts: [[String]] = []

    init(_ rules: MergeRules) { self.rules = rules }

    /// - Returns: `nil` where the part is gone.
    mutating func merge(
        _ base: Value?, _ ours: Value?, _ theirs: Value?, at path: [String]
    ) throws(MergeConflict) -> Value? {
        if Self.same(ours, theirs) || Self.same(base, theirs) { return ours }
        if Self.same(base, ours) { return theirs }
        guard let ours, let theirs else { throw MergeConflict() }
        switch rules.rule(path) {
        case .whole: throw MergeConflict()
        case .run: return try RunRecord.merged(base, ours, theirs)
        case .parts: break
        }
        if let ours = ours.entries, let theirs = theirs.entries, let base = (base ?? .null).entries {
            let entries = try merge(base, ours, theirs, at: path)
            return .mapping(Mapping(entries: entries.map { .init(key: .string($0.key.text), value: $0.value) }))
        }
        guard let ours = ours.items, let theirs = theirs.items, let base = (base ?? .null).items else {
            throw MergeConflict()
        }
        let items = try merge(base, ours, theirs, at: path)
        return items.isEmpty ? nil : .list(items.map(\.value))
    }

    private typealias Part = (key: ExactString, value: Value)

    private mutating func merge(
        _ base: [Part], _ ours: [Part], _ theirs: [Part], at path: [String]
    ) throws(MergeConflict) -> [Part] {
        let (inBase, inOurs, inTheirs) = (Self.table(base), Self.table(ours), Self.table(theirs))
        var result: [Part] = []
        for key in MergedOrder.keys(base: base.map(\.key), ours: ours.map(\.key), theirs: theirs.map(\.key)) {
            let path = path + [key.text]
            do throws(MergeConflict) {
                let value = try merge(inBase[key], inOurs[key], inTheirs[key], at: path)
                if let value { result.append((key, value)) }
            } catch {
                guard rules.isMarked(path) else { throw error }
                conflicts.append(path)
            }
        }
        return result
    }

    private static func table(_ parts: [Part]) -> [ExactString: Value] {
        Dictionary(parts.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    static func same(_ left: Value?, _ right: Value?) -> Bool {
        switch (left, right) {
        case (nil, nil): true
        case (let left?, let right?): left.isSame(as: right)
        default: false
        }
    }
}

extension Value {
    /// The entries of a mapping, none for null; `nil` for anything else.
    fileprivate var entries: [(key: ExactString, value: Value)]? {
        if self == .null { return [] }
        guard let mapping else { return nil }
        var entries: [(key: ExactString, value: Value)] = []
        for entry in mapping.entries {
            guard let key = entry.key.string else { return nil }
            entries.append((ExactString(key), entry.value))
        }
        return entries
    }

    /// The items of a list by what they stand for, none for null; `nil` where two stand for the same.
    fileprivate var items: [(key: ExactString, value: Value)]? {
        if self == .null { return [] }
        guard let list else { return nil }
        var items: [(key: ExactString, value: Value)] = []
        var keys: Set<ExactString> = []
        for item in list {
            guard let key = item.itemKey, keys.insert(key).inserted else { return nil }
            items.append((key, item))
        }
        return items
    }

    private var itemKey: ExactString? {
        switch self {
        case .string(let text): ExactString(text)
        case .mapping(let mapping):
            mapping.entries.count == 1
                ? mapping.entries[0].key.string.map { ExactString($0) }
                : (mapping["path"] ?? mapping["name"])?.string.map { ExactString($0) }
        case .list: nil
        default: ExactString(YAML.emit(self))
        }
    }
}
