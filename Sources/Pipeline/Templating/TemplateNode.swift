import Files
import Formats

/// A value that expressions can name, and where it came from.
indirect enum TemplateNode: Sendable {
    /// Anything without parts; `source` is a number of ``TemplateEnvironment``, negative for what is not tracked.
    case leaf(Value, source: Int)
    case list([TemplateNode])
    case mapping(TemplateMapping)
    /// What is at another place, which counts as the place of its parts.
    case reference(TemplateNode, path: [String])

    /// - Parameter value: Keys that are no strings are left out: no expression can name them.
    init(_ value: Value, source: Int) {
        switch value {
        case .list(let items): self = .list(items.map { TemplateNode($0, source: source) })
        case .mapping(let mapping): self = .mapping(TemplateMapping(mapping, source: source))
        default: self = .leaf(value, source: source)
        }
    }

    /// The same without the references on top of it.
    var target: TemplateNode {
        if case .reference(let node, _) = self { return node.target }
        return self
    }

    /// Whether it has no parts.
    var isLeaf: Bool { if case .leaf = target { true } else { false } }

    /// What it is, in the words of a message.
    var kind: String {
        switch target {
        case .list: "a list"
        case .mapping: "a mapping"
        case .leaf(.null, _): "null"
        case .leaf(.bool, _): "a truth value"
        case .leaf(.int, _), .leaf(.bigInt, _), .leaf(.float, _): "a number"
        case .leaf(.timestamp, _): "a date"
        default: "a string"
        }
    }

    /// The source of its first leaf.
    var source: Int? {
        switch target {
        case .leaf(_, let source): source
        case .list(let items): items.lazy.compactMap(\.source).first
        case .mapping(let mapping): mapping.values.lazy.compactMap(\.source).first
        case .reference: nil
        }
    }
}

/// A mapping with string keys in the order in which they came, each found at once.
struct TemplateMapping: Sendable {
    private(set) var keys: [String] = []
    private(set) var values: [TemplateNode] = []
    private var numbers: [ExactString: Int] = [:]

    init() {}

    init(_ mapping: Mapping, source: Int) {
        for entry in mapping.entries {
            if let key = entry.key.string { self[key] = TemplateNode(entry.value, source: source) }
        }
    }

    subscript(key: String) -> TemplateNode? {
        get { numbers[ExactString(key)].map { values[$0] } }
        set {
            guard let newValue else { return }
            if let number = numbers[ExactString(key)] {
                values[number] = newValue
            } else {
                numbers[ExactString(key)] = keys.count
                keys.append(key)
                values.append(newValue)
            }
        }
    }

    /// A key that both sides of a merge have, and not as mappings.
    struct Conflict: Error {
        let path: [String]
        let existing: TemplateNode
    }

    /// Adds the entries of another mapping; mappings on both sides become one.
    ///
    /// - Returns: How many entries that touched.
    /// - Throws: ``Conflict`` at the first key that cannot have both values.
    mutating func merge(_ other: TemplateMapping, below path: [String] = []) throws(Conflict) -> Int {
        var touched = keys.count + other.keys.count
        for (key, value) in zip(other.keys, other.values) {
            guard let number = numbers[ExactString(key)] else {
                self[key] = value
                continue
            }
            guard case .mapping(var own) = values[number], case .mapping(let added) = value else {
                throw Conflict(path: path + [key], existing: values[number])
            }
            touched += try own.merge(added, below: path + [key])
            values[number] = .mapping(own)
        }
        return touched
    }
}
