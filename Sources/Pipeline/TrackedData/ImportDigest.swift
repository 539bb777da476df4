import Cache
import Formats

/// The `md5` at the top of a `.dvc` file that says where its data comes from, by which DVC sees that somebody edited it.
///
/// It is the MD5 of what Python's `json.dumps(sort_keys=True)` writes of the file, without what may be changed freely:
/// notes, whether the stage is frozen, and what follows from the hashes.
enum ImportDigest {
    private static let notes = ["md5", "frozen", "desc", "meta"]
    private static let sizes = ["size", "nfiles", "isexec"]
    private static let outputNotes = sizes + ["persist", "desc", "type", "labels", "meta"]

    /// - Parameter file: The mapping of the file.
    /// - Returns: 32 hexadecimal digits; `nil` for a file without sources.
    static func md5(of file: Mapping) -> String? {
        guard let sources = file["deps"]?.list, !sources.isEmpty else { return nil }
        var reduced = without(notes, file)
        if reduced["always_changed"] == .bool(false) { reduced["always_changed"] = nil }
        if reduced["wdir"]?.isString(".") == true { reduced["wdir"] = nil }
        reduced["deps"] = .list(sources.map { without(sizes, $0) })
        reduced["outs"] = .list((file["outs"]?.list ?? []).map { without(outputNotes, $0) })
        return MD5.hex(JSON.pythonDumpsBytes(.mapping(reduced), sortKeys: true))
    }

    private static func without(_ keys: [String], _ value: Value) -> Value {
        value.mapping.map { .mapping(without(keys, $0)) } ?? value
    }

    private static func without(_ keys: [String], _ mapping: Mapping) -> Mapping {
        Mapping(entries: mapping.entries.filter { entry in !keys.contains { entry.key.isString($0) } })
    }
}
