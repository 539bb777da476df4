import Diagnostics
import Formats

/// One way in which a commit and what its lock file says of a stage differ.
package enum Finding: Sendable {
    /// What happened to a path.
    package enum Change: String, Sendable {
        case modified, deleted
        /// It is in the workspace only, so whoever gets the commit does not have it.
        case untracked = "not added to git"
        case notInCache = "not in the cache"
    }

    /// A parameter whose value is another one.
    package struct Parameter: Sendable {
        /// The dotted key, as the stage writes it.
        package let key: String
        /// What the lock file says; `nil` where it does not know the key.
        package let recorded: Value?
        /// What the commit's file says; `nil` where it does not have the key.
        package let value: Value?
    }

    case command(recorded: Value, value: Value)
    /// Paths as the stage writes them.
    case parameters(file: String, [Parameter])
    case dependency(path: String, Change)
    case output(path: String, Change)

    /// A file that is only to be added to git.
    var untracked: String? {
        switch self {
        case .dependency(let path, .untracked), .output(let path, .untracked): path
        default: nil
        }
    }

    /// One line without indentation, fit for a terminal.
    package var text: String {
        switch self {
        case .command(let recorded, let value): "command: \(Self.shown(recorded)) → \(Self.shown(value))"
        case .parameters(let file, let changes):
            "\(Console.sanitized(file)): " + changes.map(Self.text).joined(separator: ", ")
        case .dependency(let path, let change), .output(let path, let change):
            "\(Console.sanitized(path)): \(change.rawValue)"
        }
    }

    private static func text(_ change: Parameter) -> String {
        let key = Console.sanitized(change.key)
        return switch (change.recorded, change.value) {
        case (let recorded?, let value?): "\(key) \(shown(recorded)) → \(shown(value))"
        case (nil, let value?): "\(key) \(shown(value)) is new"
        case (let recorded?, nil): "\(key) \(shown(recorded)) is gone"
        case (nil, nil): "\(key) is missing"
        }
    }

    /// A value on one line, cut where it is long.
    private static func shown(_ value: Value) -> String {
        var text = JSON.pythonDumps(value)
        if case .string(let plain) = value { text = plain.isEmpty ? "''" : plain }
        let limit = 60
        let scalars = text.unicodeScalars
        if scalars.count > limit { text = String(String.UnicodeScalarView(scalars.prefix(limit - 1))) + "…" }
        return Console.sanitized(text)
    }

    /// The same for programs.
    package var json: Value {
        func entry(_ kind: String, _ rest: [(String, Value)]) -> Value {
            .mapping(Mapping([("kind", .string(kind))] + rest))
        }
        return switch self {
        case .command(let recorded, let value): entry("command", [("recorded", recorded), ("value", value)])
        case .parameters(let file, let changes):
            entry(
                "parameters",
                [
                    ("path", .string(file)),
                    (
                        "keys",
                        .list(
                            changes.map {
                                .mapping(
                                    Mapping([
                                        ("key", .string($0.key)), ("recorded", $0.recorded ?? .null),
                                        ("value", $0.value ?? .null),
                                    ]))
                            })
                    ),
                ])
        case .dependency(let path, let change):
            entry("dependency", [("path", .string(path)), ("change", .string(change.rawValue))])
        case .output(let path, let change):
            entry("output", [("path", .string(path)), ("change", .string(change.rawValue))])
        }
    }
}

/// What is wrong with a commit, or with what is about to become one.
package struct Verdict: Sendable {
    /// A stage that its lock file does not describe.
    package struct StageFault: Sendable {
        /// The project's folder in the repository; empty at the top.
        package let project: String
        /// The stage's address from the project's root.
        package let stage: String
        /// The lock file, or `.dvc` file, from the top of the repository.
        package let lockFile: String
        /// What differs, never empty.
        package let findings: [Finding]
    }

    /// A file that is wrong by itself.
    package struct FileFault: Sendable {
        /// From the top of the repository.
        package let path: String
        /// What is wrong, in lower case, on one line.
        package let problem: String
        /// Whether it is data of the cache that git was given.
        package let isData: Bool
    }

    /// Stages whose entry is not true, in the order of the pipeline.
    package var stages: [StageFault] = []
    /// Files that are wrong by themselves, sorted by path.
    package var files: [FileFault] = []
    /// How many stages were judged.
    package var judged = 0

    /// A verdict in which nothing is wrong.
    package init() {}

    /// Whether nothing is wrong.
    package var isSound: Bool { stages.isEmpty && files.isEmpty }

    /// A block for each stage, a line for each file; empty where nothing is wrong.
    package var text: String {
        var text = ""
        for file in files { text += "\(Console.sanitized(file.path)): \(file.problem)\n" }
        for stage in stages {
            text += Console.sanitized(stage.stage)
            text += stage.project.isEmpty ? ":\n" : " in '\(Console.sanitized(stage.project))':\n"
            for finding in stage.findings { text += "  \(finding.text)\n" }
        }
        return text
    }

    /// `{"files": […], "stages": […]}`.
    package var json: Value {
        .mapping(
            Mapping([
                (
                    "files",
                    .list(
                        files.map {
                            .mapping(Mapping([("path", .string($0.path)), ("problem", .string($0.problem))]))
                        })
                ),
                (
                    "stages",
                    .list(
                        stages.map { fault in
                            .mapping(
                                Mapping([
                                    ("project", .string(fault.project)), ("stage", .string(fault.stage)),
                                    ("lock", .string(fault.lockFile)),
                                    ("findings", .list(fault.findings.map(\.json))),
                                ]))
                        })
                ),
            ]))
    }

    mutating func add(_ other: Verdict) {
        stages += other.stages
        files += other.files
        judged += other.judged
    }
}
