import ArgumentParser
import Diagnostics
import Experiments
import Git

struct Rename: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Give an experiment another name.",
        usage: "git exp rename [<options>] <experiment> <name>",
        discussion: "Its commits and its baseline stay. 'git exp undo' takes it back.")

    @Argument(help: "The experiment, by its name or its full reference.")
    var experiment: String

    @Argument(help: "The new name.")
    var name: String

    @Flag(name: .shortAndLong, help: "Replace an experiment of the new name; 'git exp undo' brings it back.")
    var force = false

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Rename it on a Git remote, not here; '--force' cannot be undone there.", valueName: "remote"))
    var gitRemote: String?

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let context = try Workspace.open(global.console)
        let remote = try gitRemote.map { try GitRemote($0, context) }
        let resolver = try Revisions.resolver(context, among: remote?.experiments(forPushing: true))
        let renaming = Renaming(context, resolver)
        let renamed =
            try remote.map { try renaming.rename(experiment, to: name, replacing: force, on: $0) }
            ?? renaming.rename(experiment, to: name, replacing: force)
        guard let renamed else { return global.console.note("No experiments to rename.") }
        global.console.note(
            "Renamed experiment '\(Console.sanitized(experiment))' to '\(Console.sanitized(renamed.name))'.")
    }
}
