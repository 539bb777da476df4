import Files
import Formats
import SystemPackage

/// What expressions at one place mean: in one stage, or at the top of a file.
final class TemplateScope {
    private let environment: TemplateEnvironment
    /// `item` and `key` of a generated stage.
    private let bindings: [(name: String, node: TemplateNode)]
    private var context: TemplateContext?
    private var seen: Set<UsedVariable> = []
    /// Leaves that were used, with the files that they are from, in the order of their first use.
    private(set) var used: [UsedVariable] = []

    init(_ environment: TemplateEnvironment, bindings: [(name: String, node: TemplateNode)] = []) {
        self.environment = environment
        self.bindings = bindings
    }

    /// The same place inside a stage with other bindings.
    func nested(_ bindings: [(name: String, node: TemplateNode)] = []) -> TemplateScope {
        TemplateScope(environment, bindings: bindings)
    }

    /// Takes over what another scope used.
    func adopt(_ others: [UsedVariable]) { for variable in others { note(variable) } }

    /// Adds the `vars` of a stage.
    ///
    /// - Parameters:
    ///   - folder: Where the stage runs, relative to the project root.
    ///   - label: The list for messages.
    func add(_ vars: YAMLNode, folder: FilePath, label: String) throws(FormatError) {
        var context = try environment.base()
        try environment.add(vars, to: &context, folder: folder, label: label, reserved: bindings.map(\.name))
        self.context = context
    }

    // MARK: Values

    /// What a text stands for: a text that is one expression keeps the type of its value.
    ///
    /// - Parameters:
    ///   - part: The text for messages.
    ///   - isCommand: Whether mappings become arguments.
    /// - Throws: `FormatError` at the expression that cannot be resolved.
    func resolve(
        _ text: String, at node: YAMLNode, _ part: String, isCommand: Bool = false
    ) throws(FormatError) -> Value {
        guard text.utf8.contains(UInt8(ascii: "$")) else { return .string(text) }
        let bytes = Array(text.utf8)
        guard let first = TemplateExpression.next(in: bytes[...], of: bytes) else {
            return .string(TemplateText.unescaped(text))
        }
        if first == bytes.indices {
            let (expression, found) = try value(of: bytes[first], at: node, part)
            guard case .leaf(let value, _) = found.target else {
                throw fault("\(expression.text) is \(found.kind), which \(part) cannot be", expression.text, at: node)
            }
            return value
        }
        var result: [UInt8] = []
        var rest = bytes[...]
        while let place = TemplateExpression.next(in: rest, of: bytes) {
            result += rest[..<place.lowerBound]
            let (expression, found) = try value(of: bytes[place], at: node, part)
            let insertion = try self.text(of: found, expression, at: node, part, isCommand: isCommand)
            try environment.reader.spend(insertion.utf8.count / 16 + 1, at: node)
            result += Array(insertion.utf8)
            rest = rest[place.upperBound...]
        }
        return .string(TemplateText.unescaped(String(decoding: result + rest, as: UTF8.self)))
    }

    private func text(
        of found: TemplateNode, _ expression: TemplateExpression, at node: YAMLNode, _ part: String, isCommand: Bool
    ) throws(FormatError) -> String {
        switch found.target {
        case .leaf(let value, _): return TemplateText.text(of: value)
        case .mapping(let mapping) where isCommand:
            do throws(ArgumentStyle.Fault) {
                return try environment.style.arguments(mapping)
            } catch {
                throw fault("cannot expand \(expression.text) in \(part): \(error.problem)", expression.text, at: node)
            }
        default:
            throw fault(
                "\(expression.text) is \(found.kind), which cannot be part of \(part)", expression.text, at: node)
        }
    }

    /// A value with the expressions in its strings and keys resolved.
    func resolve(_ value: Value, at node: YAMLNode, _ part: String) throws(FormatError) -> Value {
        switch value {
        case .string(let text): return try resolve(text, at: node, part)
        case .list(let items):
            try environment.reader.spend(items.count, at: node)
            var result: [Value] = []
            result.reserveCapacity(items.count)
            for item in items { result.append(try resolve(item, at: node, part)) }
            return .list(result)
        case .mapping(let mapping):
            try environment.reader.spend(mapping.entries.count, at: node)
            var result = Mapping()
            for entry in mapping.entries {
                let key = try resolve(entry.key, at: node, part)
                result.entries.append(.init(key: key, value: try resolve(entry.value, at: node, part)))
            }
            return .mapping(result)
        default: return value
        }
    }

