import Diagnostics
import Formats
import Reporting

extension ExperimentReport {
    /// The report in the JSON form that DVC has had since 2.55, checkpoints in `revs`.
    ///
    /// - Parameter indent: The blanks for each level; `nil` for one line.
    package func json(indent: Int?) -> [UInt8] {
        guard indent == nil else { return JSON.pythonDumpsBytes(value, indent: indent) }
        var states: [[UInt8]] = []
        if let workspace { states.append(JSON.pythonDumpsBytes(Self.state(workspace, experiments: .null))) }
        for baseline in baselines {
            var state = JSON.pythonDumpsBytes(Self.state(baseline.revision, experiments: .null))
            if !baseline.lines.isEmpty {
                state.removeLast("null}".utf8.count)
                let lines = baseline.lines.map { $0.json ?? JSON.pythonDumpsBytes($0.value) }
                state += Self.list(lines) + "}".utf8
            }
            states.append(state)
        }
        return Self.list(states)
    }

    private static func list(_ items: [[UInt8]]) -> [UInt8] {
        var text = Array("[".utf8)
        text.reserveCapacity(items.reduce(2) { $0 + $1.count + 2 })
        for (number, item) in items.enumerated() {
            if number > 0 { text += ", ".utf8 }
            text += item
        }
        return text + "]".utf8
    }

    private var value: Value {
        let workspace = workspace.map { [Self.state($0, experiments: .null)] } ?? []
        return .list(
            workspace
                + baselines.map { baseline in
                    let lines = baseline.lines.map(\.value)
                    return Self.state(baseline.revision, experiments: lines.isEmpty ? .null : .list(lines))
                })
    }

    /// - Parameter isTip: Whether it is the newest commit of an experiment, which says how its run ended.
    fileprivate static func state(
        _ revision: Revision, experiments: Value, failure reason: String? = nil, isTip: Bool = false
    ) -> Value {
        var data = Value.null
        var failure =
            reason.map { Value.mapping(Mapping([("msg", .string($0)), ("type", .string(""))])) } ?? .null
        switch revision.data {
        case .success(let found): data = .mapping(mapping(of: found, revision, isTip: isTip))
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

    private static func mapping(of data: RevisionData, _ revision: Revision, isTip: Bool) -> Mapping {
        var meta = Mapping([("has_checkpoints", .bool(data.hasCheckpoints))])
        // DVC has no such state of an executor; what it does not know in here it passes over.
        if isTip, data.state != .complete { meta["state"] = .string(data.state.rawValue) }
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
                            entry["is_data_source"] = .bool(datum.isTrackedData)
                        }
                        return (datum.path, .mapping(entry))
                    }))
        }
        return Mapping([
            ("rev", .string(revision.id)), ("timestamp", revision.seconds.map { .string(TimeText.iso($0)) } ?? .null),
            ("params", files(data.parameters)), ("metrics", files(data.metrics)),
            ("deps", hashes(data.dependencies, isOutput: false)), ("outs", hashes(data.outputs, isOutput: true)),
            ("meta", .mapping(meta)),
        ])
    }
}

extension ExperimentReport.Line {
    /// The line as a range of revisions.
    var value: Value {
        let executor = execution.map { execution in
            Value.mapping(
                Mapping([
                    ("state", .string(execution.state.lowercased())),
                    ("name", execution.place.map { .string($0) } ?? .null),
                    ("local", execution.details.map { .mapping($0) } ?? .null),
                ]))
        }
        return .mapping(
            Mapping([
                (
                    "revs",
                    .list(
                        revisions.enumerated().map { number, revision in
                            ExperimentReport.state(
                                revision, experiments: .null, failure: failure,
                                isTip: number == 0 && execution == nil)
                        })
                ),
                ("executor", executor ?? .null), ("name", .string(name)),
            ]))
    }
}
