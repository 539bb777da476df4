import Formats
import Pipeline
import Reporting
import SystemPackage

extension RevisionData.Contents {
    static func load(_ bytes: [UInt8], _ path: FilePath) -> Result<Value, FormatError> {
        Result { () throws(FormatError) in try ParameterFile.load(bytes, name: path.string) }
    }

    /// What was read of a file, with the error that DVC's JSON has for one that is damaged.
    init(_ result: Result<Value, FormatError>, of path: FilePath) {
        switch result {
        case .success(let value): self = .value(value)
        case .failure(let error):
            let place = error.position.map { ", line \($0.line), column \($0.column)" } ?? ""
            self = .failure(
                type: "FileCorruptedError", message: "unable to read: '\(path.string)', \(error.problem)\(place)")
        }
    }

    /// Why the file cannot be read; `nil` where it can.
    var problem: String? {
        guard case .failure(_, let message) = self else { return nil }
        return message
    }
}

extension RevisionData {
    /// The metrics as columns of a table.
    package var metricValues: [FileValues] {
        metrics.map { file, contents in
            guard case .value(let value) = contents else { return FileValues(file: file, leaves: nil) }
            return FileValues(file: file, leaves: value.metricLeaves)
        }
    }

    /// The parameters as columns of a table.
    package var parameterValues: [FileValues] {
        parameters.map { file, contents in
            guard case .value(let value) = contents else { return FileValues(file: file, leaves: nil) }
            return FileValues(file: file, leaves: value.parameterLeaves)
        }
    }

    /// Those with a hash, in their order.
    package var dependencyHashes: [(path: String, hash: String)] {
        dependencies.compactMap { datum in datum.hash.map { (datum.path, $0) } }
    }
}

extension RevisionData.Contents {
    /// The contents of a metrics file without what DVC does not count as a metric.
    var metricsOnly: Self {
        guard case .value(let value) = self else { return self }
        return .value(value.metrics ?? .mapping(Mapping()))
    }
}

extension Value {
    /// Numbers, texts and booleans, and mappings that hold any; `nil` where nothing of that is left.
    fileprivate var metrics: Value? {
        switch self {
        case .null, .list: return nil
        case .mapping(let mapping):
            let kept = mapping.entries.compactMap { entry in
                entry.value.metrics.map { Mapping.Entry(key: entry.key, value: $0) }
            }
            return kept.isEmpty ? nil : .mapping(Mapping(entries: kept))
        default: return self
        }
    }

    /// The parameters in the value of a file: nested keys joined with dots; lists stay whole, and an
    /// empty mapping has none.
    var parameterLeaves: [(name: String, value: Value)] {
        var leaves: [(name: String, value: Value)] = []
        func collect(_ value: Value, _ name: String) {
            guard case .mapping(let mapping) = value else { return leaves.append((name, value)) }
            for entry in mapping.entries { collect(entry.value, name + "." + PythonText.str(entry.key)) }
        }
        for entry in mapping?.entries ?? [] { collect(entry.value, PythonText.str(entry.key)) }
        return leaves
    }
}
