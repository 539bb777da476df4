import Files
import SystemPackage

extension StageStatus {
    /// The same status with paths as they are seen from a folder, which is what people are shown and what DVC's `--json` has;
    /// the stage's own spelling depends on its `wdir`.
    ///
    /// - Parameters:
    ///   - folder: Where the user is, relative to the project root.
    ///   - stage: The stage that this is the status of.
    /// - Returns: Every path once, also where the stage spells it in several ways. Paths outside of the project stay as
    ///   they are written.
    package func seen(from folder: FilePath, stage: Stage) -> StageStatus {
        var seen = self
        func path(_ written: String, _ rooted: FilePath?) -> String {
            guard let rooted, rooted.isRelative, rooted.components.first?.kind != .parentDirectory else {
                return written
            }
            return ProjectPath.relative(rooted, from: folder).string
        }
        func once(_ changes: [PathChange]) -> [PathChange] {
            var known: Set<ExactString> = []
            return changes.filter { known.insert(ExactString($0.path)).inserted }
        }
        seen.dependencies = once(
            dependencies.map { change in
                let dependency = stage.dependencies.first { $0.path.isIdentical(to: change.path) }
                return PathChange(path: path(change.path, dependency?.rooted), change: change.change)
            })
        seen.outputs = once(
            outputs.map { change in
                let output = stage.outputs.first { $0.path.isIdentical(to: change.path) }
                return PathChange(path: path(change.path, output?.rooted), change: change.change)
            })
        seen.parameters = parameters.map { change in
            let dependency = stage.parameters.first { $0.file.isIdentical(to: change.file) }
            return ParameterChange(
                file: path(change.file, dependency?.rooted), whole: change.whole, keys: change.keys)
        }
        return seen
    }
}
