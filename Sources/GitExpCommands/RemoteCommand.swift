import ArgumentParser
import Diagnostics
import Pipeline
import Processes
import SystemPackage

struct RemoteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remote", abstract: "Say where data is shared.",
        discussion: """
            A remote is a folder, or an address such as s3://bucket/path, ssh://host/path or webdavs://host/path; for \
            addresses the program 'rclone' has to be installed. Remotes stand in .dvc/config, as DVC writes them. What \
            is secret belongs into .dvc/config.local: use --local.

            Example: git exp remote add --default shared /mnt/share/project
            """,
        subcommands: [Add.self, ListRemotes.self, Default.self, Modify.self, Rename.self, Remove.self])
}

/// Which configuration file a command means.
struct ConfigLevelOptions: ParsableArguments {
    @Flag(help: "The settings of all users of this machine.")
    var system = false

    @Flag(name: .customLong("global"), help: "Your settings for all projects.")
    var isGlobal = false

    @Flag(help: "The project's settings, which git keeps: .dvc/config.")
    var project = false

    @Flag(name: .customLong("local"), help: "Settings for this working tree alone: .dvc/config.local.")
    var isLocal = false

    private var levels: [ProjectConfig.Level] {
        let flags: [(isSet: Bool, level: ProjectConfig.Level)] = [
            (system, .system), (isGlobal, .global), (project, .project), (isLocal, .local),
        ]
        return flags.filter(\.isSet).map(\.level)
    }

    var level: ProjectConfig.Level? { levels.first }

    func validate() throws {
        if levels.count > 1 { throw ValidationError("--system, --global, --project and --local exclude each other") }
    }

    func editing() throws -> RemoteEditing {
        let folder = Workspace.currentFolder()
        let environment = ProcessCall.inheritedEnvironment()
        let project = try Project.find(from: folder, environment: environment)
        return RemoteEditing(project, from: folder, environment: environment, level: level)
    }
}

extension RemoteCommand {
    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Add a remote.")

        @Argument(help: "Its name.")
        var name: String

        @Argument(help: "A folder, or an address.")
        var url: String

        @Flag(name: [.customShort("d"), .customLong("default")], help: "Make it the default remote.")
        var isDefault = false

        @Flag(name: .shortAndLong, help: "Replace a remote of that name, with all its options.")
        var force = false

        @OptionGroup var level: ConfigLevelOptions
        @OptionGroup var global: GlobalOptions

        func run() throws {
            try level.editing().add(name, url: url, isDefault: isDefault, force: force)
            if RemoteSettings.scheme(of: url) == "sftp" {
                global.console.warn(
                    "DVC knows no 'sftp://' addresses and would refuse the file; 'ssh://' means the same")
            }
            if isDefault {
                global.console.note("Setting '\(Console.sanitized(name.lowercased()))' as a default remote.")
            }
        }
    }

    struct ListRemotes: ParsableCommand {
        /// A text that ends at a multiple of eight, as with a tabulator.
        private static func column(_ text: String, isLast: Bool = false) -> String {
            let text = Console.sanitized(text)
            return text + (isLast ? "" : String(repeating: " ", count: 8 - text.unicodeScalars.count % 8))
        }

        static let configuration = CommandConfiguration(commandName: "list", abstract: "List the remotes.")

        @OptionGroup var level: ConfigLevelOptions
        @OptionGroup var global: GlobalOptions

        func run() throws {
            let editing = try level.editing()
            let chosen = try editing.defaultRemote(nil)
            for remote in try editing.list(level.level, environment: ProcessCall.inheritedEnvironment()) {
                let isDefault = chosen.map { $0.utf8.elementsEqual(remote.name.utf8) } ?? false
                global.console.print(
                    Self.column(remote.name) + Self.column(remote.url, isLast: !isDefault)
                        + (isDefault ? "(default)" : ""))
            }
        }
    }

    struct Default: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show or choose the default remote.")

        @Argument(help: "The remote that is meant where none is named.")
        var name: String?

        @Flag(name: .shortAndLong, help: "Have no default remote.")
        var unset = false

        @OptionGroup var level: ConfigLevelOptions
        @OptionGroup var global: GlobalOptions

        func validate() throws {
            if unset, name != nil { throw ValidationError("--unset takes no name") }
        }

        func run() throws {
            let editing = try level.editing()
            if unset || name != nil { return try editing.setDefault(name) }
            guard let name = try editing.defaultRemote(level.level) else {
                global.console.note("There is no default remote.")
                throw ExitStatus.no
            }
            global.console.print(Console.sanitized(name))
        }
    }

    struct Modify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Set an option of a remote.",
            discussion: "Example: git exp remote modify --local shared password 'top secret'")

        @Argument(help: "The remote.")
        var name: String

        @Argument(help: "The option, such as 'url', 'profile', 'endpointurl', 'user' or 'keyfile'.")
        var option: String

        @Argument(help: "Its value.")
        var value: String?

        @Flag(name: .shortAndLong, help: "Remove the option.")
        var unset = false

        @OptionGroup var level: ConfigLevelOptions
        @OptionGroup var global: GlobalOptions

        func validate() throws {
            if unset == (value != nil) { throw ValidationError("give either a value or --unset") }
        }

        func run() throws { try level.editing().modify(name, option, unset ? nil : value) }
    }

    struct Rename: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Give a remote another name.")

        @Argument(help: "The remote.")
        var name: String

        @Argument(help: "Its new name.")
        var new: String

        @OptionGroup var level: ConfigLevelOptions
        @OptionGroup var global: GlobalOptions

        func run() throws { try level.editing().rename(name, to: new) }
    }

    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Forget a remote; the data there stays.", aliases: ["rm"])

        @Argument(help: "The remote.")
        var name: String

        @OptionGroup var level: ConfigLevelOptions
        @OptionGroup var global: GlobalOptions

        func run() throws { try level.editing().remove(name) }
    }
}
