import Cache
import Diagnostics
import Files
import SystemPackage

/// Takes what stages and `.dvc` files describe into the cache as it is now, without running anything.
package struct DataCommitting {
    private let workspace: ProjectWorkspace
    private let console: Console
    private let folder: FilePath
    private let sync: Bool
    private let relinks: Bool

    /// - Parameters:
    ///   - folder: Where addresses are seen from, relative to the project root.
    ///   - sync: Whether files must have reached the disk when this is done.
    ///   - relinks: Whether saved files become links where links are wanted.
    package init(
        _ workspace: ProjectWorkspace, folder: FilePath, console: Console, sync: Bool, relinks: Bool = true
    ) {
        self.relinks = relinks
        self.workspace = workspace
        self.folder = folder
        self.console = console
        self.sync = sync
    }

    /// Commits the targets in turn.
    ///
    /// - Parameter allows: Asked about a stage that differs from its entry, with what differs; `nil` takes all.
    /// - Throws: ``DataError/changed(stage:)`` where the answer is no; what saving throws. The targets before are done.
    package func commit(_ targets: [DataTarget], allows: ((_ question: String) -> Bool)?) throws {
        let saver = StageSaver(workspace, console: console, sync: sync)
        var done: Set<ExactString> = []
        for target in targets {
            let stage = target.stage
            let address = stage.address(relativeTo: folder)
            if let below = target.below, stage.isTrackedData, let output = target.output {
                try commit(below, of: output, stage)
                continue
            }
            guard done.insert(ExactString(stage.address())).inserted else { continue }
            var manner = StageSaver.Manner(keeping: .always)
            if let allows {
                let changes = try changes(of: stage)
                if !changes.isEmpty, !allows(Self.question(address, changes)) {
                    throw DataError.changed(stage: address)
                }
                if changes.isEmpty { manner.keeping = .never }
            }
            let areSourcesRead = !stage.isTrackedData || !stage.isFrozen
            let inputs =
                try areSourcesRead ? saver.inputs(of: stage, address: address) : saver.recordedInputs(of: stage)
            manner.relinks = relinks
            _ = try saver.save(stage, address: address, inputs: inputs, manner)
        }
    }

    private func commit(_ below: String, of output: Output, _ stage: Stage) throws {
        guard var entry = workspace.lock(of: stage), let recorded = entry.output(output.path), let old = recorded.hash
        else {
            throw RunError.missingData(file: stage.address(relativeTo: folder), path: output.path)
        }
        let (hash, size) = try workspace.reader.directory(
            old, at: workspace.root.pushing(output.rooted), replacing: below, size: recorded.size,
            generation: workspace.generation, saving: output.isCached)
        if hash.md5 == old.md5 { return }
        var part = LockEntry(path: output.path, hash: hash)
        part.size = size
        entry.outputs.removeAll { $0.path.isIdentical(to: output.path) }
        entry.outputs.append(part)
        _ = try workspace.writeTrackedData(TrackedData(stage: stage, entry: entry), sync: sync)
    }

    private static func question(_ address: String, _ changes: [String]) -> String {
        let list = changes.prefix(5).map { "'\($0)'" }.joined(separator: ", ")
        return "\(list)\(changes.count > 5 ? ", …" : "") of '\(address)' changed. Commit anyway?"
    }

    /// What differs from the entry, other than that the cache does not have it.
    private func changes(of stage: Stage) throws -> [String] {
        var active = stage
        // What a frozen stage reads would be recorded as well.
        active.isFrozen = stage.isTrackedData && stage.isFrozen
        var probe = workspace.probe
        probe.isCached = { _ in true }
        let status = try StageStatus.of(active, lock: workspace.lock(of: stage), probe: probe)
        return status.dependencies.map(\.path) + status.parameters.map(\.file) + status.outputs.map(\.path)
            + (status.isCommandChanged ? ["cmd"] : [])
    }
}
