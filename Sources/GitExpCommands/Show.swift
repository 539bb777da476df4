import ArgumentParser
import Diagnostics
import Experiments
import Files
import Formats
import Reporting

struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show experiments and checkpoints with their metrics and parameters.",
        usage: "git exp show [<options>]",
        discussion: """
            Each checkpoint is a line of its own; where an experiment branches off a checkpoint of another one, the \
            id of that checkpoint stands in parentheses. Other layouts: --checkpoints repeated, --checkpoints tips.

            Examples:
              git exp show --only-changed
              git exp show --sort-by acc --sort-order desc --drop 'data/'
              git exp show --json | jq '.[1].experiments[].name'
            """)

    @OptionGroup var baselines: SelectionOptions

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(help: "Print comma-separated values, numbers in full.")
    var csv = false

    @Flag(help: "Print a Markdown table.")
    var md = false

    @Option(help: "Leave out columns that match this regular expression at their beginning.")
    var drop: [String] = []

    @Option(help: "Keep columns that match this regular expression, whatever else is said.")
    var keep: [String] = []

    @Flag(help: "Leave out columns that are the same in all rows.")
    var onlyChanged = false

    @Flag(help: "Only parameters that stages use.")
    var paramDeps = false

    @Option(help: "Sort by a metric or a parameter: [FILE:]NAME.")
    var sortBy: String?

    @Option(help: "asc or desc.")
    var sortOrder = SortOrder.asc

    @Option(help: "Significant digits of numbers in the table.")
    var precision: Int?

    @Option(name: .customLong("checkpoints"), help: "How checkpoints are laid out: once, repeated or tips.")
    var layout = CheckpointLayout.once

    @Flag(help: "Baselines as ids, not as names.")
    var sha = false

    @Flag(help: "Leave out the time.")
    var noTimestamp = false

    @Flag(help: "Leave out the workspace.")
    var hideWorkspace = false

    @Flag(help: "Leave out queued experiments.")
    var hideQueued = false

    @Flag(help: "Leave out failed experiments.")
    var hideFailed = false

    @Flag(name: .shortAndLong, help: "Read everything anew.")
    var force = false

    @Flag(help: "Fit the table into the terminal instead of paging it.")
    var noPager = false

    @OptionGroup var formerNames: FormerFormatNames
    @OptionGroup var global: GlobalOptions

    mutating func validate() throws {
        json = json || formerNames.showJson
        csv = csv || formerNames.showCsv
        md = md || formerNames.showMd
        if [json, csv, md].count(where: { $0 }) > 1 { throw ValidationError("give one of --json, --csv and --md") }
        if let precision, !(0...50).contains(precision) { throw ValidationError("--precision takes 0 to 50") }
    }

    func run() throws {
        var request = ShowRequest()
        request.selection = baselines.selection
        request.hidesWorkspace = hideWorkspace
        request.hidesQueued = hideQueued
        request.hidesFailed = hideFailed
        request.onlyUsedParameters = paramDeps
        request.layout = layout
        request.sortBy = sortBy
        request.readsAnew = force
        request.sortsDescending = sortOrder == .desc
        var options = ShowOptions()
        options.drop = drop
        options.keep = keep
        options.onlyChanged = onlyChanged
        options.precision = precision
        options.usesIDs = sha
        options.hidesTimestamp = noTimestamp
        let form: Form = json ? .json : csv ? .csv : md ? .markdown : .table(isPaged: !noPager)
        try Self.perform(request, options, as: form, global.console)
    }

    /// What is printed.
    enum Form {
        case json, csv, markdown
        case table(isPaged: Bool)
    }

    static func perform(_ request: ShowRequest, _ options: ShowOptions, as form: Form, _ console: Console) throws {
        MemoryGrowth.inLargeSteps()
        let context = try Workspace.open(console)
        let isIndented = TerminalStyle.isOutputTerminal
        var request = request
        if case .json = form { request.wantsJSON = !isIndented }
        let report = try ExperimentReport(context, request)
        if case .json = form {
            let text = report.json(indent: isIndented ? 2 : nil)
            return console.print(String(decoding: text, as: UTF8.self))
        }
        // Without a commit there is nothing that could be an experiment.
        if report.baselines.isEmpty { return }
        try KilledRun.warn(context)
        for warning in report.warnings { console.warn(warning) }
        let table = try ShowTable(report.rows, options)
        switch form {
        case .json: break
        case .csv: console.printRaw(table.csv(forTerminal: TerminalStyle.isOutputTerminal))
        case .markdown: console.printRaw(table.markdown())
        case .table(let isPaged):
            let colour = TerminalStyle.colourOfOutput(setting: context.settings["color.ui"])
            let width = !isPaged && TerminalStyle.isOutputTerminal ? TerminalStyle.width : nil
            Pager(context, isWanted: isPaged).print(table.text(width: width, colour: colour), console)
            if let notice = LostBaselines.notice(report.lost) { console.note(notice) }
        }
    }
}

/// What DVC called `--json`, `--csv` and `--md` before.
struct FormerFormatNames: ParsableArguments {
    @Flag(help: .hidden)
    var showJson = false

    @Flag(help: .hidden)
    var showCsv = false

    @Flag(help: .hidden)
    var showMd = false
}

enum SortOrder: String, ExpressibleByArgument, CaseIterable { case asc, desc }

extension CheckpointLayout: ExpressibleByArgument {}
