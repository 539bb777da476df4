import Cache
import Formats

/// What a lock file says of a stage: its command and the hashes and values that its last run saw and made.
package struct StageLock: Sendable {
    /// A string or a list of strings.
    package var command: Value
    /// Sorted by path where this program made it.
    package var dependencies: [LockEntry]
    /// Parameter files as the stage writes them, each with a mapping of dotted keys to values.
    package var parameters: Mapping
    /// Sorted by path where this program made it.
    package var outputs: [LockEntry]

    /// Takes an entry as a file has it; nothing is sorted.
    package init(command: Value, dependencies: [LockEntry], parameters: Mapping, outputs: [LockEntry]) {
        self.command = command
        self.dependencies = dependencies
        self.parameters = parameters
        self.outputs = outputs
    }

    /// The entry of a run that has just ended.
    ///
    /// - Parameters:
    ///   - stage: Gives the command.
    ///   - dependencies: Hashes by path as written.
    ///   - parameters: See ``ParameterReader``.
    ///   - outputs: Hashes by path as written.
    ///   - generation: Of the project: those of the older one do not say that a dependency is executable.
    package init(
        stage: Stage, dependencies: [LockEntry], parameters: [ParameterValues], outputs: [LockEntry],
        generation: Generation = .two
    ) {
        self.init(
            command: stage.command,
            dependencies: generation == .two ? dependencies.map(Self.withoutOldExecuteBit) : dependencies,
            // A file without a single key is recorded too, where all of its keys count.
            parameters: Mapping(
                parameters.filter { $0.fileExists && ($0.isWhole || !$0.values.isEmpty) }
                    .map { ($0.file, .mapping($0.values)) }),
            outputs: outputs)
    }

    /// Dependencies of the older generation do not say that they are executable.
    private static func withoutOldExecuteBit(_ entry: LockEntry) -> LockEntry {
        var entry = entry
        if entry.generation == .two { entry.isExecutable = false }
        return entry
    }

    /// The entry whose path has the very bytes; `nil` where the last run saw no such dependency.
    package func dependency(_ path: String) -> LockEntry? {
        dependencies.first { $0.path.utf8.elementsEqual(path.utf8) }
    }

    /// The entry whose path has the very bytes; `nil` where the last run made no such output.
    package func output(_ path: String) -> LockEntry? { outputs.first { $0.path.utf8.elementsEqual(path.utf8) } }

    /// The recorded values of a parameter file; `nil` where the file is not recorded.
    package func parameters(of file: String) -> Mapping? { parameters[file]?.mapping }

    /// The entry as the file has it: parts that are empty are left out, all else in DVC's order.
    package var value: Value {
        var mapping = Mapping([("cmd", command)])
        if !dependencies.isEmpty { mapping["deps"] = Self.list(dependencies) }
        let parameters = Self.sorted(parameters)
        if !parameters.isEmpty { mapping["params"] = .mapping(parameters) }
        if !outputs.isEmpty { mapping["outs"] = Self.list(outputs) }
        return .mapping(mapping)
    }

    private static func list(_ entries: [LockEntry]) -> Value {
        .list(entries.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }.map(\.value))
    }

    /// The default file first, the others by name, keys by code point; what is inside a value keeps its order.
    private static func sorted(_ parameters: Mapping) -> Mapping {
        var files = parameters.entries.filter { $0.value.mapping != nil }
        for index in files.indices {
            guard let keys = files[index].value.mapping else { continue }
            files[index].value = .mapping(Mapping(entries: keys.entries.sorted(by: precedes)))
        }
        let isDefault = { (entry: Mapping.Entry) in entry.key.isString(ParameterDependency.defaultFile) }
        let others = files.filter { !isDefault($0) }.sorted(by: precedes)
        return Mapping(entries: files.filter(isDefault) + others)
    }

    private static func precedes(_ left: Mapping.Entry, _ right: Mapping.Entry) -> Bool {
        guard let left = left.key.string, let right = right.key.string else { return false }
        return left.utf8.lexicographicallyPrecedes(right.utf8)
    }

    /// Whether both say the same; the order of keys does not count.
    package func isEqual(to other: StageLock) -> Bool { value.isEqualInPython(to: other.value) }
}

extension [(name: String, entry: StageLock)] {
    /// The text that an experiment's hash is made of: the entries by stage name, keys sorted at every level.
    package var hashText: String {
        JSON.pythonDumps(.mapping(Mapping(map { ($0.name, $0.entry.value) })), sortKeys: true)
    }
}
