import Cache
import Files
import Formats
import SystemPackage

/// A `dvc.lock`, read.
package struct LockFile: Sendable {
    /// The entries in the order of the file.
    package let stages: [(name: String, entry: StageLock)]
    /// Stages that a merge left between conflict markers, with the entries of both sides: they have to run again.
    package let contested: [(name: String, entries: [StageLock])]
    /// The place of each stage; empty where there are so few that a search is faster.
    private let numbers: [ExactString: Int]

    /// Takes entries in the order of the file; of two with the same name the last one counts.
    package init(
        stages: [(name: String, entry: StageLock)] = [], contested: [(name: String, entries: [StageLock])] = []
    ) {
        self.stages = stages
        self.contested = contested
        var numbers: [ExactString: Int] = [:]
        if stages.count > 16 {
            for (number, stage) in stages.enumerated() { numbers[ExactString(stage.name)] = number }
        }
        self.numbers = numbers
    }

    /// The entry of a stage; `nil` where there is none.
    package subscript(stage: String) -> StageLock? {
        if numbers.isEmpty { return stages.last { $0.name.isIdentical(to: stage) }?.entry }
        return numbers[ExactString(stage)].map { stages[$0].entry }
    }

    /// Reads the lock file that belongs to a `dvc.yaml`.
    ///
    /// - Returns: A lock without entries where there is no such file.
    package static func load(_ path: FilePath, from tree: any FileTree) throws -> LockFile {
        try tree.contents(of: path).map { try parse($0, file: path.string) } ?? LockFile()
    }

    /// Reads the text of a lock file, also of the first kind, which has the stages at top level.
    ///
    /// The result depends on the arguments alone, so a caller may remember it.
    ///
    /// - Throws: `FormatError` with the place of the first fault; also for a hash that is none, because hashes become
    ///   parts of paths.
    package static func parse(_ bytes: [UInt8], file: String) throws(FormatError) -> LockFile {
        let reader = LockReader(file: file, bytes: bytes)
        guard let node = try YAML.parse(bytes, file: file), !reader.isNull(node) else { return LockFile() }
        return LockFile(stages: try reader.stages(of: node))
    }

    /// Reads the lock file of a workspace, where a merge may have left conflict markers around stages.
    ///
    /// - Throws: `FormatError` as ``parse(_:file:)`` does, also for markers around anything else than whole stages.
    package static func parseWithConflicts(_ bytes: [UInt8], file: String) throws(FormatError) -> LockFile {
        do throws(FormatError) {
            return try parse(bytes, file: file)
        } catch {
            guard error.hasConflictMarkers, let conflicts = LockConflicts(bytes, file: file) else { throw error }
            guard let rest = try? parse(conflicts.rest, file: file) else { throw error }
            return LockFile(stages: rest.stages, contested: conflicts.stages.map { ($0.name, $0.entries) })
        }
    }

    /// The text of a lock file without the stages that a merge left between conflict markers, and the names of those.
    ///
    /// - Returns: `nil` where there are no markers, or where they are around anything else than whole stages.
    package static func withoutConflicts(_ bytes: [UInt8], file: String) -> (text: [UInt8], contested: [String])? {
        guard let conflicts = LockConflicts(bytes, file: file), let rest = try? parse(conflicts.rest, file: file) else {
            return nil
        }
        return (rest.stages.isEmpty ? [] : conflicts.rest, conflicts.stages.map(\.name))
    }

    /// The dependencies and outputs of a stage, without the rest of its entry.
    package struct StageEntries: Sendable {
        /// As in ``LockFile/stages``.
        package let name: String
        /// As the entry has them, without the command and the parameters.
        package var dependencies: [LockEntry]
        /// As the entry has them.
        package var outputs: [LockEntry]
    }

    /// The dependencies and outputs of all stages; much faster than ``parse(_:file:)``, for many commits.
    ///
    /// - Parameter acceptingConflicts: Whether stages between conflict markers are left out, see
    ///   ``parseWithConflicts(_:file:)``; otherwise markers are an error.
    /// - Throws: `FormatError` with the place of the first fault, though not every fault elsewhere in the file.
    package static func entries(
        of bytes: [UInt8], file: String, acceptingConflicts: Bool = false
    ) throws(FormatError) -> [StageEntries] {
        if let entries = LockScanner.scan(bytes) { return entries }
        let lock = try acceptingConflicts ? parseWithConflicts(bytes, file: file) : parse(bytes, file: file)
        return lock.stages.map {
            StageEntries(name: $0.name, dependencies: $0.entry.dependencies, outputs: $0.entry.outputs)
        }
    }

    /// What an update did.
    package enum Outcome: Sendable, Hashable {
        /// There was no file, or an empty one.
        case created
        /// The entry is new or differs from the one that was there.
        case changed
        /// The entry says what it said before; the bytes are those from before.
        case unchanged
    }

    /// The text of a lock file with the entry of a stage replaced, or added at the end.
    ///
    /// All other entries, their order and their comments stay. Where a merge left conflict markers around the stage, the
    /// entry takes their place; those around others stay.
    ///
    /// - Parameters:
    ///   - bytes: The file as it is; `nil` where there is none.
    ///   - known: What the file says, where it was read already.
    ///   - file: Its path for messages.
    /// - Throws: `FormatError` for a file that cannot be read.
    package static func updated(
        _ bytes: [UInt8]?, known: LockFile? = nil, file: String, stage: String, entry: StageLock
    ) throws(FormatError) -> (bytes: [UInt8], outcome: Outcome) {
        if let bytes, let conflicts = LockConflicts(bytes, file: file) {
            return (try conflicts.edited(stage, file: file) { $0.setStage(stage, entry.value) } ?? [], .changed)
        }
        var old = known
        if old == nil, let bytes { old = try parse(bytes, file: file) }
        if let bytes, let same = old?[stage], same.isEqual(to: entry) { return (bytes, .unchanged) }
        let isNew = old?.stages.isEmpty ?? true
        var text = try editable(bytes, old, file: file)
        text.setStage(stage, entry.value)
        return (Array(text.render().utf8), isNew ? .created : .changed)
    }

    /// The text of a lock file without a stage; `nil` where no stage is left, so that the file should go.
    ///
    /// - Throws: `FormatError` for a file that cannot be read.
    package static func removing(stage: String, from bytes: [UInt8], file: String) throws(FormatError) -> [UInt8]? {
        if let conflicts = LockConflicts(bytes, file: file) {
            return try conflicts.edited(stage, file: file) { $0.removeStage(stage) }
        }
        let old = try parse(bytes, file: file)
        guard old[stage] != nil else { return old.stages.isEmpty ? nil : bytes }
        if old.stages.count == 1 { return nil }
        var text = try editable(bytes, old, file: file)
        text.removeStage(stage)
        return Array(text.render().utf8)
    }

    /// Whether the stages stand at top level, as DVC wrote it before `schema` came.
    ///
    /// - Throws: `FormatError` for a text that is not YAML.
    package static func isFirstKind(_ bytes: [UInt8], file: String) throws(FormatError) -> Bool {
        try LockReader.isFirstKind(bytes, file: file)
    }

    /// The same lock in the current kind of file; a text that is already of it stays as it is.
    ///
    /// - Throws: `FormatError` for a file that cannot be read.
    package static func inCurrentKind(_ bytes: [UInt8], file: String) throws(FormatError) -> [UInt8] {
        let lock = try parse(bytes, file: file)
        guard !lock.stages.isEmpty, try isFirstKind(bytes, file: file) else { return bytes }
        return Array(try editable(bytes, lock, file: file).render().utf8)
    }

    /// The text, brought to the current kind.
    private static func editable(_ bytes: [UInt8]?, _ old: LockFile?, file: String) throws(FormatError) -> LockText {
        guard let bytes, let old, !old.stages.isEmpty else { return try LockText(parsing: [], file: file) }
        if try LockReader.isFirstKind(bytes, file: file) {
            var text = try LockText(parsing: [], file: file)
            for (name, entry) in old.stages { text.setStage(name, entry.value) }
            return text
        }
        return try LockText(parsing: bytes, file: file)
    }
}

extension StageLock {
    /// The entry of a stage as the run cache keeps it in a file of its own.
    ///
    /// - Throws: `FormatError` with the place of the first fault.
    package static func parse(_ bytes: [UInt8], file: String) throws(FormatError) -> StageLock {
        let reader = LockReader(file: file, bytes: bytes)
        guard let node = try YAML.parse(bytes, file: file) else {
            throw FormatError(file: file, problem: "expected the entry of a stage")
        }
        return try reader.stage(node, "the entry")
    }
}
