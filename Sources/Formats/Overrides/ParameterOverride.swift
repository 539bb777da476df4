import Diagnostics

/// A change of a parameter, as `-S/--set-param` words it: `[FILE:][+|++|~]KEY[=VALUE]`.
package struct ParameterOverride: Hashable, Sendable {
    package enum Action: Hashable, Sendable {
        /// `a.b=V`: the key must exist.
        case set
        /// `+a.b=V`: the key must not exist.
        case add
        /// `++a.b=V`: either.
        case addOrSet
        /// `~a.b`, or `~a.b=V` which deletes only that value.
        case delete
    }

    /// The parameter file as the user names it; `params.yaml` unless given.
    package let file: String
    package let action: Action
    /// The parts of the dotted key.
    package let path: [String]
    /// `nil` only for a deletion whatever the value.
    package let value: Value?
    /// The values of a sweep, in order; empty for an ordinary override.
    package let alternatives: [Value]
    /// The override as it was typed, without the file.
    package let text: String

    package var isSweep: Bool { !alternatives.isEmpty }

    package static let defaultFile = "params.yaml"

    /// Reads an override.
    ///
    /// - Throws: ``OverrideError`` where it does not follow the grammar.
    package static func parse(_ argument: String) throws(OverrideError) -> ParameterOverride {
        var file = defaultFile
        var text = argument
        let head = argument.prefix { $0 != "=" }
        // The file's name ends at the last colon in front of the first equals sign.
        if let colon = head.lastIndex(of: ":") {
            file = String(argument[..<colon])
            text = String(argument[argument.index(after: colon)...])
            if file.isEmpty { throw .malformed(argument, "no file stands in front of the colon") }
        }
        var rest = text[...]
        var action = Action.set
        if rest.hasPrefix("++") {
            action = .addOrSet
            rest = rest.dropFirst(2)
        } else if rest.hasPrefix("+") {
            action = .add
            rest = rest.dropFirst()
        } else if rest.hasPrefix("~") {
            action = .delete
            rest = rest.dropFirst()
        }
        let equals = rest.firstIndex(of: "=")
        let key = rest[..<(equals ?? rest.endIndex)].trimmed
        let path = key.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard !key.isEmpty, !path.contains("") else { throw .malformed(argument, "the key is missing or incomplete") }
        guard let equals else {
            guard action == .delete else { throw .malformed(argument, "'=' and a value are missing") }
            return .init(file: file, action: action, path: path, value: nil, alternatives: [], text: text)
        }
        var parser = OverrideValueParser(String(rest[rest.index(after: equals)...]), argument: argument)
        let values = try parser.whole()
        return .init(
            file: file, action: action, path: path, value: values.count == 1 ? values[0] : nil,
            alternatives: values.count == 1 ? [] : values, text: text)
    }
}

/// Why an override cannot be understood or applied.
package enum OverrideError: UserFacingError, Hashable {
    case malformed(String, String)
    case sweep(String)
    case absent(key: String, file: String, similar: String?)
    case present(key: String, file: String)
    case different(key: String, is: String, expected: String)
    case notEditable(key: String, file: String, reason: String)
    case missingFile(String)

    package var message: String {
        switch self {
        case .malformed(let text, let problem): "cannot understand '\(Console.sanitized(text))': \(problem)"
        case .sweep(let text): "'\(Console.sanitized(text))' names several values, and one run takes one"
        case .absent(let key, let file, _):
            "cannot set '\(Console.sanitized(key))': \(Console.sanitized(file)) has no such parameter"
        case .present(let key, let file):
            "cannot add '\(Console.sanitized(key))': \(Console.sanitized(file)) has it already"
        case .different(let key, let value, let expected):
            "cannot delete '\(Console.sanitized(key))': it is \(Console.sanitized(value)) and not \(Console.sanitized(expected))"
        case .notEditable(let key, let file, let reason):
            "cannot change '\(Console.sanitized(key))' in \(Console.sanitized(file)): \(reason)"
        case .missingFile(let file): "parameter file '\(Console.sanitized(file))' does not exist"
        }
    }

    package var hint: String? {
        switch self {
        case .malformed: "write [FILE:]KEY=VALUE, for example -S lr=0.1 or -S other.json:train.lr=0.1"
        case .sweep: "run once for each value"
        case .absent(let key, _, let similar?):
            "did you mean '\(Console.sanitized(similar))'? '+\(Console.sanitized(key))=…' adds a new one"
        case .absent(let key, _, nil): "'+\(Console.sanitized(key))=…' adds it"
        case .present(let key, _): "'\(Console.sanitized(key))=…' sets it, '++\(Console.sanitized(key))=…' does either"
        case .different, .missingFile: nil
        case .notEditable: "change the file by hand"
        }
    }

    package var status: ExitStatus {
        switch self {
        case .malformed, .sweep: .usage
        default: .failure
        }
    }
}

extension StringProtocol {
    /// Without blanks and tabs at both ends.
    var trimmed: String {
        var text = Substring(self)
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return String(text)
    }
}
