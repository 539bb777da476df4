import Diagnostics
import Experiments
import Git
import Pipeline
import Processes
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What commands work on: the repository and the project around the current folder.
enum Workspace {
    static func currentFolder() -> FilePath {
        guard let path = getcwd(nil, 0) else { return "." }
        defer { free(path) }
        return FilePath(String(cString: path))
    }

    /// Opens the project of the current folder, and the repository around it.
    ///
    /// - Throws: ``ExperimentError/withoutGit`` for a project that does without.
    ///
    /// - Parameter path: Another folder than the current one.
    static func open(_ console: Console, at path: String? = nil) throws -> ExperimentContext {
        try openProject(console, at: path).withGit()
    }

    /// Opens the project of the current folder for a command that also works without git.
    ///
    /// - Parameter path: Another folder than the current one.
    static func openProject(_ console: Console, at path: String? = nil) throws -> ProjectContext {
        let folder = path.map { currentFolder().pushing(FilePath($0)).lexicallyNormalized() } ?? currentFolder()
        let environment = ProcessCall.inheritedEnvironment()
        let found = Result { try Project.find(from: folder, environment: environment) }
        if let project = try? found.get(), try project.config.isTrue("core.no_scm") ?? false {
            return ProjectContext(
                settings: try GitSettings.ofUser(), project: project, folder: project.relative(folder),
                console: console, environment: environment)
        }
        let repository = try Repository(discovering: folder)
        let project = try found.get()
        return try ExperimentContext(
            repository: repository, settings: try GitSettings(of: repository), project: project,
            folder: project.relative(folder), console: console, environment: environment)
    }
}
