import ArgumentParser
import Experiments
import Pipeline

struct Repro: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the stages that changed, without recording an experiment.",
        discussion: "Stages with checkpoints are refused; 'git exp run' is for them.")

    @OptionGroup var stages: StageOptions

    @Flag(name: .shortAndLong, help: "Run stages also where nothing changed.")
    var force = false

    @Flag(name: .shortAndLong, help: "Show the metrics afterwards.")
    var metrics = false

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let context = try Workspace.openProject(global.console)
        try Reproduction(context).run(
            stages.selection(in: context), stages.options(force: force, context: context))
        if metrics, !stages.dryRun { try MetricsPrinter(context).showWorkspace() }
    }
}
