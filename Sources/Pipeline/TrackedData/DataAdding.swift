import Cache
import Diagnostics
import Files
import Formats
import SystemPackage

/// Tracks files and folders with `.dvc` files.
package struct DataAdding {
    /// How data is added.
    package struct Options {
        /// Only hash the data; it goes to the cache with the next commit.
        package var withoutCommit = false
        /// Replace a `.dvc` file that tracks something else, and what is at the place of a copy.
        package var force = false
        /// Targets are patterns.
        package var glob = false
        /// The `.dvc` file to write, in place of one beside the data.
        package var file: String?
        /// Where a copy of the target goes, which is then tracked in its place.
        package var out: String?
        /// Leave the files of the workspace as they are, whatever link type is wanted.
        package var withoutRelink = false
        /// Takes data away, in place of the cache, and gives its hash; the output is the one that will track it. The
        /// workspace gets no copy then.
        package var transfer: ((FilePath, Output) throws -> OutputHash)?
        /// What to write beside the hash: `desc`, `type`, `labels`, `meta`.
        package var properties = Mapping()

        /// Adds targets as they are named, and refuses what would replace something.
        package init() {}
    }

    private let workspace: ProjectWorkspace
    private let console: Console
    private let options: Options
    private let folder: FilePath
    private let sync: Bool
    private let owners: OutputOwners

    /// - Parameters:
    ///   - folder: Where targets are seen from, relative to the project root.
    ///   - sync: Whether files must have reached the disk when this is done.
    package init(
        _ workspace: ProjectWorkspace, options: Options, folder: FilePath, console: Console, sync: Bool
    ) {
        self.workspace = workspace
        self.options = options
        self.folder = folder
        self.console = console
        self.sync = sync
        owners = OutputOwners(workspace.graph)
    }

    /// One target, understood.
    private struct Plan {
        /// As the user writes it.
        let text: String
        let rooted: FilePath
        /// The `.dvc` file.
        var data: TrackedData
        /// What is inside of a tracked folder; `nil` for all of it.
        var below: String?
        /// Where the data comes from, if not from its own place.
        var source: FilePath?
    }

    /// Adds what the targets name.
    ///
    /// - Returns: The files that git should know: `.dvc` and `.gitignore` files that changed, seen from the project root.
    /// - Throws: ``DataError``, ``PipelineError`` where the graph would not be sound, `CacheError`. Nothing was written
    ///   where a target is wrong; where storing failed, the targets before are done.
    package func add(_ targets: [String]) throws -> [FilePath] {
        let texts = options.glob ? try targets.flatMap(expanded) : targets
        if texts.count > 1, options.file != nil { throw DataError.oneTarget(option: "--file") }
        if texts.count > 1, options.transfer != nil { throw DataError.oneTarget(option: "--to-remote") }
        if texts.count > 1, options.out != nil { throw DataError.oneTarget(option: "--out") }
        let plans = try texts.map(plan)
        try checkGraph(plans)
        var written: [FilePath] = []
        var hidden: [FilePath] = []
        for plan in plans {
            if try save(plan) { written.append(plan.data.path) }
            if try shouldHide(plan) { hidden.append(plan.rooted) }
        }
        return try written + IgnoreLines(workspace, sync: sync).add(hidden)
    }

    private func expanded(_ pattern: String) throws -> [String] {
        let found = try PathGlob.matches(pattern, in: workspace.root.pushing(folder)).filter {
            !$0.hasSuffix(".dvc") && !$0.hasSuffix("/dvc.yaml") && !$0.hasSuffix("dvc.lock")
        }
        if found.isEmpty { throw DataError.noMatch(pattern) }
        return found
    }

    // MARK: Understanding targets

    private func plan(_ text: String) throws -> Plan {
        let source = ProjectPath.rooted(text, in: folder, root: workspace.root)
        guard let out = options.out ?? placeOfTransfer(source) else { return try plan(source, text, source: nil) }
        guard try FileStatus.of(workspace.root.pushing(source), followingLinks: true) != nil else {
            throw DataError.missing(text)
        }
        var rooted = ProjectPath.rooted(out, in: folder, root: workspace.root)
        // Like `cp`, a folder that is there takes the target in.
        if out.hasSuffix("/"), let name = source.lastComponent { rooted.append(name) }
        let isThere = try FileStatus.of(workspace.root.pushing(rooted), followingLinks: false) != nil
        if isThere, rooted != source, !options.force { throw DataError.existing(out) }
        let plan = try plan(rooted, out, source: workspace.root.pushing(source))
        if options.transfer != nil, plan.below != nil {
            throw DataError.forbidden(out, reason: "a part of a tracked folder goes to the cache only")
        }
        return plan
    }

    /// What is only handed on is tracked in the folder of the call, whatever folder it is in.
    private func placeOfTransfer(_ source: FilePath) -> String? {
        options.transfer == nil ? nil : source.lastComponent?.string
    }

    private func plan(_ rooted: FilePath, _ text: String, source: FilePath?) throws -> Plan {
        if rooted.isEmpty { throw DataError.forbidden(text, reason: "it is the project itself") }
        guard ProjectPath.isInside(rooted) else { throw DataError.outside(text) }
        if let reason = ForbiddenOutput.reason(rooted) { throw DataError.forbidden(text, reason: reason) }
        guard try workspace.isReallyInside(rooted) else { throw DataError.beyondLink(text) }
        let path = workspace.root.pushing(rooted)
        let own = try FileStatus.of(path, followingLinks: false)
        let status = try own?.kind == .symlink ? FileStatus.of(path, followingLinks: true) : own
        if source == nil, status == nil {
            if own != nil { throw CacheError.danglingLink(path) }
            guard try isRemovedPart(rooted) else { throw DataError.missing(text) }
        }
        if own?.kind == .symlink, status?.kind == .directory { throw DataError.linkedFolder(text) }
        if workspace.reader.ignoring.ignoresSomewhere(rooted, isFolder: status?.kind == .directory) {
            throw DataError.ignored(text)
        }
        if try workspace.sourceControl.isTracked(rooted) { throw RunError.outputTracked(path: text) }
        if let (stage, output) = owners.around(rooted) {
            return try plan(rooted, text, source, ownedBy: stage, output)
        }
        if let (stage, output) = owners.inside(rooted) {
            throw DataError.overlapping(
                text, inner: output.rooted.string, tracker: stage.address(relativeTo: folder))
        }
        let file = try fileName(for: rooted)
        if workspace.lockOfTrackedData(at: file) != nil, !options.force {
            throw DataError.fileTracksOther(ProjectPath.relative(file, from: folder).string)
        }
        return Plan(text: text, rooted: rooted, data: .fresh(rooted, in: file), source: source)
    }

    private func plan(
        _ rooted: FilePath, _ text: String, _ source: FilePath?, ownedBy stage: Stage, _ output: Output
    ) throws -> Plan {
        guard stage.isTrackedData else {
            throw DataError.stageOutput(text, stage: stage.address(relativeTo: folder))
        }
        if options.file != nil, try fileName(for: rooted) != stage.file {
            throw DataError.otherFile(text, tracker: stage.address(relativeTo: folder))
        }
        let data = TrackedData(stage: stage, entry: workspace.lock(of: stage) ?? .empty)
        let below = rooted == output.rooted ? nil : rooted.relative(to: output.rooted)?.string
        return Plan(text: text, rooted: output.rooted, data: data, below: below, source: source)
    }

    /// Whether this is gone from a tracked folder that is there.
    private func isRemovedPart(_ rooted: FilePath) throws -> Bool {
        guard let (stage, output) = owners.around(rooted), stage.isTrackedData,
            let below = rooted.relative(to: output.rooted)?.string, !below.isEmpty,
            let hash = workspace.lock(of: stage)?.output(output.path)?.hash, hash.isDirectory,
            try FileStatus.of(workspace.root.pushing(output.rooted), followingLinks: true)?.kind == .directory
        else { return false }
        return try workspace.reader.records(below, in: hash)
    }

    private func fileName(for rooted: FilePath) throws -> FilePath {
        guard let name = options.file else { return FilePath(rooted.string + ".dvc") }
        let file = ProjectPath.rooted(name, in: folder, root: workspace.root)
        guard let last = file.lastComponent?.string, TrackedDataCollection.isName(last), ProjectPath.isInside(file)
        else {
            throw DataError.badFileName(name)
        }
        return file
    }

    private func checkGraph(_ plans: [Plan]) throws {
        try DataIgnore.refuseHidden(
            plans.map(\.data.stage), rules: workspace.reader.ignoring, in: workspace.tree)
        let files = Set(plans.map(\.data.path))
        let others = workspace.graph.stages.filter { !files.contains($0.file) }
        var seen: Set<FilePath> = []
        _ = try StageGraph(others + plans.map(\.data.stage).filter { seen.insert($0.file).inserted })
    }

    // MARK: Saving

    /// - Returns: Whether the `.dvc` file changed.
    private func save(_ plan: Plan) throws -> Bool {
        let path = workspace.root.pushing(plan.rooted)
        if let source = plan.source, options.transfer == nil { try copy(source, to: path) }
        var data = plan.data
        // A target before this one may be another part of the same folder.
        if let entry = workspace.lock(of: data.stage), plan.below != nil { data.entry = entry }
        for output in data.stage.outputs where output.rooted == plan.rooted {
            let previous = data.entry.output(output.path)
            let entry: LockEntry
            if let below = plan.below, let old = previous?.hash, old.isDirectory {
                entry = try part(below, of: output, at: path, old, size: previous?.size)
            } else if let transfer = options.transfer, let source = plan.source {
                entry = LockEntry(path: output.path, hash: try transfer(source, output))
            } else {
                entry = try whole(output, previous, plan.text)
            }
            data.entry.outputs.removeAll { $0.path.isIdentical(to: output.path) }
            data.entry.outputs.append(entry)
        }
        return try workspace.writeTrackedData(data, properties: options.properties, sync: sync) != .unchanged
    }

    private func whole(_ output: Output, _ previous: LockEntry?, _ text: String) throws -> LockEntry {
        let saving = output.isCached && !options.withoutCommit
        guard let hash = try workspace.hash(output.rooted, previous: previous, saving: saving) else {
            throw DataError.missing(text)
        }
        if hash.size == 0 { console.warn("'\(Console.sanitized(text))' is empty") }
        if saving, !options.withoutRelink {
            try Checkout(workspace.reader).relink(hash, at: workspace.root.pushing(output.rooted))
        }
        return LockEntry(path: output.path, hash: hash)
    }

    private func part(
        _ below: String, of output: Output, at path: FilePath, _ old: OutputHash, size: Int?
    ) throws -> LockEntry {
        let (hash, size) = try workspace.reader.directory(
            old, at: path, replacing: below, size: size, generation: workspace.generation,
            saving: !options.withoutCommit)
        var entry = LockEntry(path: output.path, hash: hash)
        entry.size = size
        return entry
    }

    private func copy(_ source: FilePath, to path: FilePath) throws {
        guard let hash = try workspace.reader.hash(source, generation: workspace.generation, saving: true) else {
            throw DataError.missing(source.string)
        }
        try Checkout(workspace.reader).bring(hash, to: path, overwriting: options.force)
    }

    private func shouldHide(_ plan: Plan) throws -> Bool {
        guard plan.data.stage.outputs.contains(where: { $0.rooted == plan.rooted && $0.isCached }) else { return false }
        let path = workspace.root.pushing(plan.rooted)
        let kind = try FileStatus.of(path, followingLinks: false)?.kind
        if options.transfer != nil, kind == nil { return false }
        let isFolder = kind == .directory
        return try !workspace.sourceControl.isIgnored(plan.rooted, isFolder)
    }
}
