/// Parameter and metric files of any format that DVC reads; the format is told by the suffix of the name.
package enum ParameterFile {
    /// How a file is read; `python` means the assignments in a Python file.
    package enum Format: Sendable {
        case yaml, json, toml, python

        /// `.json`, `.toml` and `.py` in any case; everything else is YAML.
        package init(name: String) {
            switch name.lowercased().split(separator: ".", omittingEmptySubsequences: false).last {
            case "json": self = .json
            case "toml": self = .toml
            case "py": self = .python
            default: self = .yaml
            }
        }
    }

    /// The value of a whole file; an empty one is an empty mapping.
    ///
    /// - Throws: ``FormatError`` with the place where the file does not have its format.
    package static func load(_ bytes: [UInt8], name: String) throws(FormatError) -> Value {
        let value: Value =
            switch Format(name: name) {
            case .yaml: try YAML.load(bytes, file: name)
            case .json: try JSON.parse(bytes, file: name)
            case .toml: try TOML.parse(bytes, file: name)
            case .python: try PythonLiterals.parse(bytes, file: name)
            }
        if case .null = value { return .mapping(Mapping()) }
        return value
    }

    /// The value at a dotted key such as `train.layers.0`; `nil` where there is none.
    package static func value(at key: String, in root: Value) -> Value? {
        root.value(at: key.split(separator: ".", omittingEmptySubsequences: false).map(String.init)[...])
    }
}

extension Mapping {
    /// The value of a string key, or else of the whole number that the text spells.
    func entry(namedOrNumbered text: String) -> Value? {
        if let value = self[text] { return value }
        guard let number = Int(text) else { return nil }
        return entries.first { $0.key == .int(number) }?.value
    }
}
