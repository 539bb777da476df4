import Files
import Formats
import Git
import Pipeline
import SystemPackage

/// Which stages a change touches, and what it does to the files of the pipeline themselves.
struct Touch {
    let now: Snapshot
    let before: Former
    let isEverything: Bool
    /// From the project's root, without what belongs to other projects.
    private let paths: Set<FilePath>

    /// - Parameter changed: Paths from the top of the repository.
    init(now: Snapshot, before: Former, changed: [String], isEverything: Bool) {
        self.now = now
        self.before = before
        self.isEverything = isEverything
        paths = Set(changed.compactMap { now.inProject($0) }.filter { !now.isForeign($0) })
    }

    private func isTouched(_ path: FilePath) -> Bool { isEverything || paths.contains(path) }

    // MARK: Files

    /// Pipeline files, lock files and `.dvc` files of the change that cannot be read, or hold a merge's markers.
    func brokenFiles() throws -> [(path: FilePath, problem: String)] {
        var faults: [(path: FilePath, problem: String)] = []
        let candidates = isEverything ? now.pipelinePaths + lockPaths + now.dataPaths : paths.filter(isPipeline)
        for path in candidates.sorted(by: { $0.string.utf8.lexicographicallyPrecedes($1.string.utf8) }) {
            guard let bytes = try now.tree.contents(of: path) else { continue }
            if let line = ConflictMarkers.firstLine(of: bytes) {
                faults.append((path, "holds the markers of a merge, in line \(line)"))
                continue
            }
            if path.lastComponent?.string == "dvc.lock" {
                do {
                    _ = try now.lock(at: path)
                } catch let error as FormatError {
                    faults.append((path, error.problem))
                }
            } else if let fault = (now.pipelines.faults + now.trackedData.faults).first(where: { $0.path == path }) {
                faults.append(fault)
            }
        }
        return faults
    }

    private var lockPaths: [FilePath] {
        now.pipelinePaths.map { $0.parent.appending("dvc.lock") }
    }

    private func isPipeline(_ path: FilePath) -> Bool {
        guard let name = path.lastComponent?.string else { return false }
        return name == "dvc.yaml" || name == "dvc.lock" || TrackedDataCollection.isName(name)
    }

    /// Data of the cache that the change gives to git.
    func committedData() -> [(path: String, output: Output)] {
        var result: [(path: String, output: Output)] = []
        for path in paths {
            guard let entry = now.tree.entry(at: path), entry.isFile || entry.kind == .symlink else { continue }
            var above = path
            repeat {
                if let output = now.makers[above]?.output, output.isCached {
                    result.append((entry.path, output))
                    break
                }
            } while above.ascend() && !above.isEmpty
        }
        return result.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    // MARK: Stages

    /// Those stages, and `.dvc` files, that the change touches: their definition, their entry, their parameters, what
    /// they read, or what they write.
    func stages(among all: [Stage]) -> [Stage] {
        if isEverything { return all }
        if paths.isEmpty { return [] }
        let reach = Reach(paths)
        let redefined = redefinedFiles()
        let recorded = all.filter { isTouched($0.lockFile) && isEntryChanged($0) }
        let isRecorded = Set(recorded.map { ExactString($0.address()) })
        let data = Reach(Set(recorded.flatMap(changedOutputs)))
        return all.filter { stage in
            if isRecorded.contains(ExactString(stage.address())) { return true }
            if redefined.contains(stage.file), isRedefined(stage) { return true }
            return stage.parameters.contains { reach.contains($0.rooted) }
                || stage.dependencies.contains { reach.contains($0.rooted) || data.concerns($0.rooted) }
                || stage.outputs.contains { reach.contains($0.rooted) }
        }
    }

    /// What a stage writes, as far as its entry now names other data: whoever reads that is touched as well.
    private func changedOutputs(of stage: Stage) -> [FilePath] {
        let new = try? now.entry(of: stage)
        let old = try? before.snapshot?.lock(at: stage.lockFile)[stage.name]
        return stage.outputs.filter { new?.output($0.path)?.md5 != old?.output($0.path)?.md5 }.map(\.rooted)
    }

    /// Pipeline files that changed, or that take values from a file that changed.
    private func redefinedFiles() -> Set<FilePath> {
        Set(
            now.pipelines.files.filter { file in
                isTouched(file.path) || file.templateFiles.contains(where: isTouched)
            }.map(\.path))
    }

    private func isEntryChanged(_ stage: Stage) -> Bool {
        // What cannot be read is told of elsewhere.
        guard let new = try? now.entry(of: stage) else { return false }
        guard let old = try? before.snapshot?.lock(at: stage.lockFile)[stage.name] else { return true }
        return !new.isEqual(to: old)
    }

    private func isRedefined(_ stage: Stage) -> Bool {
        let old = before.snapshot?.stages.first { $0.file == stage.file && $0.name.isIdentical(to: stage.name) }
        return old.map { !stage.isDefined(like: $0) } ?? true
    }
}

/// Some paths, and all folders above them.
private struct Reach {
    private var paths: Set<FilePath>
    private var folders: Set<FilePath> = []

    init(_ paths: Set<FilePath>) {
        self.paths = paths
        for path in paths {
            var above = path
            while above.ascend(), !above.isEmpty, folders.insert(above).inserted {}
        }
    }

    /// Whether one of the paths is this one or lies below it.
    func contains(_ path: FilePath) -> Bool { paths.contains(path) || folders.contains(path) }

    /// Whether one of the paths is this one, lies below it, or is a folder above it.
    func concerns(_ path: FilePath) -> Bool {
        if paths.isEmpty { return false }
        if contains(path) { return true }
        var above = path
        while above.ascend(), !above.isEmpty {
            if paths.contains(above) { return true }
        }
        return false
    }
}

extension Stage {
    /// Whether both run the same command on the same paths and parameters.
    fileprivate func isDefined(like other: Stage) -> Bool {
        guard command.isEqualInPython(to: other.command), folder == other.folder, isFrozen == other.isFrozen,
            dependencies.map(\.rooted) == other.dependencies.map(\.rooted),
            outputs.map(\.rooted) == other.outputs.map(\.rooted),
            outputs.map(\.isCached) == other.outputs.map(\.isCached),
            parameters.map(\.rooted) == other.parameters.map(\.rooted)
        else { return false }
        return zip(parameters, other.parameters).allSatisfy { own, other in
            own.isWhole == other.isWhole && own.keys.count == other.keys.count
                && zip(own.keys, other.keys).allSatisfy { $0.isIdentical(to: $1) }
        }
    }
}
