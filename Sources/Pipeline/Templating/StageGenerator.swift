import Files
import Formats
import SystemPackage

/// Makes the stages that one entry below `stages` stands for: itself, or one per element of `foreach` or `matrix`.
struct StageGenerator {
    /// Resolves nothing: what expressions mean differs from stage to stage.
    let reader: NodeReader
    /// The top of the file.
    let scope: TemplateScope
    let file: FilePath
    let root: FilePath?

    /// What makes one stage of a group different from the others.
    private struct Member {
        let suffix: String
        let item: TemplateNode
        let key: String?
    }

    /// What a generated stage costs, in units of ``WorkMeter``.
    private static let costOfStage = 20

    /// - Throws: `FormatError` with the place of the first fault.
    func stages(of entry: NodeReader.Entry) throws(FormatError) -> [Stage] {
        let group = entry.key
        if group.isEmpty { throw reader.error(at: entry.keyNode, "expected a name for a stage") }
        let parts = try reader.entries(of: entry.value, "stage '\(group)'")
        if parts.contains(where: { $0.key == "foreach" || $0.key == "do" }) {
            return try loop(parts, group, at: entry.keyNode)
        }
        guard let matrix = parts.first(where: { $0.key == "matrix" }) else {
            return [try stage(named: group, of: entry.value, at: entry.keyNode, scope.nested())]
        }
        let scope = scope.nested()
        let members = try matrixMembers(matrix.value, group, scope)
        return try generate(members, of: entry.value, group, at: entry.keyNode, adopting: scope.used)
    }

    private func stage(
        named name: String, of node: YAMLNode, at nameNode: YAMLNode, _ scope: TemplateScope
    ) throws(FormatError) -> Stage {
        var reader = reader
        reader.scope = scope
        let stage = StageReader(reader: reader, name: name, file: file, root: root)
        return try stage.read(node, named: nameNode)
    }

    private func generate(
        _ members: [Member], of node: YAMLNode, _ group: String, at nameNode: YAMLNode, adopting used: [UsedVariable]
    ) throws(FormatError) -> [Stage] {
        var stages: [Stage] = []
        for member in members {
            try reader.spend(Self.costOfStage, at: nameNode)
            var bindings = [(name: "item", node: member.item)]
            if let key = member.key { bindings.append(("key", .leaf(.string(key), source: -1))) }
            let scope = scope.nested(bindings)
            scope.adopt(used)
            var stage = try stage(named: group + "@" + member.suffix, of: node, at: nameNode, scope)
            stage.group = group
            stages.append(stage)
        }
        return stages
    }

    /// The members with different names; the last of several with one name, in the place of the first.
    private func unique(_ members: [Member], _ part: String, at node: YAMLNode) throws(FormatError) -> [Member] {
        var numbers: [ExactString: Int] = [:]
        var result: [Member] = []
        for member in members {
            if member.suffix.isEmpty { throw reader.error(at: node, "an empty text in \(part) cannot name a stage") }
            if let number = numbers[ExactString(member.suffix)] {
                result[number] = member
            } else {
                numbers[ExactString(member.suffix)] = result.count
                result.append(member)
            }
        }
        return result
    }

    // MARK: foreach

