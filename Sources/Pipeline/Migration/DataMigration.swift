import Cache
import Diagnostics
import Files
import SystemPackage

/// Brings a project from DVC 2's formats to DVC 3's: its cache, its lock files, its `.dvc` files.
///
/// The cache comes first, then the links of the workspace, then the files; each file is the old one or the new one. Both
/// generations may stand beside each other at any time, so a migration that was cut off leaves a sound project, and goes
/// on when it is called again.
package struct DataMigration {
    /// What changed, or would.
    package struct Report: Sendable {
        /// The files that changed, seen from the project root, with the number of their entries that did.
        package var files: [(path: FilePath, entries: Int)] = []
        /// The number of objects that came to their new places.
        package var objects = 0
        /// The number of entries that came into the run cache.
        package var runs = 0
        /// The number of files in the workspace that became other links.
        package var relinked = 0
        /// The number of objects that went from the old part of the cache.
        package var dropped = 0
        /// Outputs whose data is neither in the workspace nor in the cache, with the file whose entry stays as it is.
        package var missing: [(path: String, file: FilePath)] = []
        /// What else keeps its entry, because the workspace has changed since.
        package var changed: [(path: String, file: FilePath)] = []
        /// Objects that do not hold what their names say.
        package var damaged: [String] = []

        /// Whether there was nothing to do.
        package var isEmpty: Bool {
            files.isEmpty && objects == 0 && runs == 0 && relinked == 0 && dropped == 0 && missing.isEmpty
                && changed.isEmpty && damaged.isEmpty
        }

        /// Nothing has changed yet.
        package init() {}
    }

    private struct Rewrite {
        let path: FilePath
        let changes: [LockMigration.Change]
        let bytes: [UInt8]
        let data: TrackedData?
    }

    private let workspace: ProjectWorkspace
    private let dry: Bool
    private let sync: Bool
    private let stages: [ExactString: Stage]

    /// - Parameters:
    ///   - dry: Whether to find out only what would change.
    ///   - sync: Whether files must have reached the disk when this is done.
    package init(_ workspace: ProjectWorkspace, dry: Bool, sync: Bool) {
        self.workspace = workspace
        self.dry = dry
        self.sync = sync
        stages = Dictionary(
            workspace.graph.stages.map { (Self.key($0.lockFile, $0.name), $0) }, uniquingKeysWith: { first, _ in first }
        )
    }

    private static func key(_ file: FilePath, _ name: String) -> ExactString {
        ExactString("\(file.string)\u{0}\(name)")
    }

    /// Migrates the project.
    ///
    /// - Parameter droppingOld: Whether objects leave the old part of the cache. None does while an entry still needs it.
    /// - Throws: `FileError` and the like; what is done until then is sound.
    package func run(droppingOld: Bool) throws -> Report {
        if !dry { try workspace.store.sweep() }
        let migration = ObjectMigration(workspace.store, dry: dry, sync: sync)
        let objects = try migration.run()
        let entries = EntryMigration(workspace, objects, dry: dry)
        var report = Report()
        report.objects = objects.added
        report.damaged = objects.damaged
        let rewrites = try workspace.records.compactMap { try rewrite($0.path, $0.bytes, $0.lock, entries, &report) }
        report.runs = try RunCacheMigration(workspace, dry: dry).run(entries)
        let isDropping = droppingOld && report.missing.isEmpty && report.changed.isEmpty
        report.relinked = try relink(rewrites, whateverTheType: isDropping)
        for rewrite in rewrites where !dry { try write(rewrite) }
        if !dry { try PlacedData(workspace).record(workspace.graph.stages.map { DataTarget(stage: $0) }) }
        if isDropping { report.dropped = try migration.drop(objects) }
        return report
    }

    /// What becomes of a file; `nil` where it stays as it is.
    ///
    /// Entries that `dvc.yaml` no longer has follow where that can be, and are no reason to complain where not.
    private func rewrite(
        _ path: FilePath, _ bytes: [UInt8], _ lock: LockFile, _ entries: EntryMigration, _ report: inout Report
    ) throws -> Rewrite? {
        var changes: [LockMigration.Change] = []
        var count = 0
        for (name, old) in lock.stages {
            let stage = stages[Self.key(path, name)]
            var new = old
            for (index, entry) in old.outputs.enumerated() where EntryMigration.isOld(entry) {
                let output = stage?.outputs.first { $0.path.isIdentical(to: entry.path) }
                let isCached = output?.isCached ?? false
                if let found = try entries.migrated(entry, rooted: output?.rooted, saving: isCached) {
                    new.outputs[index] = found
                    count += 1
                } else if isCached {
                    report.missing.append((output?.rooted.string ?? entry.path, path))
                } else if let output {
                    report.changed.append((output.rooted.string, path))
                }
            }
            // Where an import comes from is a record of then, which stays.
            let isTrackedData = stage?.isTrackedData ?? false
            for (index, entry) in old.dependencies.enumerated() where !isTrackedData && EntryMigration.isOld(entry) {
                let dependency = stage?.dependencies.first { $0.path.isIdentical(to: entry.path) }
                if let found = try entries.migrated(entry, rooted: dependency?.rooted, saving: false) {
                    new.dependencies[index] = found
                    count += 1
                } else if let dependency {
                    report.changed.append((dependency.rooted.string, path))
                }
            }
            changes.append(LockMigration.Change(name: name, old: old, new: new))
        }
        guard count > 0 else { return nil }
        report.files.append((path, count))
        let data = workspace.trackedData.first { $0.path == path }.map {
            TrackedData(stage: $0.stage, entry: changes.first?.new ?? $0.entry)
        }
        return Rewrite(path: path, changes: changes, bytes: bytes, data: data)
    }

    private func write(_ rewrite: Rewrite) throws {
        if let data = rewrite.data {
            _ = try workspace.writeTrackedData(data, sync: sync)
            return
        }
        let text = try LockMigration(rewrite.bytes, file: rewrite.path.string).text(with: rewrite.changes)
        try workspace.replaceLock(rewrite.path, with: text, sync: sync)
    }

    /// Leads links of the workspace to the new places.
    ///
    /// - Parameter whateverTheType: Whether also to look where links are not wanted, because some may have been once.
    private func relink(_ rewrites: [Rewrite], whateverTheType: Bool) throws -> Int {
        let isLinkType = workspace.store.linkTypes.first.map { $0 == .symlink || $0 == .hardlink } ?? false
        guard !dry, isLinkType || whateverTheType else { return 0 }
        var count = 0
        for stage in workspace.graph.stages {
            let change = rewrites.first { $0.path == stage.lockFile }?.changes
                .first { $0.name.isIdentical(to: stage.name) }
            guard let entry = change?.new ?? workspace.lock(of: stage) else { continue }
            for output in stage.outputs where output.isCached {
                guard let hash = entry.output(output.path)?.hash, hash.generation == .three,
                    try workspace.isReallyInside(output.rooted)
                else { continue }
                let path = workspace.root.pushing(output.rooted)
                let present = try? workspace.reader.hash(path, generation: .three, saving: false)
                guard present?.md5 == hash.md5, try workspace.store.contains(hash) else { continue }
                count += try Checkout(workspace.reader).relink(hash, at: path)
            }
        }
        return count
    }
}
