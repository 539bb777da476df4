import ArgumentParser
import Diagnostics
import Experiments
import Git

struct Rehome: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Move experiments to what the commit became that they started from.",
        usage: "git exp rehome [<options>] [<experiment> ...]",
        discussion: """
            After 'git commit --amend', 'git rebase' or a squash, experiments hang on the commit from before, which no \
            branch has any more; 'git exp show' and 'git exp list' say so. They are moved to the commit that took its \
            place, which is told by author and time, files, the log of HEAD, the patch, or the message. Their own files \
            and messages stay as they are; their commits get new ids. 'git exp undo' takes it back.

            Examples:
              git exp rehome --dry-run
              git exp rehome brave-otter --onto HEAD
            """)

    @Argument(help: "Experiments. Default: all whose commit no branch has any more.")
    var experiments: [String] = []

    @Option(help: ArgumentHelp("Move them there, whatever their commit became.", valueName: "commit"))
    var onto: String?

    @Flag(help: "Also those of which it cannot be told; they go to HEAD.")
    var all = false

    @Flag(help: "Only say what would go where.")
    var dryRun = false

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let context = try Workspace.open(global.console)
        let rehoming = Rehoming(context, try Revisions.resolver(context))
        let plan = try rehoming.plan(names: experiments, onto: onto, all: all)
        if !dryRun, !plan.moves.isEmpty { _ = try rehoming.carryOut(plan) }
        for move in plan.moves {
            let line =
                "[\(Console.sanitized(move.experiment.name))] \(move.experiment.baseline.short) -> \(move.target.short)"
            if dryRun { global.console.print(line) } else { global.console.note("Moved \(line)") }
        }
        for move in plan.blocked {
            global.console.warn(
                "'\(Console.sanitized(move.experiment.name))' of \(move.experiment.baseline.short) stays: "
                    + "\(move.target.short) has an experiment of that name")
        }
        if !plan.homeless.isEmpty {
            let names = plan.homeless.map { "'\(Console.sanitized($0.name))'" }.joined(separator: ", ")
            global.console.warn("cannot tell what became of the commit of \(names)")
            global.console.hint("say it with '--onto COMMIT', or '--all' moves them to HEAD")
        }
        if plan.moves.isEmpty, plan.blocked.isEmpty, plan.homeless.isEmpty {
            global.console.note("All experiments hang on commits of a branch or a tag.")
        }
    }
}
