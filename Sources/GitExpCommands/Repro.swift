import ArgumentParser
import Experiments
import Pipeline

struct Repro: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the stages that changed, without recording an experiment.",
        usage: "git exp repro [<options>] [<target> ...]",
        discussion: "Stages with checkpoints are refused; 'git exp run' is for them.")

    @OptionGroup var stages: StageOptions

    @Flag(name: .shortAndLong, help: "Run stages also where nothing changed.")
    var force = false

    @Flag(help: "Write the lock file, but store no outputs in the cache.")
    var noCommit = false

    @Flag(name: .shortAndLong, help: "Show the metrics afterwards.")
    var metrics = false

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let context = try Workspace.openProject(global.console)
        var options = stages.options(force: force, context: context)
        options.storesOutputs = !noCommit
        try Reproduction(context).run(stages.selection(in: context), options)
        if metrics, !stages.dryRun { try MetricsPrinter(context).showWorkspace() }
    }
}
