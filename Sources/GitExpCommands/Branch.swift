import ArgumentParser
import Diagnostics
import Experiments

struct Branch: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Turn an experiment into a git branch.",
        usage: "git exp branch [<options>] <experiment> [<branch>]",
        discussion: "The branch holds all checkpoints of the experiment. HEAD and the workspace stay as they are.")

    @Argument(help: "An experiment, or one of its commits.")
    var experiment: String

    @Argument(help: "The name of the branch. Default: the experiment's name with '-branch' behind it.")
    var branch: String?

    @Flag(help: "Point the branch at exactly the commit named, not at the newest one of its experiment.")
    var at = false

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let context = try Workspace.open(global.console)
        let made = try Branching(context, Revisions.resolver(context))
            .branch(from: experiment, name: branch, isExact: at)
        global.console.note(
            "Git branch '\(Console.sanitized(made.branch))' has been created from experiment '\(Console.sanitized(made.experiment))'."
        )
        global.console.note("To switch to the new branch run:\n\n\tgit checkout \(Console.sanitized(made.branch))")
    }
}
