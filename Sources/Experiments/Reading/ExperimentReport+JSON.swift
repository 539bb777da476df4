import Diagnostics
import Formats
import Reporting

extension ExperimentReport {
    /// The report in the JSON form that DVC has had since 2.55, checkpoints in `revs`.
    package var json: Value {
        var states: [Value] = []
        if let workspace { states.append(Self.state(workspace, experiments: .null)) }
        for baseline in baselines {
            let ranges = baseline.lines.map { line in
                Value.mapping(
                    Mapping([
                        ("revs", .list(line.revisions.map { Self.state($0, experiments: .null) })),
                        ("executor", line.isRunning ? Self.runningExecutor : .null), ("name", .string(line.name)),
                    ]))
            }
            states.append(Self.state(baseline.revision, experiments: ranges.isEmpty ? .null : .list(ranges)))
        }
        return .list(states)
    }

    private static let runningExecutor = Value.mapping(
        Mapping([("state", .string("running")), ("name", .string("workspace")), ("local", .null)]))

    private static func state(_ revision: Revision, experiments: Value) -> Value {
        var data = Value.null
        var failure = Value.null
        switch revision.data {
        case .success(let found): data = .mapping(mapping(of: found, revision))
        case .failure(let error):
            let message = (error as? UserFacingError)?.message ?? String(describing: error)
            failure = .mapping(
                Mapping([("msg", .string(message)), ("type", .string(String(describing: type(of: error))))]))
        }
        return .mapping(
            Mapping([
                ("rev", .string(revision.id)), ("name", revision.name.map { .string($0) } ?? .null), ("data", data),
                ("error", failure), ("experiments", experiments),
            ]))
    }

    private static func mapping(of data: RevisionData, _ revision: Revision) -> Mapping {
        func files(_ list: [(file: String, contents: RevisionData.Contents)]) -> Value {
            .mapping(
                Mapping(
                    list.map { file, contents in
                        switch contents {
                        case .value(let value): (file, .mapping(Mapping([("data", value)])))
                        case .failure(let type, let message):
                            (
                                file,
                                .mapping(
                                    Mapping([
                                        (
                                            "error",
                                            .mapping(Mapping([("type", .string(type)), ("msg", .string(message))]))
                                        )
                                    ]))
                            )
                        }
                    }))
        }
        func hashes(_ list: [RevisionData.Datum], isOutput: Bool) -> Value {
            .mapping(
                Mapping(
                    list.map { datum in
                        var entry = Mapping([
                            ("hash", datum.hash.map { .string($0) } ?? .null),
                            ("size", datum.size.map { .int($0) } ?? .null),
                            ("nfiles", datum.fileCount.map { .int($0) } ?? .null),
                        ])
                        if isOutput {
                            entry["use_cache"] = .bool(datum.isCached)
                            entry["is_data_source"] = .bool(false)
                        }
                        return (datum.path, .mapping(entry))
                    }))
        }
        return Mapping([
            ("rev", .string(revision.id)), ("timestamp", revision.seconds.map { .string(TimeText.iso($0)) } ?? .null),
            ("params", files(data.parameters)), ("metrics", files(data.metrics)),
            ("deps", hashes(data.dependencies, isOutput: false)), ("outs", hashes(data.outputs, isOutput: true)),
            ("meta", .mapping(Mapping([("has_checkpoints", .bool(data.hasCheckpoints))]))),
        ])
    }
}
