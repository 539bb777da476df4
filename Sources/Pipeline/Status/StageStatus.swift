import Cache
import Formats
import SystemPackage

/// What differs between a stage and its entry in the lock file.
package struct StageStatus: Sendable, Hashable {
    /// How one thing differs; the raw value is the word that users see.
    package enum Change: String, Sendable {
        case modified, deleted, new
        case notInCache = "not in cache"
    }

    /// A dependency or an output that differs.
    package struct PathChange: Sendable, Hashable {
        /// The path as the stage writes it.
        package let path: String
        /// What is the matter with it now.
        package let change: Change
    }

    /// A parameter file that differs.
    package struct ParameterChange: Sendable, Hashable {
        /// The path as the stage writes it.
        package let file: String
        /// What happened to the file as a whole; `nil` where single keys differ.
        package let whole: Change?
        /// The keys that differ, in the order of the stage; empty where `whole` says it all.
        package let keys: [PathChange]
    }

    /// In the order of the stage; empty for a frozen one.
    package var dependencies: [PathChange] = []
    /// In the order of the stage; empty for a frozen one.
    package var parameters: [ParameterChange] = []
    /// In the order of the stage; those that the cache lacks included.
    package var outputs: [PathChange] = []
    /// Whether `cmd` is another one than in the entry; `false` without an entry.
    package var isCommandChanged = false
    /// Whether the stage runs whatever else is said here.
    package var isAlwaysChanged = false

    /// Nothing differs.
    package init() {}

    /// Whether the stage has to run.
    package var isChanged: Bool { self != StageStatus() }

    /// Whether nothing is wrong but data that is not here: it can be had from the cache or a remote.
    package var lacksDataOnly: Bool {
        func isAbsent(_ change: PathChange) -> Bool { change.change == .deleted || change.change == .notInCache }
        return isChanged && !isCommandChanged && !isAlwaysChanged && parameters.isEmpty
            && dependencies.allSatisfy(isAbsent) && outputs.allSatisfy(isAbsent)
    }
}

/// How a status finds out about files; every question is asked at most once per path of a stage.
package struct StatusProbe {
    /// Whether something is at a path, seen from the project root.
    package var exists: (FilePath) throws -> Bool
    /// The hash of what is at a path, in the way of a generation; `nil` where nothing is.
    package var hash: (FilePath, Generation) throws -> OutputHash?
    /// Whether the cache holds an object.
    package var isCached: (OutputHash) throws -> Bool
    /// The values of the parameters of a stage.
    package var parameters: (Stage) throws -> [ParameterValues]

    /// Takes what answers; paths are seen from the project root.
    package init(
        exists: @escaping (FilePath) throws -> Bool, hash: @escaping (FilePath, Generation) throws -> OutputHash?,
        isCached: @escaping (OutputHash) throws -> Bool, parameters: @escaping (Stage) throws -> [ParameterValues]
    ) {
        self.exists = exists
        self.hash = hash
        self.isCached = isCached
        self.parameters = parameters
    }
}

extension StageStatus {
    /// Compares a stage with the entry that its last run left.
    ///
    /// - Parameters:
    ///   - stage: The stage as `dvc.yaml` has it now.
    ///   - lock: Its entry; `nil` where there is none.
    ///   - probe: Answers for the files.
    /// - Returns: What differs. Names of a frozen stage's dependencies and parameters are not looked at.
    package static func of(_ stage: Stage, lock: StageLock?, probe: StatusProbe) throws -> StageStatus {
        var status = StageStatus()
        if !stage.isFrozen {
            for dependency in stage.dependencies {
                if dependency.isAddress {
                    throw RunError.dependencyIsAddress(stage: stage.address(), path: dependency.path)
                }
                let entry = lock?.dependency(dependency.path)
                if let change = try change(of: dependency.rooted, against: entry, probe) {
                    status.dependencies.append(PathChange(path: dependency.path, change: change))
                }
            }
            status.parameters = try parameterChanges(of: stage, lock: lock, probe)
        }
        for output in stage.outputs {
            let entry = lock?.output(output.path)
            if output.isCached, let hash = entry?.hash, try !probe.isCached(hash) {
                status.outputs.append(PathChange(path: output.path, change: .notInCache))
            } else if let change = try change(of: output.rooted, against: entry, probe) {
                status.outputs.append(PathChange(path: output.path, change: change))
            }
        }
        if let lock { status.isCommandChanged = !lock.command.isEqualInPython(to: stage.command) }
        let isCallback = stage.dependencies.isEmpty && stage.parameters.isEmpty && stage.outputs.isEmpty
        status.isAlwaysChanged = isCallback || stage.isAlwaysChanged || stage.hasCheckpoints
        return status
    }

    private static func change(of path: FilePath, against entry: LockEntry?, _ probe: StatusProbe) throws -> Change? {
        guard let recorded = entry?.hash else { return try probe.exists(path) ? .modified : .deleted }
        guard let present = try probe.hash(path, recorded.generation) else { return .deleted }
        return present.md5 == recorded.md5 ? nil : .modified
    }

    private static func parameterChanges(
        of stage: Stage, lock: StageLock?, _ probe: StatusProbe
    ) throws -> [ParameterChange] {
        if stage.parameters.isEmpty { return [] }
        var changes: [ParameterChange] = []
        for present in try probe.parameters(stage) {
            guard present.fileExists else {
                changes.append(ParameterChange(file: present.file, whole: .deleted, keys: []))
                continue
            }
            guard let recorded = lock?.parameters(of: present.file) else {
                changes.append(ParameterChange(file: present.file, whole: .new, keys: []))
                continue
            }
            let keys = keyChanges(present, recorded)
            if !keys.isEmpty { changes.append(ParameterChange(file: present.file, whole: nil, keys: keys)) }
        }
        return changes
    }

    /// In the order in which the stage asks; keys of a whole file that are gone come last.
    private static func keyChanges(_ present: ParameterValues, _ recorded: Mapping) -> [PathChange] {
        var changes: [PathChange] = []
        for key in present.isWhole ? present.values.entries.compactMap(\.key.string) : present.keys {
            guard let value = present.values[key] else {
                changes.append(PathChange(path: key, change: .deleted))
                continue
            }
            guard let old = recorded[key] else {
                changes.append(PathChange(path: key, change: .new))
                continue
            }
            if !old.isEqualInPython(to: value) { changes.append(PathChange(path: key, change: .modified)) }
        }
        guard present.isWhole else { return changes }
        for key in recorded.entries.compactMap(\.key.string) where present.values[key] == nil {
            changes.append(PathChange(path: key, change: .deleted))
        }
        return changes
    }
}
