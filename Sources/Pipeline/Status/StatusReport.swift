import Diagnostics
import Formats
import SystemPackage

/// What `status` shows: the stages that changed, as text or as JSON.
package struct StatusReport: Sendable {
    /// Addresses of stages with what differs, unchanged ones left out.
    package private(set) var stages: [(address: String, status: StageStatus)] = []
    /// Frozen stages, which hide what differs in their dependencies.
    package private(set) var frozen: [String] = []

    /// Has no stages yet.
    package init() {}

    /// Adds a stage after those that are here.
    package mutating func add(_ stage: Stage, address: String, _ status: StageStatus) {
        if stage.isFrozen { frozen.append(address) }
        if status.isChanged { stages.append((address, status)) }
    }

    /// Whether no stage was added that changed.
    package var isClean: Bool { stages.isEmpty }

    /// One block per changed stage with tabs for indentation; empty where nothing changed.
    package var text: String {
        var text = ""
        for (address, status) in stages {
            text += Console.sanitized(address) + ":\n"
            if !status.dependencies.isEmpty || !status.parameters.isEmpty {
                text += "\tchanged deps:\n"
                for change in status.dependencies { text += Self.line(change, indent: 2) }
                for file in status.parameters { text += Self.lines(file) }
            }
            if !status.outputs.isEmpty {
                text += "\tchanged outs:\n"
                for change in status.outputs { text += Self.line(change, indent: 2) }
            }
            if status.isCommandChanged { text += "\tchanged command\n" }
            if status.isAlwaysChanged { text += "\talways changed\n" }
        }
        return text
    }

    private static func line(_ change: StageStatus.PathChange, indent: Int) -> String {
        line(change.change, change.path, indent: indent)
    }

    private static func line(_ change: StageStatus.Change, _ path: String, indent: Int) -> String {
        let label = change.rawValue + ":"
        let padding = String(repeating: " ", count: max(1, 20 - label.utf8.count))
        return String(repeating: "\t", count: indent) + label + padding + Console.sanitized(path) + "\n"
    }

    private static func lines(_ file: StageStatus.ParameterChange) -> String {
        if let whole = file.whole { return line(whole, file.file, indent: 2) }
        return file.keys.reduce("\t\t\(Console.sanitized(file.file)):\n") { $0 + line($1, indent: 3) }
    }

    /// A mapping of addresses to lists of what changed.
    package var json: Value {
        .mapping(Mapping(stages.map { ($0.address, Self.json($0.status)) }))
    }

    private static func json(_ status: StageStatus) -> Value {
        var parts: [Value] = []
        func pairs(_ changes: [StageStatus.PathChange]) -> [(String, Value)] {
            changes.map { ($0.path, .string($0.change.rawValue)) }
        }
        var read = pairs(status.dependencies)
        for file in status.parameters {
            let value: Value = file.whole.map { .string($0.rawValue) } ?? .mapping(Mapping(pairs(file.keys)))
            read.append((file.file, value))
        }
        if !read.isEmpty { parts.append(.mapping(Mapping([("changed deps", .mapping(Mapping(read)))]))) }
        if !status.outputs.isEmpty {
            parts.append(.mapping(Mapping([("changed outs", .mapping(Mapping(pairs(status.outputs))))])))
        }
        if status.isCommandChanged { parts.append(.string("changed command")) }
        if status.isAlwaysChanged { parts.append(.string("always changed")) }
        return .list(parts)
    }
}
