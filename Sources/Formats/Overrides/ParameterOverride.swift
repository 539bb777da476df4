/// A change of a parameter, as `-S/--set-param` words it: `[FILE:][+|++|~]KEY[=VALUE]`.
package struct ParameterOverride: Hashable, Sendable {
    /// What is to become of the key, by the sign in front of it.
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
    /// Told by `+`, `++` or `~` in front of the key.
    package let action: Action
    /// The parts of the dotted key.
    package let path: [String]
    /// `nil` only for a deletion whatever the value.
    package let value: Value?
    /// The values of a sweep, in order; empty for an ordinary override.
    package let alternatives: [Value]
    /// The override as it was typed, without the file.
    package let text: String

    /// Whether it names several values, of which a run takes one each.
    package var isSweep: Bool { !alternatives.isEmpty }

    /// The file that is meant where none is named, as DVC has it.
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
            let sign = file.prefix { $0 == "+" || $0 == "~" }
            if !sign.isEmpty {
                let meant = "\(file.dropFirst(sign.count)):\(sign)\(text)"
                throw .misspelled(argument, problem: "'\(sign)' belongs behind the file and its colon", meant: meant)
            }
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
        guard !key.isEmpty, !path.contains(""), !key.hasPrefix("+"), !key.hasPrefix("~") else {
            throw .malformed(argument, "the key is missing or incomplete")
        }
        if key.utf8.contains(where: { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "]") }) {
            let dotted = key.filter { $0 != "]" }.map { $0 == "[" ? "." : String($0) }.joined()
            let front = argument.prefix(argument.count - rest.count)
            throw .misspelled(
                argument, problem: "a key has no brackets",
                meant: front + dotted + (equals.map { String(rest[$0...]) } ?? ""))
        }
        guard let equals else {
            guard action == .delete else { throw .malformed(argument, "'=' and a value are missing") }
            return .init(file: file, action: action, path: path, value: nil, alternatives: [], text: text)
        }
        var parser = OverrideValueParser(rest[rest.index(after: equals)...], argument: argument)
        var value: Value?
        var alternatives: [Value] = []
        switch try parser.whole() {
        case .value(let only): value = only
        case .choice(let choice): alternatives = choice.isShuffled ? choice.values.shuffled() : choice.values
        case .range(let range):
            guard let values = range.values else {
                throw .malformed(argument, "the range has no end or too many values")
            }
            if values.isEmpty { throw .malformed(argument, "the range is empty") }
            alternatives = range.isShuffled ? values.shuffled() : values
        }
        return .init(file: file, action: action, path: path, value: value, alternatives: alternatives, text: text)
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
