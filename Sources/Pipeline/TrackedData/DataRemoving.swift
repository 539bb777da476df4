import Cache
import Diagnostics
import Files
import Formats
import SystemPackage

/// Stops tracking data: removes `.dvc` files, and stages with their entries.
package struct DataRemoving {
    private let workspace: ProjectWorkspace
    private let folder: FilePath
    private let sync: Bool

    /// - Parameters:
    ///   - folder: Where targets are seen from, relative to the project root.
    ///   - sync: Whether files must have reached the disk when this is done.
    package init(_ workspace: ProjectWorkspace, folder: FilePath, sync: Bool) {
        self.workspace = workspace
        self.folder = folder
        self.sync = sync
    }

    /// Removes the targets in turn.
    ///
    /// - Parameters:
    ///   - targets: `.dvc` files and stages.
    ///   - withData: Whether the data goes, too.
    ///   - force: Whether data goes that is saved nowhere.
    /// - Returns: The files that changed or went, seen from the project root.
    /// - Throws: ``DataError``; `CacheError.unsavedData` before anything of any target was removed.
    package func remove(_ targets: [String], withData: Bool, force: Bool) throws -> [FilePath] {
        let stages = try targets.map(stages)
        let outputs = stages.flatMap { $0.flatMap(\.outputs) }
        if withData, !force { try refuseUnsaved(stages.flatMap { $0 }) }
        var changed: [FilePath] = []
        for (target, stages) in zip(targets, stages) {
            if let data = stages.first, data.isTrackedData {
                try FileIO.remove(workspace.root.pushing(data.file))
                changed.append(data.file)
            } else if let stage = stages.first {
                changed += try removeStages(named: StageTarget(target).name ?? stage.name, stages, from: stage.file)
            }
        }
        changed += try IgnoreLines(workspace, sync: sync).remove(outputs.filter(\.isCached).map(\.rooted))
        if withData {
            for output in outputs where try workspace.isReallyInside(output.rooted) {
                try FileIO.removeTree(workspace.root.pushing(output.rooted))
            }
        }
        return changed
    }

    /// What ``remove(_:withData:force:)`` would take away: `.dvc` files and stages, then data that is there.
    ///
    /// - Returns: Names as seen from the folder of the call.
    /// - Throws: What removing would throw before anything is removed.
    package func preview(_ targets: [String], withData: Bool, force: Bool) throws -> [String] {
        let stages = try targets.flatMap(stages)
        if withData, !force { try refuseUnsaved(stages) }
        let names = stages.map { $0.address(relativeTo: folder) }
        guard withData else { return names }
        let data = try stages.flatMap(\.outputs).filter { output in
            try workspace.isReallyInside(output.rooted)
                && FileStatus.of(workspace.root.pushing(output.rooted), followingLinks: false) != nil
        }
        return names + data.map { ProjectPath.relative($0.rooted, from: folder).string }
    }

    private func stages(_ target: String) throws -> [Stage] {
        let rooted = ProjectPath.rooted(target, in: folder, root: workspace.root)
        if let (stage, output) = OutputOwners(workspace.graph).around(rooted), stage.isTrackedData,
            rooted == output.rooted
        {
            throw DataError.notRemovable(target, tracker: stage.address(relativeTo: folder))
        }
        let selection = StageSelection(targets: [target], folder: folder)
        let stages: [Stage]
        do throws(PipelineError) {
            stages = try workspace.graph.targets(
                selection, files: workspace.files.map(\.path) + workspace.trackedData.map(\.path))
        } catch {
            guard case .noStage(let name, let similar) = error else { throw error }
            throw DataError.unknownTarget(name, similar: similar)
        }
        let name = StageTarget(target).name ?? ""
        if name.contains("@"), stages.contains(where: { $0.name.isIdentical(to: name) }),
            try !isWritten(name, stages[0])
        {
            throw DataError.groupMember(name)
        }
        return stages
    }

    private func isWritten(_ name: String, _ stage: Stage) throws -> Bool {
        guard let bytes = try workspace.tree.contents(of: stage.file) else { return false }
        return try YAML.load(bytes, file: stage.file.string).mapping?["stages"]?.mapping?[name] != nil
    }

    private func refuseUnsaved(_ stages: [Stage]) throws {
        var unsaved: [FilePath] = []
        for stage in stages {
            for output in stage.outputs where try workspace.isReallyInside(output.rooted) {
                let path = workspace.root.pushing(output.rooted)
                let recorded = workspace.lock(of: stage)?.output(output.path)?.hash
                let generation = recorded?.generation ?? workspace.generation
                guard let hash = try workspace.reader.hash(path, generation: generation, saving: false) else {
                    continue
                }
                if try !workspace.store.contains(hash) { unsaved.append(path) }
            }
        }
        if !unsaved.isEmpty { throw CacheError.unsavedData(unsaved) }
    }

    /// Takes stages out of their `dvc.yaml` and their lock file; files that are empty then go.
    private func removeStages(named name: String, _ stages: [Stage], from file: FilePath) throws -> [FilePath] {
        let path = workspace.root.pushing(file)
        guard let bytes = try FileIO.read(path) else { return [] }
        let content = try YAML.load(bytes, file: file.string).mapping ?? Mapping()
        let written = content["stages"]?.mapping ?? Mapping()
        let gone = Set(stages.map { ExactString($0.name) } + [ExactString(name)])
        let names = written.entries.compactMap(\.key.string).filter { gone.contains(ExactString($0)) }
        let isLast = names.count == written.entries.count
        var changed = [file]
        if isLast, content.entries.count == 1 {
            try FileIO.remove(path)
        } else {
            var result = bytes
            for name in isLast ? ["stages"] : names {
                result = try YAMLTextEdit.removeEntry(
                    in: result, file: file.string, path: isLast ? [] : ["stages"], key: name)
            }
            try FileIO.replace(path, with: result, sync: sync)
        }
        if let lock = stages.first?.lockFile, let old = try FileIO.read(workspace.root.pushing(lock)) {
            var rest: [UInt8]? = old
            for stage in stages {
                rest = try rest.flatMap { try LockFile.removing(stage: stage.name, from: $0, file: lock.string) }
            }
            if let rest, !isLast {
                if rest != old { try FileIO.replace(workspace.root.pushing(lock), with: rest, sync: sync) }
            } else {
                try FileIO.remove(workspace.root.pushing(lock))
            }
            changed.append(lock)
        }
        return changed
    }
}
