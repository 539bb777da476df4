import Pipeline
import SystemPackage

/// The folders of a repository in which a change can matter to a project.
///
/// The others, which may be most of a repository, need not be compared.
struct ProjectReach {
    /// Folders on the way to something that a stage names, with `/` at their ends, from the top of the repository.
    private var passed: Set<String> = []
    /// What stages name: everything below counts.
    private var named: Set<String> = []

    /// - Parameter paths: From the top of the repository.
    init(_ paths: [String]) {
        for path in paths {
            named.insert(path + "/")
            var path = path[...]
            while let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) {
                if !passed.insert(String(path[...slash])).inserted { break }
                path = path[..<slash]
            }
        }
    }

    /// - Parameter folder: With `/` at its end.
    func enters(_ folder: String) -> Bool {
        if passed.contains(folder) || named.contains(folder) { return true }
        var above = folder.dropLast()
        while let slash = above.utf8.lastIndex(of: UInt8(ascii: "/")) {
            if named.contains(String(above[...slash])) { return true }
            above = above[..<slash]
        }
        return false
    }
}

extension Snapshot {
    /// Where a change can touch a stage, or a file of the pipeline.
    var reach: ProjectReach {
        var paths: [FilePath] = pipelinePaths + dataPaths
        paths += pipelines.files.flatMap(\.templateFiles)
        for stage in stages + trackedData.data.map(\.stage) {
            paths.append(stage.lockFile)
            paths += stage.dependencies.map(\.rooted)
            paths += stage.parameters.map(\.rooted)
            paths += stage.outputs.map(\.rooted)
        }
        return ProjectReach(paths.filter { ProjectPath.isInside($0) }.map(inRepository))
    }
}