    /// The data of `foreach` or `matrix`: like ``resolve(_:at:_:)``, but an expression may be anything.
    func data(_ value: Value, at node: YAMLNode, _ part: String) throws(FormatError) -> TemplateNode {
        switch value {
        case .string(let text):
            let bytes = Array(text.utf8)
            if let place = TemplateExpression.next(in: bytes[...], of: bytes), place == bytes.indices {
                return try self.value(of: bytes[place], at: node, part).node
            }
            return .leaf(try resolve(text, at: node, part), source: -1)
        case .list(let items):
            try environment.reader.spend(items.count, at: node)
            var result: [TemplateNode] = []
            for item in items { result.append(try data(item, at: node, part)) }
            return .list(result)
        case .mapping(let mapping):
            try environment.reader.spend(mapping.entries.count, at: node)
            var result = TemplateMapping()
            for entry in mapping.entries {
                let key = try resolve(entry.key, at: node, part)
                if case .mapping = key { continue }
                result[TemplateText.text(of: key)] = try data(entry.value, at: node, part)
            }
            return .mapping(result)
        default: return .leaf(value, source: -1)
        }
    }

    // MARK: Looking up

    private func value(
        of bytes: ArraySlice<UInt8>, at node: YAMLNode, _ part: String
    ) throws(FormatError) -> (expression: TemplateExpression, node: TemplateNode) {
        let expression: TemplateExpression
        do throws(TemplateExpression.Fault) {
            expression = try TemplateExpression(bytes)
        } catch {
            throw fault("\(error.problem), in \(part)", String(decoding: bytes, as: UTF8.self), at: node)
        }
        return (expression, try find(expression, at: node, part))
    }

    /// - Returns: What an expression names; a reference, so that its place is known.
    private func find(
        _ expression: TemplateExpression, at node: YAMLNode, _ part: String
    ) throws(FormatError) -> TemplateNode {
        var words = expression.words[...]
        var found: TemplateNode
        var path: [String] = []
        if let binding = bindings.first(where: { $0.name.isIdentical(to: words.first ?? "") }) {
            words = words.dropFirst()
            found = binding.node
        } else {
            found = .mapping(try currentContext().values)
        }
        while true {
            while case .reference(let target, let place) = found { (found, path) = (target, place) }
            guard let word = words.popFirst() else { break }
            guard let (next, step) = Self.step(found, word) else {
                throw missing(word, in: found, expression, at: node, part)
            }
            found = next
            path.append(step)
        }
        if case .leaf(let value, let source) = found {
            if case .timestamp = value {
                throw fault(
                    "\(expression.text) in \(part) is a date; quote it where it is defined", expression.text, at: node)
            }
            if let file = environment.file(of: source) {
                note(UsedVariable(file: file, key: path.joined(separator: ".")))
            }
        }
        return .reference(found, path: path)
    }

    private func currentContext() throws(FormatError) -> TemplateContext {
        if let context { return context }
        return try environment.base()
    }

    private func note(_ variable: UsedVariable) {
        if seen.insert(variable).inserted { used.append(variable) }
    }

    private static func step(_ node: TemplateNode, _ word: String) -> (TemplateNode, String)? {
        switch node {
        case .mapping(let mapping): return mapping[word].map { ($0, word) }
        case .list(let items):
            guard let number = Int(word) else { return nil }
            let index = number < 0 ? number + items.count : number
            return items.indices.contains(index) ? (items[index], String(index)) : nil
        case .leaf, .reference: return nil
        }
    }

    private func missing(
        _ word: String, in node: TemplateNode, _ expression: TemplateExpression, at place: YAMLNode, _ part: String
    ) -> FormatError {
        var problem = "cannot resolve '\(expression.text)' in \(part): "
        switch node {
        case .mapping(let mapping):
            let names = mapping.keys + (expression.words.count == 1 ? bindings.map(\.name) : [])
            let similar = word.utf8.count < 2 ? [] : Similarity.closest(to: word, among: names)
            problem += "there is no '\(word)'" + (similar.isEmpty ? "" : ", did you mean '\(similar[0])'?")
        case .list(let items): problem += "'\(word)' is not a place in a list of \(items.count)"
        default: problem += "\(node.kind) has no '\(word)'"
        }
        return fault(problem, expression.text, at: place)
    }

    /// An error at an expression inside a node.
    private func fault(_ problem: String, _ expression: String, at node: YAMLNode) -> FormatError {
        environment.reader.error(at: node, problem, pointingTo: expression)
    }
}
