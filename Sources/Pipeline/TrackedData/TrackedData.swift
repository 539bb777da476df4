import Cache
import Files
import Formats
import SystemPackage

/// A `.dvc` file: data that is tracked by itself, and that no stage writes.
///
/// It takes part in the graph as a stage without a command; the hashes that a lock file holds for other stages stand in
/// the file itself.
package struct TrackedData: Sendable {
    /// The file, relative to the project root.
    package var path: FilePath { stage.file }
    /// The stage that stands for the file; its name is empty.
    package var stage: Stage
    /// What the file says of its outputs and of the sources of an import.
    package var entry: StageLock

    /// Takes what a file says, or is to say; nothing is written.
    package init(stage: Stage, entry: StageLock) {
        self.stage = stage
        self.entry = entry
    }

    /// Reads the text of a `.dvc` file.
    ///
    /// - Parameters:
    ///   - path: Relative to the project root.
    ///   - root: The absolute project root; absolute paths inside it are taken for relative ones.
    /// - Throws: `FormatError` with the place of the first fault; also for an output outside the project, and for a hash
    ///   that is none, because hashes become parts of paths.
    package static func parse(
        _ bytes: [UInt8], path: FilePath, root: FilePath? = nil
    ) throws(FormatError) -> TrackedData {
        let reader = NodeReader(file: path.string, bytes: bytes)
        guard let node = try YAML.parse(bytes, file: path.string), !reader.isNull(node) else {
            return TrackedData(stage: .tracking(path), entry: .empty)
        }
        return try TrackedDataReader(reader: reader, path: path, root: root).read(node)
    }

    /// A file for data that was not tracked before.
    ///
    /// - Parameters:
    ///   - output: The data, seen from the project root.
    ///   - path: The `.dvc` file, seen from the project root.
    package static func fresh(_ output: FilePath, in path: FilePath) -> TrackedData {
        var stage = Stage.tracking(path)
        let home = path.parent
        if output.parent != home {
            stage.folder = output.parent
            stage.wdir = ProjectPath.relative(stage.folder, from: home).string
        }
        stage.outputs = [
            .tracked(
                output.lastComponent?.string ?? "", rooted: output,
                position: SourcePosition(offset: 0, line: 1, column: 1))
        ]
        return TrackedData(stage: stage, entry: .empty)
    }

    /// The text of the file with other hashes, or with other properties.
    ///
    /// - Parameters:
    ///   - bytes: The file as it is; `nil` where there is none. Its comments and the order of its keys stay.
    ///   - entry: The hashes to write.
    ///   - properties: What to set in every output besides, such as `desc`.
    /// - Throws: `FormatError` for a file that cannot be read.
    package func text(
        replacing bytes: [UInt8]?, entry: StageLock, properties: Mapping = Mapping()
    ) throws(FormatError) -> [UInt8] {
        let file = path.string
        let old = try bytes.map { bytes throws(FormatError) in try YAML.load(bytes, file: file) }?.mapping ?? Mapping()
        var top = old
        if old.isEmpty {
            if let wdir = stage.wdir { top["wdir"] = .string(wdir) }
        }
        if top["frozen"] == .bool(false) { top["frozen"] = nil }
        let recorded = top["outs"]?.list ?? []
        top["outs"] = .list(
            stage.outputs.enumerated().map { index, output in
                let former = index < recorded.count ? recorded[index].mapping : nil
                return .mapping(Self.value(of: output, entry.output(output.path), former: former, properties))
            })
        if let sources = top["deps"]?.list {
            top["deps"] = .list(sources.map { Self.source($0, entry) })
            if let md5 = ImportDigest.md5(of: top) { top["md5"] = .string(md5) }
        }
        guard let bytes, !old.isEmpty else { return YAML.emitBytes(.mapping(top)) }
        return try YAMLUpdate.text(bytes, file: file, becoming: .mapping(top))
    }

    private static let hashKeys = ["md5", "size", "nfiles", "isexec", "hash"]

    /// An output as the file has it: the hash first, then the path, then what the user says of it.
    private static func value(
        of output: Output, _ entry: LockEntry?, former: Mapping?, _ properties: Mapping
    ) -> Mapping {
        var value = entry.map(hashes) ?? Mapping()
        value["path"] = .string(output.path)
        for old in former?.entries ?? [] {
            guard let key = old.key.string, !hashKeys.contains(key), !isDefault(key, old.value) else { continue }
            value[key] = old.value
        }
        for property in properties.entries {
            if let key = property.key.string { value[key] = property.value }
        }
        return value
    }

    private static func hashes(_ entry: LockEntry) -> Mapping {
        var value = Mapping()
        if let md5 = entry.md5 { value["md5"] = .string(md5) }
        if let size = entry.size { value["size"] = .int(size) }
        if let count = entry.fileCount { value["nfiles"] = .int(count) }
        if entry.isExecutable { value["isexec"] = .bool(true) }
        if entry.generation == .three, entry.md5 != nil { value["hash"] = .string("md5") }
        return value
    }

    /// Where data comes from, with the hashes of now; a source that cannot be looked at stays as it is.
    private static func source(_ former: Value, _ entry: StageLock) -> Value {
        guard let old = former.mapping, let path = old["path"]?.string, old["repo"] == nil,
            let entry = entry.dependency(path)
        else { return former }
        var value = hashes(entry)
        for entry in old.entries where !hashKeys.contains(where: { entry.key.isString($0) }) {
            value.entries.append(entry)
        }
        return .mapping(value)
    }

    private static func isDefault(_ key: String, _ value: Value) -> Bool {
        switch key {
        case "cache", "push": value == .bool(true)
        case "persist": value == .bool(false)
        default: false
        }
    }
}

extension Stage {
    /// Whether this stands for a `.dvc` file.
    package var isTrackedData: Bool { name.isEmpty && file.extension == "dvc" }

    /// The stage of a `.dvc` file, without outputs.
    static func tracking(_ path: FilePath) -> Stage {
        Stage(
            name: "", group: nil, variables: [], file: path, folder: path.parent, wdir: nil,
            command: .null, dependencies: [], parameters: [], outputs: [], live: nil, isFrozen: false,
            isAlwaysChanged: false, description: nil, meta: nil,
            position: SourcePosition(offset: 0, line: 1, column: 1))
    }
}

extension StageLock {
    /// An entry that says nothing.
    package static var empty: StageLock {
        StageLock(command: .null, dependencies: [], parameters: Mapping(), outputs: [])
    }
}

extension Output {
    /// An output of a `.dvc` file.
    static func tracked(_ path: String, rooted: FilePath, position: SourcePosition) -> Output {
        Output(
            path: path, rooted: rooted, kind: .plain, isCached: true, isPersistent: false, isCheckpoint: false,
            remote: nil, isPushed: true, description: nil, type: nil, labels: [], meta: nil, plot: PlotProperties(),
            position: position)
    }
}
