import Pipeline
import SystemPackage

/// Which files belong to stages and go into commits; all paths are relative to the project root.
struct StageFiles {
    private let workspace: ProjectWorkspace
    private let cachedOutputs: Set<FilePath>

    init(_ workspace: ProjectWorkspace) {
        self.workspace = workspace
        cachedOutputs = Set(workspace.graph.stages.flatMap(\.outputs).filter(\.isCached).map(\.rooted))
    }

    /// What a stage reads, as far as it is not kept in the cache.
    func inputs(of stage: Stage) -> [FilePath] {
        ([stage.file] + stage.dependencies.map(\.rooted) + stage.parameters.map(\.rooted))
            .filter { ProjectPath.isInside($0) && !isCached($0) }
    }

    /// What a run of a stage writes, as far as it is not kept in the cache.
    static func results(of stage: Stage) -> [FilePath] {
        var paths = [stage.lockFile] + stage.outputs.filter { !$0.isCached }.map(\.rooted)
        for output in stage.outputs where output.isCached && output.isInsideProject {
            paths.append(output.rooted.parent.appending(".gitignore"))
        }
        if let live = stage.live, live.summary { paths.append(stage.rooted(live.path + ".json")) }
        return paths
    }

    /// All files that belong to stages: pipeline and lock files, dependencies, parameters, outputs that git keeps.
    func everything(of stages: [Stage]) -> [FilePath] {
        var paths: [FilePath] = []
        for stage in stages {
            paths.append(stage.file)
            paths += stage.dependencies.map(\.rooted).filter { !isCached($0) }
            paths += stage.parameters.map(\.rooted)
            paths += Self.results(of: stage)
        }
        for file in workspace.files {
            paths += file.parameters.map(\.rooted) + file.metrics.map(\.rooted)
            paths += file.plots.map { ProjectPath.rooted($0.id, in: file.folder) }
        }
        return paths.filter { ProjectPath.isInside($0) && !cachedOutputs.contains($0) }
    }

    private func isCached(_ path: FilePath) -> Bool {
        var candidate = path
        while !candidate.isEmpty {
            if cachedOutputs.contains(candidate) { return true }
            if !candidate.ascend() { return false }
        }
        return false
    }
}
