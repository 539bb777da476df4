import Cache
import Files
import Formats
import SystemPackage

/// What lock files and `.dvc` files record, and how that changes.
extension ProjectWorkspace {
    /// The entry that the last run of a stage left; `nil` where there is none.
    package func lock(of stage: Stage) -> StageLock? { locks[stage.lockFile]?.lock[stage.name] }

    /// What a `.dvc` file says; `nil` where there is no such file.
    func lockOfTrackedData(at path: FilePath) -> StageLock? { locks[path]?.lock[""] }

    /// The hashes of all outputs in lock files and `.dvc` files, also of stages that are no more, and of both sides of a
    /// conflict.
    package var recordedHashes: [OutputHash] {
        locks.values.flatMap { record in
            (record.lock.stages.map(\.entry) + record.lock.contested.flatMap(\.entries))
                .flatMap { $0.outputs.compactMap(\.hash) }
        }
    }

    /// Stages that a merge left between conflict markers, by the lock file.
    package var contestedStages: [(lock: FilePath, name: String)] {
        records.flatMap { record in record.lock.contested.map { (record.path, $0.name) } }
    }

    /// Writes a stage's entry.
    ///
    /// - Returns: What that did to the file.
    package func writeLock(of stage: Stage, _ entry: StageLock, sync: Bool) throws -> LockFile.Outcome {
        let path = stage.lockFile
        try reread(path)
        let old = locks[path]?.bytes
        if stage.isTrackedData { return try writeTrackedData(TrackedData(stage: stage, entry: entry), sync: sync) }
        let (bytes, outcome) = try LockFile.updated(
            old, known: locks[path]?.lock, file: path.string, stage: stage.name, entry: entry)
        if outcome != .unchanged {
            try FileIO.replace(
                root.pushing(path), with: bytes, sync: sync,
                prepared: replacement?.lock == path ? replacement?.parts : nil)
            locks[path] = (bytes, try LockFile.parseWithConflicts(bytes, file: path.string))
        }
        if !savedStages.contains(where: { $0.file == stage.file && $0.name.isIdentical(to: stage.name) }) {
            savedStages.append(stage)
        }
        return outcome
    }

    /// Takes in what commands of stages, which may call us or DVC, have written to a lock file.
    private func reread(_ path: FilePath) throws {
        guard let known = locks[path], path.lastComponent == "dvc.lock" else { return }
        let bytes = try tree.contents(of: path)
        if bytes == known.bytes { return }
        locks[path] = (bytes, try bytes.map { try LockFile.parseWithConflicts($0, file: path.string) } ?? LockFile())
    }

    /// Writes a `.dvc` file with the hashes that it holds.
    ///
    /// - Parameter properties: What to set in every output besides.
    /// - Returns: What that did to the file.
    package func writeTrackedData(
        _ data: TrackedData, properties: Mapping = Mapping(), sync: Bool
    ) throws -> LockFile.Outcome {
        let path = data.path
        let old = locks[path]?.bytes
        let isSame = locks[path]?.lock[""]?.isEqual(to: data.entry) ?? false
        if isSame && properties.isEmpty { return .unchanged }
        let bytes = try data.text(replacing: old, entry: data.entry, properties: properties)
        if bytes == old { return .unchanged }
        try FileIO.replace(root.pushing(path), with: bytes, sync: sync)
        locks[path] = (bytes, LockFile(stages: [("", data.entry)]))
        return old == nil ? .created : .changed
    }

    /// Every lock file and `.dvc` file that is there, by path.
    package var records: [(path: FilePath, bytes: [UInt8], lock: LockFile)] {
        locks.compactMap { path, record in record.bytes.map { (path, $0, record.lock) } }
            .sorted { $0.path.string.utf8.lexicographicallyPrecedes($1.path.string.utf8) }
    }

    /// Replaces the text of a lock file.
    func replaceLock(_ path: FilePath, with bytes: [UInt8], sync: Bool) throws {
        let lock = try LockFile.parse(bytes, file: path.string)
        try FileIO.replace(root.pushing(path), with: bytes, sync: sync)
        locks[path] = (bytes, lock)
    }

    /// Removes a stage's entry, and the file with its last one.
    package func removeLock(of stage: Stage) throws {
        if !stage.isTrackedData { try removeEntry(stage.name, from: stage.lockFile, sync: false) }
    }

    /// Removes an entry from a lock file, also one between conflict markers, and the file with its last one.
    func removeEntry(_ name: String, from path: FilePath, sync: Bool) throws {
        guard let old = locks[path]?.bytes else { return }
        if let bytes = try LockFile.removing(stage: name, from: old, file: path.string) {
            try FileIO.replace(root.pushing(path), with: bytes, sync: sync)
            locks[path] = (bytes, try LockFile.parseWithConflicts(bytes, file: path.string))
        } else {
            try FileIO.remove(root.pushing(path))
            locks[path] = (nil, LockFile())
        }
    }
}
