import Formats

/// How a mapping in `cmd` becomes arguments.
package struct ArgumentStyle: Sendable, Hashable {
    /// `parsing.bool = boolean_optional`: false is `--no-key`, not nothing.
    package var negatesFalse = false
    /// `parsing.list = append`: the option is repeated for each element.
    package var repeatsOption = false

    /// What DVC does without settings: a false value is left out, a list follows its option once.
    package init() {}

    /// Why a mapping cannot become arguments.
    struct Fault: Error {
        let problem: String
    }

    /// The arguments with their values, joined by blanks; names of nested mappings are joined by dots.
    func arguments(_ mapping: TemplateMapping) throws(Fault) -> String {
        var words: [String] = []
        try add(mapping, below: "", to: &words)
        return words.joined(separator: " ")
    }

    private func add(_ mapping: TemplateMapping, below prefix: String, to words: inout [String]) throws(Fault) {
        for (key, value) in zip(mapping.keys, mapping.values) {
            let name = prefix + key
            switch value.target {
            case .mapping(let inner): try add(inner, below: name + ".", to: &words)
            case .leaf(.bool(true), _): words.append("--" + name)
            case .leaf(.bool(false), _): if negatesFalse { words.append("--no-" + name) }
            case .leaf(let value, _): words += ["--" + name, try Self.word(value, name)]
            case .list(let items):
                var values: [String] = []
                for item in items {
                    guard case .leaf(let value, _) = item.target else {
                        throw Fault(problem: "the list '\(name)' has \(item.kind) in it, which cannot be an argument")
                    }
                    values.append(try Self.word(value, name))
                }
                if values.isEmpty { continue }
                words += repeatsOption ? values.flatMap { ["--" + name, $0] } : ["--" + name] + values
            case .reference: break
            }
        }
    }

    private static func word(_ value: Value, _ name: String) throws(Fault) -> String {
        switch value {
        case .string(let text): return quoted(text)
        case .timestamp: throw Fault(problem: "'\(name)' is a date; quote it where it is defined")
        default: return PythonText.str(value)
        }
    }

    /// Text as one word of a shell; single quotes where it needs them.
    static func quoted(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            default: "@%_+=:,./-".utf8.contains(byte)
            }
        }
        if isPlain && !text.isEmpty { return text }
        var bytes: [UInt8] = [UInt8(ascii: "'")]
        for byte in text.utf8 {
            if byte == UInt8(ascii: "'") { bytes += Array("'\"'\"'".utf8) } else { bytes.append(byte) }
        }
        return String(decoding: bytes + [UInt8(ascii: "'")], as: UTF8.self)
    }
}

extension ProjectConfig {
    /// `parsing.bool` and `parsing.list`.
    ///
    /// - Throws: ``PipelineError/badSetting(name:value:expected:)`` for a value that neither of them knows.
    package func argumentStyle() throws(PipelineError) -> ArgumentStyle {
        var style = ArgumentStyle()
        switch self["parsing.bool"] {
        case nil, "store_true": break
        case "boolean_optional": style.negatesFalse = true
        case let text?:
            throw .badSetting(name: "parsing.bool", value: text, expected: "store_true or boolean_optional")
        }
        switch self["parsing.list"] {
        case nil, "nargs": break
        case "append": style.repeatsOption = true
        case let text?: throw .badSetting(name: "parsing.list", value: text, expected: "nargs or append")
        }
        return style
    }
}
