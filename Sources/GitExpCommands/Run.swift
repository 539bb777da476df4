import ArgumentParser
import Diagnostics
import Experiments
import Formats
import Pipeline

struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the pipeline and record it as an experiment.",
        usage: "git exp run [<options>] [<target> ...]",
        discussion: """
            The stages that changed run in the workspace; the result is a commit under refs/exps, on top of HEAD. \
            HEAD, the index and the stash stay as they are. A command may ask for checkpoints while it runs: each \
            becomes a commit of its own.

            After a run with checkpoints the next one continues from the last of them, or from the one that was \
            applied; --reset starts over. With changed code or parameters it branches off. Where nothing changed it goes \
            on under its own name, whatever --name says. A run of stages that the experiment did not train begins a \
            new one.

            Where the command fails, what it had checkpointed stays: the experiment is complete up to there, the \
            status is 1, and the next run goes on. Stopped with Ctrl-C after a checkpoint 'git-exp run' ends with status \
            0; 'git exp run' with 130, because git itself does then. Where nothing was recorded, metrics and other \
            outputs outside the cache that the command did not write come back as they were.

            Files that git does not track are no part of the experiment, but for those that dvc.yaml names; a run of a \
            second or more ends with their names.

            In a linked worktree without a cache of its own the data goes to the cache of the main worktree: 'cache.dir' \
            in .dvc/config.local is set to it.

            Examples:
              git exp run -n baseline
              git exp run -S lr=0.01 -S optimizer.momentum=0.9
              git exp apply brave-otter@3 && git exp run -S lr=0.001
            """)

    @OptionGroup var stages: StageOptions

    @Option(
        name: [.customShort("n", allowingJoined: true), .long],
        help: "The name of a new experiment; one is made up otherwise.")
    var name: String?

    @Option(
        name: [.customShort("S", allowingJoined: true), .long],
        help: "Change a parameter first: [FILE:]key=value; [FILE:]+key=value adds one, [FILE:]~key deletes one.")
    var setParam: [String] = []

    @Flag(name: .shortAndLong, help: "Run stages also where nothing changed, and replace an experiment of the name.")
    var force = false

    @Flag(help: "Start over: forget the checkpoint that training would continue from.")
    var reset = false

    @Option(
        name: [.customShort("M", allowingJoined: true), .long], help: "The message of the experiment's last commit.")
    var message: String?

    @Flag(name: [.customShort("m"), .customLong("metrics")], help: "Show the metrics afterwards.")
    var showMetrics = false

    @Flag(help: "Run in a folder of its own under .dvc/tmp/exps; the workspace is only read.")
    var temp = false

    @Option(
        name: [.customShort("C", allowingJoined: true), .long],
        help: ArgumentHelp(
            "With --temp: also give the run this file or folder, which git does not have.", valueName: "path"))
    var copyPaths: [String] = []

    @Option(
        name: [.customShort("r", allowingJoined: true), .long],
        help: ArgumentHelp(
            "With --temp: start from this experiment, checkpoint or commit instead of the workspace.",
            valueName: "revision"))
    var rev: String?

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if rev != nil, reset { throw ValidationError("'--reset' and '--rev' exclude each other") }
        if !temp, rev != nil { throw ValidationError("'--rev' goes with '--temp' only") }
        if !temp, !copyPaths.isEmpty { throw ValidationError("'--copy-paths' goes with '--temp' only") }
        if temp, stages.interactive {
            throw ValidationError("'--interactive' asks about the workspace, not with '--temp'")
        }
    }

    func run() throws {
        if temp, !stages.dryRun { try runApart() }
        try Self.perform(
            global.console, showsMetrics: showMetrics && !stages.dryRun, { context in try request(in: context) })
    }

    private func request(in context: ExperimentContext) throws -> RunRequest {
        var request = RunRequest()
        request.name = name
        request.overrides = try setParam.map { try ParameterOverride.parse($0) }
        request.selection = stages.selection(in: context)
        request.options = stages.options(force: force, context: context)
        request.reset = reset
        request.message = message
        return request
    }

    private func runApart() throws -> Never {
        let context = try Workspace.open(global.console)
        let origin = try rev.map { RunFreezing.Origin.revision(try Revisions.resolver(context).resolve($0), text: $0) }
        try TemporaryRun(context).begin(request(in: context), from: origin ?? .workspace, copying: copyPaths) {
            ["execute", "--ticket", $0.string, "--lock", String($1)] + (showMetrics ? ["--metrics"] : [])
                + (global.quiet ? ["--quiet"] : [])
        }
    }

    static func perform(
        _ console: Console, showsMetrics: Bool, _ request: (ExperimentContext) throws -> RunRequest
    ) throws {
        let context = try Workspace.open(console)
        let report = try WorkspaceRun(context).run(request(context))
        if showsMetrics { try MetricsPrinter(context).showWorkspace() }
        if let failure = report.failure { throw failure }
    }
}
