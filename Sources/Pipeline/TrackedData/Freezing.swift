import Files
import Formats
import SystemPackage

extension ProjectWorkspace {
    /// Says in the file of a stage whether it is frozen: its dependencies do not count then.
    ///
    /// - Returns: Whether that changed the file.
    /// - Throws: ``DataError/groupMember(_:)`` for a stage that is not written by itself, `FormatError`.
    package func setFrozen(_ frozen: Bool, _ stage: Stage, sync: Bool) throws -> Bool {
        let path = root.pushing(stage.file)
        guard let bytes = try FileIO.read(path) else { return false }
        let result: [UInt8]
        if stage.isTrackedData {
            var top = try YAML.load(bytes, file: stage.file.string).mapping ?? Mapping()
            top["frozen"] = frozen ? .bool(true) : nil
            result = try YAMLUpdate.text(bytes, file: stage.file.string, becoming: .mapping(top))
        } else {
            let stages = try YAML.load(bytes, file: stage.file.string).mapping?["stages"]?.mapping
            guard let entry = stages?[stage.name]?.mapping, entry["cmd"] != nil else {
                throw DataError.groupMember(stage.name)
            }
            if stage.isFrozen == frozen { return false }
            let place = ["stages", stage.name]
            result =
                try frozen
                ? YAMLTextEdit.setEntry(
                    in: bytes, file: stage.file.string, path: place, key: "frozen", value: .bool(true))
                : YAMLTextEdit.removeEntry(in: bytes, file: stage.file.string, path: place, key: "frozen")
        }
        if result == bytes { return false }
        try FileIO.replace(path, with: result, sync: sync)
        return true
    }
}
