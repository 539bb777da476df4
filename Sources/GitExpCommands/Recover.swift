import ArgumentParser
import Diagnostics
import Experiments
import Git

struct Recover: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Mend a repository in which DVC was killed during a run.",
        usage: "git exp recover [<options>]",
        discussion: """
            DVC detaches HEAD while an experiment runs in the workspace; killed, it leaves it so. This puts HEAD back on \
            its branch and the index with it, and takes the marks of the run away. The files of the workspace stay as \
            they are, and checkpoints made so far stay in their experiment, which 'git exp run' goes on with.
            """)

    @Option(help: ArgumentHelp("Put HEAD on this branch. Default: the one that it was on.", valueName: "name"))
    var branch: String?

    @Flag(help: "Only say what would be done.")
    var dryRun = false

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let context = try Workspace.open(global.console)
        let recovering = Recovering(context)
        let console = global.console
        guard let run = try dryRun ? KilledRun(context) : recovering.recover(branch: branch) else {
            return console.note("There is nothing to mend.")
        }
        let target = try dryRun ? recovering.target(of: run, chosen: branch) : context.repository.headBranch()
        let verb = dryRun ? "would be" : "is"
        console.note("A run of DVC was killed here; it had started from \(run.baseline.short).")
        if let target, run.detached != nil {
            console.note("HEAD \(verb) back on '\(Console.sanitized(String(target.dropFirst(11))))'.")
        }
        if let experiment = run.experiment {
            let name = Console.sanitized(experiment.name)
            console.note(
                "Experiment '\(name)' keeps its checkpoints up to \(experiment.tip.short); 'git exp run' goes on from there."
            )
        }
        if let stash = run.stash {
            console.note(
                "The files as they were when the run began are in \(stash.short): git restore --source=\(stash.short) -- FILE"
            )
        }
        for file in run.files { console.detail("removed '\(Console.sanitized(file.string))'") }
    }
}
