import ArgumentParser
import Diagnostics
import Experiments
import Formats
import Reporting

struct Params: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compare parameters.", subcommands: [ParamsDiff.self])
}

struct ParamsDiff: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Compare the parameters of two revisions.",
        discussion: "Default: HEAD and the workspace. With one revision, that one and the workspace.")

    @Argument(help: "The old revision: an experiment, a checkpoint, or any commit.")
    var old = "HEAD"

    @Argument(help: "The new revision.")
    var new = "workspace"

    @Option(parsing: .upToNextOption, help: "Only these files, with all of their values.")
    var targets: [String] = []

    @Flag(help: "Also parameters that did not change.")
    var all = false

    @Flag(help: "Only parameters that stages use.")
    var deps = false

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(help: "Print a table in Markdown.")
    var md = false

    @Flag(help: "Print comma-separated values.")
    var csv = false

    @Flag(help: .hidden)
    var showJson = false

    @Flag(help: .hidden)
    var showMd = false

    @Flag(help: "Leave out the column of the files.")
    var noPath = false

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if [json || showJson, csv, md || showMd].count(where: { $0 }) > 1 {
            throw ValidationError("give one of --json, --csv and --md")
        }
    }

    func run() throws {
        let context = try Workspace.open(global.console)
        let reading = try ParametersReading(context, targets: targets, onlyUsed: deps)
        let resolver = try Revisions.resolver(context)
        let comparison = MetricsComparison(
            old: try reading.files(of: old, resolver), new: try reading.files(of: new, resolver), includesEqual: all)
        if json || showJson { return global.console.print(JSON.pythonDumps(comparison.json)) }
        if comparison.isEmpty { return }
        let table = comparison.parameterTable(oldName: old, newName: new, hidesPath: noPath, missing: csv ? "" : "-")
        if csv {
            return global.console.printRaw(table.csv(forTerminal: TerminalStyle.isOutputTerminal))
        }
        global.console.printRaw(md || showMd ? table.markdown : table.text)
    }
}
