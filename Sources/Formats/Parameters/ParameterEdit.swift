/// Changes parameters inside the text of their file; everything else in it stays as it is.
package enum ParameterEdit {
    /// Applies overrides of one file, one after the other.
    ///
    /// Mappings are merged entry by entry. `${key}` stands for what the file says after all overrides. The result is
    /// read again and compared with what was meant before it is handed out.
    /// - Throws: ``OverrideError``, ``FormatError``.
    package static func apply(
        _ overrides: [ParameterOverride], to bytes: [UInt8], name: String
    ) throws -> [UInt8] {
        var expected = try ParameterFile.load(bytes, name: name)
        let plan = try OverrideSteps(overrides, on: expected, file: name)
        var bytes = bytes
        for step in plan.steps {
            let key = step.path.joined(separator: ".")
            _ = expected.apply(step.change, at: step.path[...])
            let edited: [UInt8]
            do { edited = try edit(bytes, step.change, at: step.path, name: name) } catch let refusal as EditRefusal {
                throw OverrideError.notEditable(key: key, file: name, reason: refusal.reason)
            }
            let after: Value
            do { after = try ParameterFile.load(edited, name: name) } catch {
                throw OverrideError.notEditable(key: key, file: name, reason: "its layout is too unusual")
            }
            guard after.isSame(as: expected) else {
                throw OverrideError.notEditable(key: key, file: name, reason: "other values would change with it")
            }
            bytes = edited
        }
        return bytes
    }

    enum Change {
        case set(Value)
        case add(Value)
        case delete
    }

    private static func edit(
        _ bytes: [UInt8], _ change: Change, at path: [String], name: String
    ) throws -> [UInt8] {
        switch ParameterFile.Format(name: name) {
        case .yaml: try YAMLEdit(bytes, file: name).apply(change, at: path)
        case .json: try JSONEdit.apply(change, at: path, to: bytes, name: name)
        case .toml: try TOMLEdit.apply(change, at: path, to: bytes, name: name)
        case .python: try PythonEdit.apply(change, at: path, to: bytes, name: name)
        }
    }
}
