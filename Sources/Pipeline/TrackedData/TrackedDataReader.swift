import Cache
import Files
import Formats
import SystemPackage

/// Reads the YAML of a `.dvc` file.
struct TrackedDataReader {
    let reader: NodeReader
    let path: FilePath
    let root: FilePath?

    private static let keys = ["outs", "deps", "wdir", "frozen", "desc", "meta", "md5", "always_changed"]
    private static let outputKeys = [
        "path", "md5", "size", "nfiles", "isexec", "hash", "desc", "type", "labels", "meta", "cache", "persist",
        "remote", "push",
    ]
    private static let foreignKeys = [
        "etag", "checksum", "version_id", "cloud", "files", "fs_config", "metric", "plot", "checkpoint", "live",
        "repo", "db", "dataset",
    ]

    func read(_ node: YAMLNode) throws(FormatError) -> TrackedData {
        var data = TrackedData(stage: .tracking(path), entry: .empty)
        let entries = try reader.rawEntries(of: node, "the file")
        if let wdir = entries.first(where: { $0.key == "wdir" }), !reader.isNull(wdir.value) {
            let text = try text(wdir)
            data.stage.wdir = text
            data.stage.folder = ProjectPath.rooted(text, in: data.stage.folder, root: root)
        }
        for entry in entries where !reader.isNull(entry.value) {
            switch entry.key {
            case "outs": try readOutputs(entry.value, into: &data)
            case "deps": try readSources(entry.value, into: &data)
            case "frozen": data.stage.isFrozen = try reader.bool(entry.value, "'frozen'")
            case "always_changed": data.stage.isAlwaysChanged = try reader.bool(entry.value, "'always_changed'")
            case "desc": data.stage.description = try text(entry)
            case "meta": data.stage.meta = try YAML.value(of: entry.value, file: reader.file)
            case "wdir", "md5": break
            default: throw reader.unknownKey(entry, of: "the file", expected: Self.keys)
            }
        }
        return data
    }

    private func readOutputs(_ node: YAMLNode, into data: inout TrackedData) throws(FormatError) {
        for element in try reader.list(node, "'outs'") {
            var output = Output.tracked("", rooted: "", position: element.start)
            let entries = try reader.rawEntries(of: element, "an entry in 'outs'")
            for entry in entries where !reader.isNull(entry.value) { try read(entry, into: &output) }
            if output.path.isEmpty { throw reader.error(at: element, "missing 'path' in an entry in 'outs'") }
            output.path = ProjectPath.verbatim(output.path, in: data.stage.folder, root: root)
            output.rooted = ProjectPath.rooted(output.path, in: data.stage.folder, root: root)
            if let reason = ForbiddenOutput.reason(output.rooted) {
                throw reader.error(at: element, "'\(output.path)' cannot be tracked: \(reason)")
            }
            if output.isCached, !output.isInsideProject {
                throw reader.error(at: element, "'\(output.path)' is outside the project")
            }
            data.stage.outputs.append(output)
            data.entry.outputs.append(try hash(entries, of: output.path, at: element))
        }
    }

    private func read(_ entry: NodeReader.Entry, into output: inout Output) throws(FormatError) {
        let part = "'\(entry.key)' in 'outs'"
        switch entry.key {
        case "path": output.path = try text(entry)
        case "cache": output.isCached = try reader.bool(entry.value, part)
        case "persist": output.isPersistent = try reader.bool(entry.value, part)
        case "push": output.isPushed = try reader.bool(entry.value, part)
        case "remote": output.remote = try text(entry)
        case "desc": output.description = try text(entry)
        case "type": output.type = try text(entry)
        case "labels":
            output.labels = []
            for label in try reader.list(entry.value, part) {
                guard let text = label.scalarText else { throw reader.error(at: label, "expected a string in \(part)") }
                output.labels.append(text)
            }
        case "meta": output.meta = try YAML.value(of: entry.value, file: reader.file)
        case "md5", "size", "nfiles", "isexec", "hash": break
        case let key where Self.foreignKeys.contains(key): break
        default: throw reader.unknownKey(entry, of: "an entry in 'outs'", expected: Self.outputKeys)
        }
    }

    /// What is said of a path's contents.
    private func hash(
        _ entries: [NodeReader.Entry], of path: String, at node: YAMLNode
    ) throws(FormatError) -> LockEntry {
        var lock = LockEntry(path: path, generation: .two)
        for entry in entries where !reader.isNull(entry.value) {
            switch entry.key {
            case "md5":
                let md5 = try text(entry)
                guard ObjectStore.isObjectName(md5) else {
                    throw reader.error(at: entry.value, "'\(md5)' is not an MD5 hash")
                }
                lock.md5 = md5
            case "hash": if try text(entry) == "md5" { lock.generation = .three }
            case "size": lock.size = try count(entry)
            case "nfiles": lock.fileCount = try count(entry)
            case "isexec": lock.isExecutable = try reader.bool(entry.value, "'isexec'")
            default: break
            }
        }
        return lock
    }

    /// Where an import comes from: files beside the project can be compared, everything else is only kept.
    private func readSources(_ node: YAMLNode, into data: inout TrackedData) throws(FormatError) {
        for element in try reader.list(node, "'deps'") {
            let entries = try reader.rawEntries(of: element, "an entry in 'deps'")
            guard let path = entries.first(where: { $0.key == "path" }), !entries.contains(where: { $0.key == "repo" })
            else { continue }
            let written = try text(path)
            if OutputReader.scheme(of: written) != nil { continue }
            let rooted = ProjectPath.rooted(written, in: data.stage.folder, root: root)
            data.stage.dependencies.append(Dependency(path: written, rooted: rooted, position: element.start))
            data.entry.dependencies.append(try hash(entries, of: written, at: element))
        }
    }

    /// A scalar's text: an MD5 of digits alone counts too when someone left its quotes away.
    private func text(_ entry: NodeReader.Entry) throws(FormatError) -> String {
        guard let text = entry.value.scalarText, !text.isEmpty else {
            throw reader.error(at: entry.value, "expected a string for '\(entry.key)'")
        }
        if text.utf8.contains(0) { throw reader.error(at: entry.value, "a NUL character in '\(entry.key)'") }
        return text
    }

    private func count(_ entry: NodeReader.Entry) throws(FormatError) -> Int {
        guard let text = entry.value.scalarText, let number = Int(text), number >= 0 else {
            throw reader.error(at: entry.value, "expected a number for '\(entry.key)'")
        }
        return number
    }
}
