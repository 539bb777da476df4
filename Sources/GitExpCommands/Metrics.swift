import ArgumentParser
import Diagnostics
import Experiments
import Formats
import Git
import Reporting

struct Metrics: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show metrics, or compare them between revisions.",
        usage: "git exp metrics <command>", subcommands: [MetricsShow.self, MetricsDiff.self])
}

/// How numbers and tables of metrics are printed.
struct MetricsFormat: ParsableArguments {
    @Flag(help: "Print JSON, numbers in full.")
    var json = false

    @Flag(help: "Print a Markdown table.")
    var md = false

    @Flag(help: "Print comma-separated values, numbers in full.")
    var csv = false

    @Flag(help: .hidden)
    var showJson = false

    @Flag(help: .hidden)
    var showMd = false

    mutating func validate() throws {
        json = json || showJson
        md = md || showMd
        if [json, csv, md].count(where: { $0 }) > 1 { throw ValidationError("give one of --json, --csv and --md") }
    }

    func print(_ table: PlainTable, on console: Console) {
        console.printRaw(
            csv ? table.csv(forTerminal: TerminalStyle.isOutputTerminal) : md ? table.markdown : table.text)
    }

    @Option(help: "Digits behind the point. Default: 5.")
    var precision = 5

    @Flag(name: [.customShort("R"), .long], help: "Take targets as folders: all metrics files in and below them.")
    var recursive = false
}

struct MetricsShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show the metrics of the workspace, or of commits.",
        usage: "git exp metrics show [<options>] [<file> ...]")

    @Argument(help: "Metrics files. Default: all of the project.")
    var files: [String] = []

    @Flag(name: [.customShort("a"), .long], help: "Also those of the tips of all branches.")
    var allBranches = false

    @Flag(name: [.customShort("T"), .long], help: "Also those of all tags.")
    var allTags = false

    @Flag(name: [.customShort("A"), .long], help: "Also those of all commits.")
    var allCommits = false

    @OptionGroup var format: MetricsFormat
    @OptionGroup var global: GlobalOptions

    func run() throws {
        let context = try Workspace.openProject(global.console)
        var selection: BaselineSelection?
        if allBranches || allTags || allCommits {
            var chosen = BaselineSelection()
            chosen.allBranches = allBranches
            chosen.allTags = allTags
            chosen.allCommits = allCommits
            selection = chosen
        }
        let targets = MetricsTargets(files, areFolders: format.recursive)
        let revisions = try MetricsReading(context, targets: targets).revisions(selection)
        let table = MetricsTable(
            revisions, showsRevision: selection != nil, places: format.csv ? nil : format.precision)
        if format.json { return global.console.print(JSON.pythonDumps(table.json)) }
        if revisions.allSatisfy(\.files.isEmpty) { return }
        format.print(table.plain, on: global.console)
    }
}

struct MetricsDiff: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Compare the metrics of two revisions.",
        usage: "git exp metrics diff [<options>] [<old>] [<new>] [--targets <file> ...]",
        discussion: "Default: HEAD and the workspace. With one revision, that one and the workspace.")

    @Argument(help: "The old revision: an experiment, a checkpoint, or any commit.")
    var old = "HEAD"

    @Argument(help: "The new revision.")
    var new = "workspace"

    @Flag(help: "Also metrics that did not change.")
    var all = false

    @Flag(help: "Leave out the column of the files.")
    var noPath = false

    @Option(
        parsing: .upToNextOption,
        help: "Only these metrics files; after the revisions, or with '--' between.")
    var targets: [String] = []

    @OptionGroup var format: MetricsFormat
    @OptionGroup var global: GlobalOptions

    func run() throws {
        let context = try Workspace.open(global.console)
        let targets = MetricsTargets(targets, areFolders: format.recursive)
        let reading = try MetricsReading(context, targets: targets)
        let resolver = try Revisions.resolver(context)
        let before = try reading.files(of: old, resolver)
        let after = try reading.files(of: new, resolver)
        try reading.requireTargets(in: [before, after])
        let comparison = MetricsComparison(old: before, new: after, includesEqual: all)
        if format.json { return global.console.print(JSON.pythonDumps(comparison.json)) }
        if comparison.isEmpty { return }
        let table = comparison.table(
            oldName: old, newName: new, places: format.csv ? nil : format.precision, hidesPath: noPath)
        format.print(table, on: global.console)
    }
}

/// The metrics of the workspace after a run.
struct MetricsPrinter {
    private let context: ProjectContext

    init(_ context: ProjectContext) { self.context = context }

    func showWorkspace() throws {
        let revisions = try MetricsReading(context).revisions(nil)
        if revisions.allSatisfy(\.files.isEmpty) { return }
        context.console.printRaw(MetricsTable(revisions, showsRevision: false, places: 5).plain.text)
    }
}
