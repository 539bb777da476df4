import Files
import Formats
import SystemPackage

/// Reads one stage of a `dvc.yaml`.
struct StageReader {
    let reader: NodeReader
    let name: String
    let file: FilePath
    let root: FilePath?

    static let keys = [
        "cmd", "wdir", "deps", "params", "outs", "metrics", "plots", "live", "frozen", "always_changed", "desc", "meta",
        "vars", "matrix",
    ]

    private var what: String { "stage '\(name)'" }

    /// - Throws: `FormatError` with the place of the first fault.
    func read(_ node: YAMLNode, named nameNode: YAMLNode) throws(FormatError) -> Stage {
        let entries = try reader.entries(of: node, what)
        var stage = Stage(
            name: name, group: nil, variables: [], file: file, folder: file.parent, wdir: nil,
            command: .null, dependencies: [],
            parameters: [], outputs: [], live: nil, isFrozen: false, isAlwaysChanged: false, description: nil,
            meta: nil,
            position: nameNode.start)
        // All paths start at `wdir`, wherever it stands.
        if let wdir = entries.first(where: { $0.key == "wdir" }), !(try isNull(wdir.value)) {
            let text = try reader.path(wdir.value, "'wdir' of \(what)")
            stage.wdir = text
            stage.folder = ProjectPath.rooted(text, in: stage.folder, root: root)
        }
        if let vars = entries.first(where: { $0.key == "vars" }) {
            try reader.scope?.add(vars.value, folder: stage.folder, label: "\(name).vars")
        }
        for entry in entries where !reader.isNull(entry.value) || entry.key == "cmd" {
            try read(entry, into: &stage)
        }
        if stage.command == .null { throw reader.error(at: nameNode, "missing 'cmd' in \(what)") }
        // The order of sections in the lock and in messages does not depend on that of the file.
        let order: [Output.Kind] = [.plain, .metric, .plot, .live]
        stage.outputs = order.flatMap { kind in stage.outputs.filter { $0.kind == kind } }
        stage.variables = reader.scope?.used ?? []
        return stage
    }

    /// Whether a node is null or an expression that is.
    private func isNull(_ node: YAMLNode) throws(FormatError) -> Bool {
        if reader.isNull(node) { return true }
        guard let scope = reader.scope, let text = node.scalarText else { return false }
        return try scope.resolve(text, at: node, "'wdir' of \(what)") == .null
    }

    private func read(_ entry: NodeReader.Entry, into stage: inout Stage) throws(FormatError) {
        let part = "'\(entry.key)' of \(what)"
        let outputs = OutputReader(reader: reader, stage: what, folder: stage.folder, root: root)
        switch entry.key {
        case "wdir", "vars", "matrix": break
        case "cmd": stage.command = try command(entry.value, part)
        case "deps": stage.dependencies = try dependencies(entry.value, part, folder: stage.folder)
        case "params": stage.parameters = try parameters(entry.value, part, folder: stage.folder)
        case "outs": stage.outputs += try outputs.read(entry.value, .plain, part)
        case "metrics": stage.outputs += try outputs.read(entry.value, .metric, part)
        case "plots": stage.outputs += try outputs.read(entry.value, .plot, part)
        case "live":
            let (live, output) = try outputs.readLive(entry.value, part)
            stage.live = live
            stage.outputs.append(output)
        case "frozen": stage.isFrozen = try reader.bool(entry.value, part)
        case "always_changed": stage.isAlwaysChanged = try reader.bool(entry.value, part)
        case "desc": stage.description = try reader.text(entry.value, part)
        case "meta": stage.meta = try reader.value(entry.value, part)
        default: throw reader.unknownKey(entry, of: what, expected: Self.keys)
        }
    }

    private func command(_ node: YAMLNode, _ part: String) throws(FormatError) -> Value {
        guard case .sequence = node.content else {
            if case .mapping = node.content {
                throw reader.error(at: node, "expected a string or a list of strings for \(part)")
            }
            return .string(try reader.string(node, part, isCommand: true))
        }
        var commands: [Value] = []
        for line in try reader.list(node, part) {
            commands.append(.string(try reader.string(line, part, isCommand: true)))
        }
        return .list(commands)
    }

    private func dependencies(
        _ node: YAMLNode, _ part: String, folder: FilePath
    ) throws(FormatError) -> [Dependency] {
        var result: [Dependency] = []
        var paths = ExactStringSet()
        for element in try reader.list(node, part) {
            let written = try reader.path(element, part)
            let path = ProjectPath.verbatim(written, in: folder, root: root)
            let place = paths.place(of: path)
            if place < result.count {
                result[place].times += 1
                continue
            }
            // An address is somewhere outside, where no stage writes and no commit looks.
            let isAddress = OutputReader.scheme(of: path) != nil
            let rooted = isAddress ? FilePath("/" + path) : ProjectPath.rooted(path, in: folder, root: root)
            result.append(Dependency(path: path, rooted: rooted, position: element.start))
        }
        return result
    }

    private func parameters(
        _ node: YAMLNode, _ part: String, folder: FilePath
    ) throws(FormatError) -> [ParameterDependency] {
        var result: [ParameterDependency] = []
        func add(_ file: String, _ keys: [String], isWhole: Bool, at node: YAMLNode) {
            let index: Int
            if let known = result.firstIndex(where: { $0.file.isIdentical(to: file) }) {
                index = known
            } else {
                index = result.count
                let rooted = ProjectPath.rooted(file, in: folder, root: root)
                result.append(
                    ParameterDependency(file: file, rooted: rooted, keys: [], isWhole: false, position: node.start))
            }
            if isWhole { result[index].isWhole = true }
            for key in keys where !result[index].keys.contains(where: { $0.isIdentical(to: key) }) {
                result[index].keys.append(key)
            }
        }
        for element in try reader.list(node, part) {
            guard case .mapping = element.content else {
                add(ParameterDependency.defaultFile, [try reader.string(element, part)], isWhole: false, at: element)
                continue
            }
            for entry in try reader.entries(of: element, part) {
                let file = ProjectPath.verbatim(entry.key, in: folder, root: root)
                if file.isEmpty { throw reader.error(at: entry.keyNode, "expected a file name in \(part)") }
                let keys = reader.isNull(entry.value) ? [] : try reader.strings(entry.value, "'\(file)' in \(part)")
                add(file, keys, isWhole: keys.isEmpty, at: entry.keyNode)
            }
        }
        return result
    }
}
