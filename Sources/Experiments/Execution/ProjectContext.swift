import Git
import Diagnostics
import Pipeline
import SystemPackage

/// A project opened for work with its pipeline, which needs no git repository.
package class ProjectContext {
    /// Git's settings of the repository, or of the user alone.
    package let settings: GitSettings
    /// The project of the folder of the call.
    package let project: Project
    /// The folder of the call, relative to the project root.
    package let folder: FilePath
    /// Where everything is told that is no result.
    package let console: Console
    /// The environment of this process.
    package let environment: [String: String]
    /// What the pipeline asks about git.
    package let sourceControl: SourceControl

    /// Takes a project that is open already; without `sourceControl` there is no git.
    package init(
        settings: GitSettings, project: Project, folder: FilePath, console: Console, environment: [String: String],
        sourceControl: SourceControl = .none
    ) {
        self.settings = settings
        self.project = project
        self.folder = folder
        self.console = console
        self.environment = environment
        self.sourceControl = sourceControl
    }

    /// The folder for files of ours that nobody misses.
    package var scratch: FilePath { ProjectWorkspace.scratch(of: project.root) }

    /// `exp.durability`: whether what is reported has reached the disk, or only left this process.
    package var isDurable: Bool {
        get throws {
            switch settings["exp.durability"]?.lowercased() {
            case nil, "disk": true
            case "process": false
            case let value?:
                throw PipelineError.badSetting(name: "exp.durability", value: value, expected: "disk or process")
            }
        }
    }

    /// `exp.graceSeconds`: how long a command may take to end after SIGTERM, in milliseconds.
    ///
    /// The 20 seconds without the setting leave time to record what it left where a scheduler gives us 30.
    package var grace: Int64 {
        get throws {
            guard let text = settings["exp.graceseconds"] else { return 20_000 }
            guard let seconds = Int64(text), (0...86_400).contains(seconds) else {
                throw PipelineError.badSetting(
                    name: "exp.graceSeconds", value: text, expected: "a number of seconds, at most 86400")
            }
            return seconds * 1_000
        }
    }

    /// Makes sure of the place of the cache; for whoever is about to write into it, or to bring data from it.
    ///
    /// Without git there is nothing to settle.
    package func settleCache() throws {}

    /// Reads the project.
    ///
    /// - Parameters:
    ///   - checking: Whether the graph of all stages must be sound.
    ///   - replaced: Files to be seen with other contents than they have, by their paths from the project's root.
    package func workspace(
        checking: Bool = true, replacing replaced: [FilePath: [UInt8]] = [:]
    ) throws -> ProjectWorkspace {
        var project = project
        project.replaced = replaced
        return try ProjectWorkspace(
            project, sourceControl: sourceControl, generationSetting: settings["exp.generation"], checking: checking,
            progress: Progress(console))
    }

    /// The same project for what needs commits.
    ///
    /// - Throws: ``ExperimentError/withoutGit`` where the project was made to do without.
    package func withGit() throws -> ExperimentContext {
        guard let context = self as? ExperimentContext else { throw ExperimentError.withoutGit }
        return context
    }
}
