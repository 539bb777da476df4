/// A value out of a YAML, JSON, TOML or Python file, or one to be written to such a file.
package enum Value: Hashable, Sendable {
    case null
    case bool(Bool)
    case int(Int)
    /// A whole number beyond 64 bits, in canonical decimal digits with an optional `-`.
    case bigInt(String)
    case float(Double)
    case string(String)
    case list([Value])
    case mapping(Mapping)
    /// A YAML or TOML date or time, in the text of the file. Nothing but reading knows it.
    case timestamp(String)
}

/// A mapping that keeps the order of its file.
///
/// Keys are values, because YAML allows more than strings. Lookups compare strings by their bytes, not by
/// canonical equivalence: `é` composed and decomposed are different keys.
package struct Mapping: Hashable, Sendable {
    /// A key with its value, in the order of the file.
    package struct Entry: Hashable, Sendable {
        /// Mostly a string; YAML allows every scalar and more.
        package var key: Value
        /// Another mapping or a list where the file is nested.
        package var value: Value

        /// Takes a key that need not be a string; see ``Mapping/init(_:)`` for those that are.
        package init(key: Value, value: Value) {
            self.key = key
            self.value = value
        }
    }

    /// In the order of the file; two may have the same key, and lookups then take the first.
    package var entries: [Entry]

    /// Takes the entries in their order; keys that repeat are kept.
    package init(entries: [Entry] = []) { self.entries = entries }

    /// Takes string keys with their values, in their order; keys that repeat are kept.
    package init(_ pairs: [(String, Value)]) {
        entries = pairs.map { Entry(key: .string($0.0), value: $0.1) }
    }

    /// Whether it has no entry.
    package var isEmpty: Bool { entries.isEmpty }

    /// The value of a string key. Setting replaces in place, appends a new key, and removes with `nil`.
    package subscript(key: String) -> Value? {
        get { entries.first { $0.key.isString(key) }?.value }
        set {
            let index = entries.firstIndex { $0.key.isString(key) }
            switch (index, newValue) {
            case (let index?, let value?): entries[index].value = value
            case (let index?, nil): entries.remove(at: index)
            case (nil, let value?): entries.append(Entry(key: .string(key), value: value))
            case (nil, nil): break
            }
        }
    }
}

extension Value {
    /// Whether this is the string with exactly these bytes.
    package func isString(_ text: String) -> Bool {
        if case .string(let own) = self { own.utf8.elementsEqual(text.utf8) } else { false }
    }

    /// The text; `nil` for everything but a string, also for a timestamp.
    package var string: String? { if case .string(let text) = self { text } else { nil } }
    /// `nil` for everything but a mapping.
    package var mapping: Mapping? { if case .mapping(let mapping) = self { mapping } else { nil } }
    /// The items in order; `nil` for everything but a list.
    package var list: [Value]? { if case .list(let list) = self { list } else { nil } }
    /// `nil` for everything but a truth value: numbers and texts are none.
    package var bool: Bool? { if case .bool(let bool) = self { bool } else { nil } }
    /// `nil` for everything but a whole number of 64 bits: neither floats nor truth values are one.
    package var int: Int? { if case .int(let int) = self { int } else { nil } }
}
