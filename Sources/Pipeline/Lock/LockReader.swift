import Cache
import Files
import Formats

/// Reads the YAML of a lock file.
struct LockReader {
    private let reader: NodeReader

    init(file: String, bytes: [UInt8]) { reader = NodeReader(file: file, bytes: bytes) }

    func isNull(_ node: YAMLNode) -> Bool { reader.isNull(node) }

    /// Whether the stages stand at top level, as DVC wrote it before `schema` came.
    static func isFirstKind(_ bytes: [UInt8], file: String) throws(FormatError) -> Bool {
        guard let node = try YAML.parse(bytes, file: file) else { return false }
        return isFirstKind(node)
    }

    private static func isFirstKind(_ node: YAMLNode) -> Bool {
        if node.entry("schema") != nil { return false }
        guard let stages = node.entry("stages") else { return true }
        return stages.entry("cmd") != nil
    }

    func stages(of node: YAMLNode) throws(FormatError) -> [(name: String, entry: StageLock)] {
        if Self.isFirstKind(node) { return try stages(in: node) }
        var stages: [(name: String, entry: StageLock)] = []
        for entry in try reader.entries(of: node, "the lock file") {
            switch entry.key {
            case "schema":
                guard entry.value.scalarText == "2.0" else {
                    throw reader.error(at: entry.value, "unknown version of the lock file, expected '2.0'")
                }
            case "stages": if !isNull(entry.value) { stages = try self.stages(in: entry.value) }
            case "datasets": break
            default: throw reader.unknownKey(entry, of: "the lock file", expected: ["schema", "stages", "datasets"])
            }
        }
        return stages
    }

    private func stages(in node: YAMLNode) throws(FormatError) -> [(name: String, entry: StageLock)] {
        var stages: [(name: String, entry: StageLock)] = []
        for entry in try reader.rawEntries(of: node, "'stages'") {
            stages.append((entry.key, try stage(entry.value, "stage '\(entry.key)'")))
        }
        return stages
    }

    func stage(_ node: YAMLNode, _ what: String) throws(FormatError) -> StageLock {
        var lock = StageLock(command: .null, dependencies: [], parameters: Mapping(), outputs: [])
        for entry in try reader.rawEntries(of: node, what) where !isNull(entry.value) {
            let part = "'\(entry.key)' of \(what)"
            switch entry.key {
            case "cmd": lock.command = try YAML.value(of: entry.value, file: reader.file)
            case "deps": lock.dependencies = try lockEntries(entry.value, part)
            case "outs": lock.outputs = try lockEntries(entry.value, part)
            case "params":
                guard case .mapping(let files) = try YAML.value(of: entry.value, file: reader.file) else {
                    throw reader.error(at: entry.value, "expected a mapping for \(part)")
                }
                lock.parameters = files
            default: throw reader.unknownKey(entry, of: what, expected: ["cmd", "deps", "params", "outs"])
            }
        }
        return lock
    }

    private func lockEntries(_ node: YAMLNode, _ part: String) throws(FormatError) -> [LockEntry] {
        var entries: [LockEntry] = []
        for element in try reader.list(node, part) { entries.append(try lockEntry(element, part)) }
        return entries
    }

    private func lockEntry(_ node: YAMLNode, _ part: String) throws(FormatError) -> LockEntry {
        var lock = LockEntry(path: "", generation: .two)
        for entry in try reader.rawEntries(of: node, "an entry in \(part)") {
            switch entry.key {
            case "path":
                lock.path = try text(entry)
                if lock.path.utf8.contains(0) { throw reader.error(at: entry.value, "a NUL character in a path") }
            case "hash" where entry.value.scalarText == "md5": lock.generation = .three
            case "md5":
                let hash = try text(entry)
                guard ObjectStore.isObjectName(hash) else {
                    throw reader.error(at: entry.value, "'\(hash)' is not an MD5 hash")
                }
                lock.md5 = hash
            case "size": lock.size = try count(entry)
            case "nfiles": lock.fileCount = try count(entry)
            case "isexec": lock.isExecutable = try reader.bool(entry.value, "'isexec'")
            case "hash", "checksum", "etag", "version_id", "cloud", "files", "dataset":
                let value = try YAML.value(of: entry.value, file: reader.file)
                lock.extra.entries.append(.init(key: .string(entry.key), value: value))
            default:
                throw reader.unknownKey(
                    entry, of: "an entry in \(part)", expected: ["path", "hash", "md5", "size", "nfiles", "isexec"])
            }
        }
        if lock.path.isEmpty { throw reader.error(at: node, "missing 'path' in an entry in \(part)") }
        return lock
    }

    /// A scalar's text: an MD5 of digits alone counts too when someone left its quotes away.
    private func text(_ entry: NodeReader.Entry) throws(FormatError) -> String {
        guard let text = entry.value.scalarText, !text.isEmpty else {
            throw reader.error(at: entry.value, "expected a string for '\(entry.key)'")
        }
        return text
    }

    private func count(_ entry: NodeReader.Entry) throws(FormatError) -> Int? {
        if isNull(entry.value) { return nil }
        guard let text = entry.value.scalarText, let number = Int(text), number >= 0 else {
            throw reader.error(at: entry.value, "expected a number for '\(entry.key)'")
        }
        return number
    }
}
