/// What overrides change in a value, one place after the other.
struct OverrideSteps {
    /// One change at one place of a file.
    struct Step {
        let path: [String]
        var change: ParameterEdit.Change
        let override: ParameterOverride
    }

    private(set) var steps: [Step] = []
    /// The value after all steps.
    private(set) var result: Value
    private let file: String

    /// - Throws: ``OverrideError`` for an override that does not fit the value.
    init(_ overrides: [ParameterOverride], on root: Value, file: String) throws(OverrideError) {
        result = root
        self.file = file
        for override in overrides { try take(override) }
        guard steps.contains(where: { $0.change.hasInterpolation }) else { return }
        let resolver = OverrideInterpolation(root: result)
        result = root
        for index in steps.indices {
            let text = steps[index].override.text
            try steps[index].change.mapValue { value throws(OverrideError) in
                do throws(OverrideInterpolation.Failure) { return try resolver.resolved(value) } catch {
                    throw .malformed(text, error.problem)
                }
            }
            _ = result.apply(steps[index].change, at: steps[index].path[...])
        }
    }

    private mutating func take(_ override: ParameterOverride) throws(OverrideError) {
        if override.isSweep { throw .sweep(override.text) }
        let old = result.value(at: override.path[...])
        switch (override.action, override.value) {
        case (.delete, let expected):
            guard let old else { throw absent(override.path, isDeletion: true) }
            if let expected, !expected.equalsInPython(old) {
                throw .different(key: key(override.path), is: PythonText.repr(old), expected: PythonText.repr(expected))
            }
            try step(override.path, .delete, override)
        case (.add, let value?):
            if let old, old != .null, value.list == nil, value.mapping == nil {
                throw .present(key: key(override.path), file: file)
            }
            try put(value, at: override.path, over: old, override)
        case (_, let value?): try put(value, at: override.path, over: old, override)
        case (_, nil): break
        }
    }

    /// Sets a value; a mapping goes into the one that is there entry by entry.
    private mutating func put(
        _ value: Value, at path: [String], over old: Value?, _ override: ParameterOverride
    ) throws(OverrideError) {
        guard let old else {
            if override.action == .set { throw absent(path) }
            return try step(path, .add(value), override)
        }
        switch (old, value) {
        case (.mapping, .list): throw refused(path, "it is a mapping and not a list")
        case (.list, .mapping): throw refused(path, "it is a list and not a mapping")
        case (.mapping, .mapping(let new)):
            for entry in new.entries {
                let inner = path + [PythonText.str(entry.key)]
                try put(entry.value, at: inner, over: result.value(at: inner[...]), override)
            }
        default: try step(path, .set(value), override)
        }
    }

    private mutating func step(
        _ path: [String], _ change: ParameterEdit.Change, _ override: ParameterOverride
    ) throws(OverrideError) {
        guard result.apply(change, at: path[...]) else {
            let owner = path.indices.dropLast().reversed().lazy.compactMap { [result] in
                result.value(at: path[...$0])
            }.first
            switch owner {
            case .list: throw refused(path, "a list keeps its elements; give the whole list")
            case let scalar? where scalar.mapping == nil:
                throw refused(path, "a part of it is \(PythonText.repr(scalar)) and not a mapping")
            default: throw refused(path, "a part of it is not a mapping")
            }
        }
        steps.append(Step(path: path, change: change, override: override))
    }

    private func key(_ path: [String]) -> String { path.joined(separator: ".") }

    private func refused(_ path: [String], _ reason: String) -> OverrideError {
        .notEditable(key: key(path), file: file, reason: reason)
    }

    private func absent(_ path: [String], isDeletion: Bool = false) -> OverrideError {
        let last = path.last ?? ""
        let parent = result.value(at: path.dropLast())
        let similar = parent?.mapping?.entries.compactMap(\.key.string).first { candidate in
            candidate.lowercased() == last.lowercased() || candidate.hasPrefix(last) || last.hasPrefix(candidate)
        }
        let meant = similar.map { key(path.dropLast() + [$0]) }
        return isDeletion
            ? .absentForDeletion(key: key(path), file: file, similar: meant)
            : .absent(key: key(path), file: file, similar: meant)
    }
}

extension ParameterEdit.Change {
    fileprivate var value: Value? {
        switch self {
        case .set(let value), .add(let value): value
        case .delete: nil
        }
    }

    fileprivate var hasInterpolation: Bool { value.map(OverrideInterpolation.occurs) ?? false }

    fileprivate mutating func mapValue(_ transform: (Value) throws(OverrideError) -> Value) throws(OverrideError) {
        switch self {
        case .set(let value): self = .set(try transform(value))
        case .add(let value): self = .add(try transform(value))
        case .delete: break
        }
    }
}
