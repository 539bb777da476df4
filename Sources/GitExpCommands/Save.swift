import ArgumentParser
import Diagnostics
import Experiments
import Formats
import Git

struct Save: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Record the workspace as an experiment, without running anything.",
        usage: "git exp save [<options>] [<target> ...]",
        discussion: """
            Outputs go into the cache and lock files are brought up to date, as 'git exp commit --force' does; then the \
            workspace becomes a commit under refs/exps, on top of HEAD. HEAD, the index and the stash stay as they are.

            The commit holds what git tracks, what is staged as new, and the files that stages name. Other files that \
            git does not track are listed; -I includes them.

            Examples:
              git exp save -n tuned-by-hand
              git exp save -I notes.txt -m "the run of last night"
            """)

    @Argument(help: "Take only these into the cache: stages, '.dvc' files, outputs. Default: all of the project.")
    var targets: [String] = []

    @Option(
        name: [.customShort("n", allowingJoined: true), .long],
        help: "The name of the experiment; one is made up otherwise.")
    var name: String?

    @Flag(name: .shortAndLong, help: "Replace an experiment of the name; 'git exp undo' brings the old one back.")
    var force = false

    @Option(
        name: [.customShort("I", allowingJoined: true), .long],
        help: ArgumentHelp(
            "Also a file or a folder that git does not track; may be given more than once.", valueName: "path"))
    var includeUntracked: [String] = []

    @Option(
        name: [
            .customShort("m", allowingJoined: true), .customShort("M", allowingJoined: true), .long,
        ], help: "The message of the commit.")
    var message: String?

    @Flag(name: [.customShort("R"), .long], help: "Take targets as folders: everything in and below them.")
    var recursive = false

    @Flag(help: "Print the commit as JSON.")
    var json = false

    @Flag(help: .hidden)
    var showJson = false

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let context = try Workspace.open(global.console)
        var request = SaveRequest()
        request.name = name
        request.force = force
        request.message = message
        request.untracked = includeUntracked
        request.targets = targets
        request.recursive = recursive
        let experiment = try WorkspaceSaving(context).save(request)
        if json || showJson {
            return global.console.print(
                JSON.pythonDumps(.mapping(Mapping([("ref", .string(experiment.tip.hex))]))))
        }
        global.console.note("Experiment has been saved as: \(Console.sanitized(experiment.name))")
    }
}