    private func loop(
        _ parts: [NodeReader.Entry], _ group: String, at nameNode: YAMLNode
    ) throws(FormatError) -> [Stage] {
        let what = "stage '\(group)'"
        if let other = parts.first(where: { $0.key != "foreach" && $0.key != "do" }) {
            if StageReader.keys.contains(where: { $0.isIdentical(to: other.key) }) {
                throw reader.error(
                    at: other.keyNode, "'\(other.key)' of \(what) belongs below 'do', because there is a 'foreach'")
            }
            throw reader.unknownKey(other, of: what, expected: ["foreach", "do"])
        }
        guard let foreach = parts.first(where: { $0.key == "foreach" }) else {
            throw reader.error(at: nameNode, "missing 'foreach' in \(what)")
        }
        guard let template = parts.first(where: { $0.key == "do" }) else {
            throw reader.error(at: nameNode, "missing 'do' in \(what)")
        }
        let part = "'foreach' of \(what)"
        let scope = scope.nested()
        let data = try scope.data(try reader.plainValue(foreach.value), at: foreach.value, part)
        let members: [Member]
        switch data.target {
        case .leaf:
            throw reader.error(at: foreach.value, "expected a list or a mapping for \(part), not \(data.kind)")
        case .mapping(let mapping):
            members = zip(mapping.keys, data.parts).map { Member(suffix: $0, item: $1, key: $0) }
        default:
            let items = data.parts
            let areScalars = items.allSatisfy(\.isLeaf)
            members = items.enumerated().map { number, item in
                Member(suffix: areScalars ? item.nameText : String(number), item: item, key: nil)
            }
        }
        if members.isEmpty {
            let keys = try reader.entries(of: template.value, "'do' of \(what)")
            if let bad = keys.first(where: { entry in
                !StageReader.keys.contains { $0.isIdentical(to: entry.key) } || entry.key == "matrix"
            }) {
                throw reader.unknownKey(bad, of: "'do' of \(what)", expected: StageReader.keys)
            }
        }
        let chosen = try unique(members, part, at: foreach.value)
        return try generate(chosen, of: template.value, group, at: nameNode, adopting: scope.used)
    }

    // MARK: matrix

    private func matrixMembers(
        _ node: YAMLNode, _ group: String, _ scope: TemplateScope
    ) throws(FormatError) -> [Member] {
        let part = "'matrix' of stage '\(group)'"
        let axes = try reader.entries(of: node, part)
        if axes.isEmpty { throw reader.error(at: node, "expected a mapping of names to lists for \(part)") }
        var choices: [(name: String, items: [(text: String, node: TemplateNode)])] = []
        var count = 1
        for axis in axes {
            let what = "'\(axis.key)' in \(part)"
            let data = try scope.data(try reader.plainValue(axis.value), at: axis.value, what)
            let items: [TemplateNode]
            switch (data, data.target) {
            case (_, .list): items = data.parts
            case (.reference, .mapping(let mapping)): items = mapping.keys.map { .leaf(.string($0), source: -1) }
            default: throw reader.error(at: axis.value, "expected a list for \(what), not \(data.kind)")
            }
            let named = items.enumerated().map { number, item in
                (item.isLeaf ? item.nameText : axis.key + String(number), item)
            }
            choices.append((axis.key, named))
            count = count.multipliedReportingOverflow(by: named.count).partialValue
            try reader.spend(count.magnitude > 1 << 30 ? 1 << 30 : abs(count) * Self.costOfStage, at: axis.value)
        }
        return try unique(product(of: choices), part, at: node)
    }

    /// All combinations, those of the last name next to each other.
    private func product(of choices: [(name: String, items: [(text: String, node: TemplateNode)])]) -> [Member] {
        var rows: [[Int]] = [[]]
        for choice in choices {
            rows = rows.flatMap { row in choice.items.indices.map { row + [$0] } }
        }
        return rows.map { row in
            var item = TemplateMapping()
            for (choice, number) in zip(choices, row) { item[choice.name] = choice.items[number].node }
            let name = zip(choices, row).map { $0.items[$1].text }.joined(separator: "-")
            return Member(suffix: name, item: .mapping(item), key: name)
        }
    }
}

extension TemplateNode {
    /// The elements of a list or the values of a mapping, each with its place.
    fileprivate var parts: [TemplateNode] {
        switch self {
        case .leaf: []
        case .list(let items): items
        case .mapping(let mapping): mapping.values
        case .reference(.list(let items), let path):
            items.enumerated().map { .reference($1, path: path + [String($0)]) }
        case .reference(.mapping(let mapping), let path):
            zip(mapping.keys, mapping.values).map { .reference($1, path: path + [$0]) }
        case .reference(let node, _): node.parts
        }
    }

    /// A leaf in the name of a stage. DVC tells by the spelling where a truth value is from: `True` from a parameter
    /// file or `vars`, `true` where it is written in place.
    fileprivate var nameText: String {
        guard case .leaf(let value, _) = target else { return "" }
        if case .reference = self { return PythonText.str(value) }
        return TemplateText.text(of: value)
    }
}
