import Diagnostics
import Files
import Formats
import Git
import Reporting
import SystemPackage

/// What `show` is asked for.
package struct ShowRequest: Sendable {
    /// The baselines whose experiments are shown.
    package var selection = BaselineSelection()
    /// Leaves out the row of the workspace.
    package var hidesWorkspace = false
    /// Leaves out what waits in the queue.
    package var hidesQueued = false
    /// Leaves out what failed in the queue.
    package var hidesFailed = false
    /// Shows only the parameters that stages use.
    package var onlyUsedParameters = false
    /// How checkpoints are laid out.
    package var layout = CheckpointLayout.once
    /// `[FILE:]NAME` of a metric or a parameter.
    package var sortBy: String?
    /// The greatest value first.
    package var sortsDescending = false
    /// Read all commits, also those of which the contents are known.
    package var readsAnew = false
    /// Whether JSON is wanted, so that it is made where the rows are read.
    package var wantsJSON = false

    /// Shows the workspace, `HEAD` and its experiments.
    package init() {}
}

/// Experiments with their data, in the order in which they are shown.
package struct ExperimentReport {
    /// A revision and what it holds; reading it may have failed.
    package struct Revision {
        /// The full id, or `workspace`.
        package let id: String
        /// What a baseline or an experiment is called; `nil` for its other commits.
        package let name: String?
        /// The committer's time, in seconds since 1970, UTC; `nil` for the workspace.
        package let seconds: Int64?
        /// What it holds, or why that cannot be read.
        package let data: Result<RevisionData, any Error>

        fileprivate func called(_ name: String?) -> Revision {
            Revision(id: id, name: name, seconds: seconds, data: data)
        }
    }

    /// A run that goes on, waits, or failed, as the columns State and Executor tell of it.
    package struct Execution {
        /// The word of the table; see ``QueueEntry/State``.
        package let state: String
        /// As DVC calls it; `nil` for a run that is over.
        package let place: String?
        /// What DVC's JSON says of the process; `nil` for a run in the workspace.
        let details: Mapping?

        static let workspace = Execution(state: "Running", place: "workspace", details: nil)
    }

    /// An experiment, or an entry of the queue that is to become one.
    package struct Line {
        /// Of the experiment.
        package let name: String
        /// Newest first; those of a run that is going on begin with the workspace.
        package let revisions: [Revision]
        /// `nil` for an experiment that is complete.
        package let execution: Execution?
        /// Why there is no experiment.
        let failure: String?
        /// The line as JSON, where it was made by whoever read it.
        var json: [UInt8]?

        /// The line of a run that is going on.
        ///
        /// - Parameters:
        ///   - live: The workspace, which the next checkpoint is made of.
        ///   - recorded: The checkpoints there are.
        init(running name: String, live: Revision, recorded: [Revision]) {
            self.init(
                name: name,
                revisions: [live.called(name)] + recorded.enumerated().map { $0 == 0 ? $1.called(nil) : $1 },
                execution: .workspace)
        }

        init(name: String, revisions: [Revision], execution: Execution? = nil, failure: String? = nil) {
            self.name = name
            self.revisions = revisions
            self.execution = execution
            self.failure = failure
        }
    }

    /// A commit with what started from it.
    package struct Baseline {
        /// The commit itself.
        package let revision: Revision
        /// In the order in which they are shown.
        package let lines: [Line]
    }

    /// `nil` where it is not to be shown.
    package let workspace: Revision?
    /// In the order in which they are shown.
    package let baselines: [Baseline]
    /// Baselines that no branch has any more and that are not among the others.
    package let lost: [LostBaseline]
    private let layout: CheckpointLayout

    /// Reads everything that the request is about.
    ///
    /// - Throws: ``ExperimentError`` for a revision that is none, `ShowError` for a column to sort by that is none; a
    ///   revision whose files cannot be read is no reason.
    package init(_ context: ExperimentContext, _ request: ShowRequest) throws {
        layout = request.layout
        let reader = try RevisionReader(context)
        reader.onlyUsedParameters = request.onlyUsedParameters
        let chains = ChainReader(context.repository)
        let catalog = try ExperimentCatalog(of: context.repository)
        let names = try BaselineNames(context.repository)
        let info = RunInfo.running(in: context.project.root)
        let live = Revision(id: "workspace", name: nil, seconds: nil, data: Result { try reader.workspaceData() })
        workspace = request.hidesWorkspace ? nil : live
        func revision(_ commit: Commit, name: String?) -> Revision {
            Revision(
                id: commit.id.hex, name: name, seconds: commit.seconds, data: Result { try reader.data(of: commit) })
        }
        // Parameters that stages do not use are left out of the rows, so those rows are not remembered.
        let cache =
            request.onlyUsedParameters
            ? nil : RowCache(file: context.scratch.appending("rows"), ignoringOld: request.readsAnew)
        var commits = try request.selection.commits(in: context.repository, chains: chains)
        let wantsLost = request.selection.allCommits || !request.wantsJSON
        let lost =
            try wantsLost
            ? LostBaselines.find(in: context, catalog: catalog, besides: Set(commits)) : []
        if request.selection.allCommits { commits += lost.filter { !$0.subject.isEmpty }.map(\.commit) }
        self.lost = request.selection.allCommits ? [] : lost
        let queue = try QueueLines(
            context, reader, hidingQueued: request.hidesQueued, hidingFailed: request.hidesFailed)
        baselines = try commits.map { id in
            let commit = try chains.commit(id)
            var lines = try LineReading(context, request, cache: cache).lines(of: catalog.experiments(of: id))
            LineOrder.sort(&lines)
            let queued = queue?.lines(of: id)
            if let queued { lines = queued.running + lines }
            if let info, info.baseline == id {
                let data = Result { try reader.workspaceData(isRunning: true) }
                let live = Revision(id: "workspace", name: nil, seconds: nil, data: data)
                Self.insert(info, live, request.layout, into: &lines)
            }
            if let queued { lines += queued.others }
            if let key = request.sortBy { try Self.sort(&lines, by: key, descending: request.sortsDescending) }
            return Baseline(revision: revision(commit, name: names.name(of: id)), lines: lines)
        }
        cache?.save()
    }

    /// Puts the run that is going on in front of all others.
    private static func insert(
        _ run: RunInfo.Running, _ live: Revision, _ layout: CheckpointLayout, into lines: inout [Line]
    ) {
        let name = run.name ?? ""
        // What has no checkpoints is not gone on with but made anew.
        let recorded = lines.firstIndex { line in
            line.name.isIdentical(to: name) && (try? line.revisions.first?.data.get())?.hasCheckpoints ?? false
        }.map { lines.remove(at: $0).revisions }
        lines.insert(Line(running: name, live: live, recorded: layout == .tips ? [] : recorded ?? []), at: 0)
    }

    private static func sort(_ lines: inout [Line], by key: String, descending: Bool) throws {
        func values(_ line: Line) -> [(column: String, name: String, value: Value)] {
            guard let data = try? line.revisions.first?.data.get() else { return [] }
            return (data.metricValues + data.parameterValues).flatMap { file in
                (file.leaves ?? []).filter { $0.value != .null }.map { ("\(file.file):\($0.name)", $0.name, $0.value) }
            }
        }
        if lines.isEmpty { return }
        let columns = Set(lines.flatMap { values($0).filter { $0.column == key || $0.name == key }.map(\.column) })
        if columns.isEmpty { throw ShowError.unknownColumn(key) }
        let exact = columns.contains(key) ? [key] : columns.sorted()
        if exact.count > 1 { throw ShowError.ambiguousColumn(key, exact) }
        let keyed = lines.map { line in (line, values(line).first { $0.column == exact[0] }?.value) }
        let present = keyed.filter { $0.1 != nil }.enumerated().sorted { left, right in
            guard let first = left.element.1, let second = right.element.1 else { return false }
            if first.precedes(second) { return !descending }
            if second.precedes(first) { return descending }
            return left.offset < right.offset
        }.map(\.element.0)
        let missing = keyed.filter { $0.1 == nil }.map(\.0)
        lines = descending ? missing + present : present + missing
    }

    /// The lines of the table.
    package var rows: [ShowRow] {
        var rows: [ShowRow] = []
        if let workspace { rows.append(Self.row(workspace, .baseline)) }
        for baseline in baselines {
            rows.append(Self.row(baseline.revision, .baseline))
            let byID = Dictionary(
                baseline.lines.flatMap(\.revisions).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
            let lines = baseline.lines.map { CheckpointTree.Line(name: $0.name, commits: $0.revisions.map(\.id)) }
            for place in CheckpointTree.places(of: lines, layout: layout) {
                guard let revision = byID[place.commit] else { continue }
                var row = Self.row(revision, place.kind)
                row.name = place.name
                row.parent = place.parent
                if let execution = baseline.lines[place.line].execution {
                    row.state = execution.state
                    row.executor = execution.place.map { $0.prefix(1).uppercased() + $0.dropFirst() }
                } else if place.name != nil, let state = try? revision.data.get().state, state != .complete {
                    row.state = state.rawValue.prefix(1).uppercased() + state.rawValue.dropFirst()
                }
                rows.append(row)
            }
        }
        return rows
    }

    private static func row(_ revision: Revision, _ kind: ShowRow.Kind) -> ShowRow {
        let data = try? revision.data.get()
        return ShowRow(
            kind: kind, revision: revision.id, name: revision.name, created: revision.seconds,
            metrics: data?.metricValues ?? [], parameters: data?.parameterValues ?? [],
            dependencies: data?.dependencyHashes ?? [])
    }
}

extension Value {
    /// Numbers by size and before texts, texts by their bytes.
    fileprivate func precedes(_ other: Value) -> Bool {
        switch (number, other.number) {
        case (let left?, let right?): left < right
        case (_?, nil): true
        case (nil, _?): false
        case (nil, nil): PythonText.str(self).utf8.lexicographicallyPrecedes(PythonText.str(other).utf8)
        }
    }

    private var number: Double? {
        switch self {
        case .int(let int): Double(int)
        case .float(let number): number
        case .bool(let bool): bool ? 1 : 0
        case .bigInt(let digits): Double(digits)
        default: nil
        }
    }
}

extension ExperimentReport {
    /// What could not be read, a line for each reason.
    package var warnings: [String] {
        var places: [(reason: String, revisions: [String])] = []
        func add(_ reason: String, _ revision: Revision) {
            let name = String(revision.id.prefix(9))
            guard let known = places.firstIndex(where: { $0.reason.isIdentical(to: reason) }) else {
                return places.append((reason, [name]))
            }
            if !places[known].revisions.contains(name) { places[known].revisions.append(name) }
        }
        let lines = baselines.flatMap { $0.lines.flatMap(\.revisions) }
        for revision in [workspace].compactMap({ $0 }) + baselines.map(\.revision) + lines {
            switch revision.data {
            case .success(let data):
                for (_, contents) in data.metrics + data.parameters {
                    if let problem = contents.problem { add(Console.sanitized(problem), revision) }
                }
            case .failure(let error):
                add("no data: " + ((error as? any UserFacingError)?.message ?? String(describing: error)), revision)
            }
        }
        return places.map { reason, revisions in
            let others = revisions.count - 1
            let more = others == 0 ? "" : " and \(others) \(others == 1 ? "other" : "others")"
            return "\(revisions[0])\(more): \(reason)"
        }
    }
}
