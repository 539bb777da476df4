/// The text of a `dvc.lock`, to look up and replace the entries of stages.
package struct LockText: Sendable {
    private var document: Mapping

    /// An empty lock: no file yet.
    package init() { document = Self.empty }

    private static let empty = Mapping([("schema", .string("2.0"))])

    /// - Throws: ``FormatError`` for text that is not YAML, or where the file or its `stages` is not a mapping.
    package init(parsing bytes: [UInt8], file: String) throws(FormatError) {
        switch try YAML.load(bytes, file: file) {
        case .null: document = Self.empty
        case .mapping(let mapping): document = mapping
        default: throw FormatError(file: file, problem: "expected a mapping")
        }
    }

    private var stages: Mapping { document["stages"]?.mapping ?? Mapping() }

    /// The names of the stages, in the order of the file.
    package var stageNames: [String] { stages.entries.compactMap(\.key.string) }

    /// The entry of a stage; `nil` where there is none.
    package func value(of stage: String) -> Value? { stages[stage] }

    /// Replaces the entry of a stage in its place, or appends it.
    package mutating func setStage(_ name: String, _ value: Value) {
        var stages = stages
        stages[name] = value
        document["stages"] = .mapping(stages)
    }

    /// Removes the entry of a stage, if there is one.
    package mutating func removeStage(_ name: String) {
        var stages = stages
        stages[name] = nil
        document["stages"] = .mapping(stages)
    }

    /// The text to write to the file.
    package func render() -> String { YAML.emit(.mapping(document)) }
}
