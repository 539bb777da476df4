import ArgumentParser
import Diagnostics
import Experiments
import Files
import Pipeline
import Processes
import SystemPackage

struct Config: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read and write the settings that are shared with DVC.",
        discussion: """
            Without an option a setting is read from all levels and written to the project's own, .dvc/config. Comments \
            and layout of the file stay. Settings of git exp alone are git's: git config exp.durability disk.

            Example: git exp config cache.type hardlink,symlink
            """)

    @Argument(help: "The setting: section.option or remote.name.option.")
    var name: String?

    @Argument(help: "The new value.")
    var value: String?

    @Flag(help: "The settings of all users of this machine.")
    var system = false

    @Flag(name: .customLong("global"), help: "Your settings for all projects.")
    var isGlobal = false

    @Flag(help: "The project's settings, which git keeps: .dvc/config.")
    var project = false

    @Flag(name: .customLong("local"), help: "Settings for this working tree alone: .dvc/config.local.")
    var isLocal = false

    @Flag(name: .shortAndLong, help: "Remove the setting.")
    var unset = false

    @Flag(name: .shortAndLong, help: "List the settings.")
    var list = false

    @Flag(help: "Also show the file that a setting is from.")
    var showOrigin = false

    @OptionGroup var global: GlobalOptions

    private var levels: [ProjectConfig.Level] {
        let flags: [(isSet: Bool, level: ProjectConfig.Level)] = [
            (system, .system), (isGlobal, .global), (project, .project), (isLocal, .local),
        ]
        return flags.filter(\.isSet).map(\.level)
    }

    func validate() throws {
        if levels.count > 1 { throw ValidationError("--system, --global, --project and --local exclude each other") }
        if list, name != nil || unset { throw ValidationError("--list takes no name") }
        if !list, name == nil { throw ValidationError("the name of a setting is missing") }
        if unset, value != nil { throw ValidationError("--unset takes no value") }
    }

    func run() throws {
        let folder = Workspace.currentFolder()
        let settings = try ConfigFiles(
            from: folder, environment: ProcessCall.inheritedEnvironment(), level: levels.first)
        if list {
            for entry in settings.all { show(entry.name + "=" + entry.value, from: entry.file, in: folder) }
            return
        }
        let key = try ConfigKey(name ?? "")
        if unset { return try settings.remove(key, named: name ?? "") }
        if let value { return try settings.set(key, value, folder: folder) }
        // That a setting is not there is an answer.
        guard let found = settings.value(of: key) else { throw ExitStatus.no }
        show(found.value, from: found.file, in: folder)
    }

    private func show(_ text: String, from file: FilePath, in folder: FilePath) {
        let origin = showOrigin ? Console.sanitized((file.relative(to: folder) ?? file).string) + "\t" : ""
        global.console.print(origin + Console.sanitized(text))
    }
}
