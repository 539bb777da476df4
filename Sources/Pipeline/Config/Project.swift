import Cache
import Files
import SystemPackage

/// A folder with a `.dvc` folder in it, and everything below.
package struct Project: Sendable {
    /// The absolute path.
    package let root: FilePath
    /// Of all levels, as they were when the project was opened.
    package var config: ProjectConfig
    /// Files with the contents that a change would give them, where it is only tried; by their paths from the root.
    package var replaced: [FilePath: [UInt8]] = [:]

    /// Takes a folder that is known to hold a project, absolute, and its settings.
    package init(root: FilePath, config: ProjectConfig) {
        self.root = root
        self.config = config
    }

    /// The project that a folder belongs to.
    ///
    /// - Parameters:
    ///   - folder: An absolute path.
    ///   - environment: Decides where the settings of the system and of the user are.
    /// - Throws: ``PipelineError/notInProject(_:)``, or what reading the settings throws.
    package static func find(from folder: FilePath, environment: [String: String]) throws -> Project {
        var candidate = folder.lexicallyNormalized()
        repeat {
            if try FileStatus.of(candidate.appending(".dvc"), followingLinks: true)?.kind == .directory {
                return Project(
                    root: candidate, config: try ProjectConfig.load(root: candidate, environment: environment))
            }
        } while candidate.ascend()
        throw PipelineError.notInProject(folder)
    }

    /// A path of the workspace, seen from the root.
    package func relative(_ path: FilePath) -> FilePath {
        ProjectPath.rooted(path.string, in: "", root: root)
    }

    /// Which of the two formats new entries are written in.
    ///
    /// - Parameters:
    ///   - setting: The git setting `exp.generation`: `2` or `3`; `nil` lets the entries decide.
    ///   - locks: The lock files of the project.
    /// - Returns: The older one where there are entries and none is of the newer one.
    /// - Throws: ``PipelineError/badSetting(name:value:expected:)`` for any other setting.
    package static func generation(
        setting: String?, locks: some Sequence<LockFile>
    ) throws(PipelineError) -> Generation {
        switch setting {
        case "2": return .two
        case "3": return .three
        case nil, "auto": break
        case let text?: throw .badSetting(name: "exp.generation", value: text, expected: "2, 3 or auto")
        }
        var hasOld = false
        for lock in locks {
            for stage in lock.stages {
                for entry in stage.entry.dependencies + stage.entry.outputs {
                    if entry.generation == .three { return .three }
                    if entry.md5 != nil { hasOld = true }
                }
            }
        }
        return hasOld ? .two : .three
    }
}
