import Diagnostics

/// Several runs that are asked for at once: every combination of the values that overrides name.
package struct ParameterSweep {
    /// More combinations than this are taken for a mistake.
    package static let limit = 10_000

    private let overrides: [ParameterOverride]

    /// Takes overrides in the order of the command line, any of which may give several values.
    package init(_ overrides: [ParameterOverride]) { self.overrides = overrides }

    /// Whether any override names several values, or one as a sweep.
    package var isSweep: Bool { overrides.contains(where: \.isSweep) }

    /// The overrides by files; of several for one key the last one stands, where the first was.
    private var inOrder: [ParameterOverride] {
        var files: [[ParameterOverride]] = []
        for override in overrides {
            guard let file = files.firstIndex(where: { $0[0].file.isIdentical(to: override.file) }) else {
                files.append([override])
                continue
            }
            if let earlier = files[file].firstIndex(where: {
                $0.action == override.action
                    && $0.path.joined(separator: ".").isIdentical(to: override.path.joined(separator: "."))
            }) {
                files[file][earlier] = override
            } else {
                files[file].append(override)
            }
        }
        return files.flatMap { $0 }
    }

    /// The overrides of each run, none of them a sweep.
    ///
    /// As in DVC the overrides of a file stand together, files in the order in which they come up, and the values of the
    /// first override change slowest.
    /// - Throws: ``OverrideError/tooManyRuns(_:)``.
    package func combinations() throws(OverrideError) -> [[ParameterOverride]] {
        let ordered = inOrder
        var count = 1
        for override in ordered where override.isSweep {
            let (product, overflows) = count.multipliedReportingOverflow(by: override.alternatives.count)
            if overflows || product > Self.limit { throw .tooManyRuns(limit: Self.limit) }
            count = product
        }
        var combinations: [[ParameterOverride]] = [[]]
        for override in ordered {
            let choices = override.isSweep ? override.alternatives.map(override.choosing) : [override]
            combinations = combinations.flatMap { combination in choices.map { combination + [$0] } }
        }
        return combinations
    }
}

extension ParameterOverride {
    /// The override with one of its values.
    fileprivate func choosing(_ value: Value) -> ParameterOverride {
        let head = text.prefix { $0 != "=" }
        return ParameterOverride(
            file: file, action: action, path: path, value: value, alternatives: [],
            text: "\(head)=\(value.string ?? JSON.pythonDumps(value))")
    }

    /// The override as users read it; the file only where it is not the usual one.
    package var summary: String {
        file.isIdentical(to: Self.defaultFile) ? text : file + ":" + text
    }
}
