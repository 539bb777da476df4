import ArgumentParser
import Experiments
import Formats
import Reporting

struct Diff: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compare the metrics and parameters of two experiments.",
        usage: "git exp diff [<options>] [<old>] [<new>]",
        discussion: """
            Default: HEAD and the workspace. With one revision, that one and the workspace.

            Example: git exp diff brave-otter@best calm-heron
            """)

    @Argument(help: "The old revision: an experiment, a checkpoint, or any commit.")
    var old = "HEAD"

    @Argument(help: "The new revision.")
    var new = "workspace"

    @Flag(help: "Also what did not change.")
    var all = false

    @Flag(help: "Only parameters that stages use.")
    var paramDeps = false

    @Flag(help: "Print JSON, numbers in full.")
    var json = false

    @Flag(help: "Print comma-separated values, numbers in full.")
    var csv = false

    @Flag(help: "Print Markdown tables.")
    var md = false

    @Flag(help: "Leave out the column of the files.")
    var noPath = false

    @Option(help: ArgumentHelp("Significant digits of metrics. Default: 5.", valueName: "digits"))
    var precision = 5

    @OptionGroup var formerNames: FormerFormatNames
    @OptionGroup var global: GlobalOptions

    mutating func validate() throws {
        json = json || formerNames.showJson
        csv = csv || formerNames.showCsv
        md = md || formerNames.showMd
        if [json, csv, md].count(where: { $0 }) > 1 { throw ValidationError("give one of --json, --csv and --md") }
        if !(0...50).contains(precision) { throw ValidationError("--precision takes 0 to 50") }
    }

    func run() throws {
        let context = try Workspace.open(global.console)
        let resolver = try Revisions.resolver(context)
        let metrics = try MetricsReading(context)
        let parameters = try ParametersReading(context, targets: [], onlyUsed: paramDeps)
        let comparison = ExperimentComparison(
            metrics: MetricsComparison(
                old: try metrics.files(of: old, resolver), new: try metrics.files(of: new, resolver),
                includesEqual: all),
            parameters: MetricsComparison(
                old: try parameters.files(of: old, resolver), new: try parameters.files(of: new, resolver),
                includesEqual: all))
        var style = ExperimentComparison.Style(names: (old, new))
        style.hidesPath = noPath
        style.digits = precision
        if json { return global.console.print(JSON.pythonDumps(comparison.json)) }
        global.console.printRaw(csv ? comparison.csv(style) : comparison.text(style, isMarkdown: md))
    }
}
