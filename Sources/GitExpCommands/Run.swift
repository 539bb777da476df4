import ArgumentParser
import Diagnostics
import Experiments
import Formats
import Pipeline

struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the pipeline and record it as an experiment.",
        usage: "git exp run [<options>] [<target> ...] [-- <command> ...]",
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

            SIGTERM is passed on to the command, which may finish its checkpoint within exp.graceSeconds (20); then the \
            experiment is recorded as interrupted and the status of 'git-exp run' is 75. Without a checkpoint there is no \
            experiment then.

            --resume-or-start is for calls that are repeated until the work is done: it starts the experiment from nothing, goes \
            on from its last checkpoint, or does nothing where it is complete. Code and parameters must be as they were at \
            its start. Where another process runs it the status is 75.

            Where exp.auto_push is set in .dvc/config, or DVC_EXP_AUTO_PUSH=1 in the environment, the experiment and its \
            data are pushed at each checkpoint, beside the training, and at the end, to the Git remote exp.git_remote \
            (DVC_EXP_GIT_REMOTE), or 'origin'. Ctrl-C or SIGTERM ends the wait for a server that does not answer; after \
            SIGTERM it is half of exp.graceSeconds.

            Files that git does not track are no part of the experiment, but for those that dvc.yaml names; a run of a \
            second or more ends with their names.

            In a linked worktree without a cache of its own the data goes to the cache of the main worktree: 'cache.dir' \
            in .dvc/config.local is set to it.

            With --queue nothing runs yet: 'git exp queue start' starts workers in the background, and --run-all runs \
            what is queued and waits for it. See 'git exp queue'. There -S may name several values for a parameter, as \
            'lr=0.1,0.01', 'lr=choice(0.1,0.01)', or 'epochs=range(10,50,10)', which ends before 50; 'sort', 'shuffle' and \
            the casts 'int', 'float', 'str' and 'bool' take such values, too. Each combination is queued as an experiment of \
            its own, the values of the first -S changing slowest; with -n NAME they are NAME-1, NAME-2 and so on. Where one \
            of them cannot be queued, none is.

            A command behind '--' need not be in any dvc.yaml: it becomes a stage of that of the current folder, named after \
            the script or program, as 'git exp stage add' would write it, and that stage runs. -d, -o, -O, -c, \
            --metrics-no-cache and -p, which stands for --params there, say what it reads and writes; comments in \
            dvc.yaml stay. The same program again, with other arguments, changes the stage, and keeps what it reads and \
            writes where these options are left out; to take something away from it needs -f. The arguments reach the command as they are; a single \
            word with blanks is a line for the shell. With --temp and --queue dvc.yaml changes in the experiment only.

            Examples:
              git exp run -n baseline
              git exp run -S lr=0.01 -S optimizer.momentum=0.9
              git exp apply brave-otter@3 && git exp run -S lr=0.001
              git exp run -p lr -o model.bin --metrics-no-cache metrics.json -- python3 train.py --fast
              git exp run --queue -n grid -S lr=0.1,0.01 -S 'width=range(8,32,8)'
            """)

    @OptionGroup var stages: StageOptions

    @Option(
        name: [.customShort("n", allowingJoined: true), .long],
        help: "The name of a new experiment; one is made up otherwise. For a sweep, how its names begin.")
    var name: String?

    @Option(
        name: [.customShort("S", allowingJoined: true), .long],
        help:
            "Change a parameter first: [FILE:]key=value; [FILE:]+key=value adds one, [FILE:]~key deletes one. With --queue also several values."
    )
    var setParam: [String] = []

    @Flag(name: .shortAndLong, help: "Run stages also where nothing changed, and replace an experiment of the name.")
    var force = false

    @Flag(help: "Start over: forget the checkpoint that training would continue from.")
    var reset = false

    @Option(
        name: [.customShort("M", allowingJoined: true), .long], help: "The message of the experiment's last commit.")
    var message: String?

    @Option(
        help: ArgumentHelp(
            "Start the experiment of this name, go on with it where it is not complete, or do nothing where it is.",
            valueName: "name"))
    var resumeOrStart: String?

    @Flag(name: [.customShort("m"), .customLong("metrics")], help: "Show the metrics afterwards.")
    var showMetrics = false

    @Flag(help: "Put the run into the queue, with code and parameters as they are now; it starts anew, or from --rev.")
    var queue = false

    @Flag(help: "Run everything that is queued, and wait; --jobs is the number of workers.")
    var runAll = false

    // Nothing is composed from Hydra's files anyway.
    @Flag(help: .hidden)
    var noHydra = false

    @OptionGroup var workers: WorkerOptions

    @Flag(help: "Run in a folder of its own under .dvc/tmp/exps; the workspace is only read.")
    var temp = false

    @Option(
        name: [.customShort("C", allowingJoined: true), .long],
        help: ArgumentHelp(
            "With --temp or --queue: also give the run this file or folder, which git does not have.", valueName: "path"
        ))
    var copyPaths: [String] = []

    @Option(
        name: [.customShort("r", allowingJoined: true), .long],
        help: ArgumentHelp(
            "With --temp or --queue: start from this experiment, checkpoint or commit instead of the workspace.",
            valueName: "revision"))
    var rev: String?

    @OptionGroup var command: CommandOptions

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if !command.command.isEmpty {
            if !stages.targets.isEmpty {
                throw ValidationError("name stages, or give a command behind '--', not both")
            }
            if stages.selectsStages {
                throw ValidationError("a command behind '--' runs alone; options that choose stages do not go with it")
            }
            if runAll { throw ValidationError("'--run-all' runs what is queued, and no command besides") }
        }
        if showMetrics, let text = stages.targets.first(where: { $0.utf8.contains(UInt8(ascii: " ")) }) {
            throw ValidationError("'-m' shows the metrics afterwards; for a message write -M '\(text)'")
        }
        if rev != nil, reset { throw ValidationError("'--reset' and '--rev' exclude each other") }
        let isApart = temp || queue
        if !isApart, rev != nil { throw ValidationError("'--rev' goes with '--temp' and '--queue' only") }
        if !isApart, !copyPaths.isEmpty {
            throw ValidationError("'--copy-paths' goes with '--temp' and '--queue' only")
        }
        if isApart, stages.interactive {
            throw ValidationError("'--interactive' asks about the workspace, not with '--temp' or '--queue'")
        }
        if temp, queue || runAll { throw ValidationError("'--temp' runs now, not with '--queue' or '--run-all'") }
        if queue, runAll { throw ValidationError("'--queue' and '--run-all' exclude each other") }
        if resumeOrStart != nil {
            let others = [
                ("--name", name != nil), ("--reset", reset), ("--rev", rev != nil), ("--queue", queue),
                ("--run-all", runAll), ("--force", force), ("--dry", stages.dryRun),
            ]
            if let other = others.first(where: \.1) {
                throw ValidationError("'--resume-or-start' and '\(other.0)' exclude each other")
            }
        }
        if workers.devices != nil, !runAll { throw ValidationError("'--gpus' goes with '--run-all' only") }
    }

    func run() throws {
        if let resumeOrStart { return try goOn(with: resumeOrStart) }
        if temp, !stages.dryRun { try runApart() }
        if runAll { return try QueueDrain(global.console).run(jobs: stages.jobs, workers) }
        if queue, !stages.dryRun { return try enqueue() }
        try Self.perform(
            global.console, showsMetrics: showMetrics && !stages.dryRun, { context in try request(in: context) })
    }

    private func request(in context: ExperimentContext) throws -> RunRequest {
        var request = RunRequest()
        request.name = name
        request.overrides = try setParam.map { try ParameterOverride.parse($0) }
        request.selection = stages.selection(in: context)
        request.options = stages.options(force: force, context: context)
        request.pulls = stages.pull
        if let stage = command.stage(force: force) {
            request.command = stage
            request.selection.targets = [stage.name]
        }
        request.reset = reset
        request.message = message
        return request
    }

    /// Does what is left of an experiment.
    private func goOn(with name: String) throws {
        let context = try Workspace.open(global.console)
        let turn = try ExperimentTurn(of: name, in: context)
        var request = try request(in: context)
        var origin = RunFreezing.Origin.workspaceAnew
        switch turn.work {
        case .nothing(let experiment):
            try SameInputs(experiment, context).require(for: request, isApart: temp)
            return global.console.note("Experiment '\(Console.sanitized(name))' is complete; there is nothing to run.")
        case .everything:
            request.name = name
            request.reset = true
        case .rest(let experiment):
            request.resuming = experiment
            origin = .revision(
                ResolvedRevision(commit: experiment.tip, experiment: experiment, isWhole: true), text: name)
        }
        if temp { try runApart(request, from: origin, in: context, turn) }
        try Self.perform(context, request, showsMetrics: showMetrics)
        withExtendedLifetime(turn) {}
    }

    private func runApart() throws -> Never {
        let context = try Workspace.open(global.console)
        let origin = try rev.map { RunFreezing.Origin.revision(try Revisions.resolver(context).resolve($0), text: $0) }
        try runApart(request(in: context), from: origin ?? .workspace, in: context, nil)
    }

    private func runApart(
        _ request: RunRequest, from origin: RunFreezing.Origin, in context: ExperimentContext, _ turn: ExperimentTurn?
    ) throws -> Never {
        try TemporaryRun(context).begin(request, from: origin, copying: copyPaths) {
            ["execute", "--ticket", $0.string, "--lock", String($1)] + (showMetrics ? ["--metrics"] : [])
                + (global.quiet ? ["--quiet"] : []) + (turn.map { ["--turn", String($0.surviving())] } ?? [])
        }
    }

    private func enqueue() throws {
        let context = try Workspace.open(global.console)
        let origin = try rev.map { RunFreezing.Origin.revision(try Revisions.resolver(context).resolve($0), text: $0) }
        let request = try request(in: context)
        let sweep = ParameterSweep(request.overrides)
        guard sweep.isSweep else {
            let names = try Queue(context).add([request], from: origin ?? .workspaceAnew, copying: copyPaths)
            return tell(names, of: [nil])
        }
        let combinations = try sweep.combinations()
        let requests = combinations.enumerated().map { index, overrides in
            var single = request
            single.overrides = overrides
            single.name = request.name.map { "\($0)-\(index + 1)" }
            return single
        }
        let names = try Queue(context).add(requests, from: origin ?? .workspaceAnew, copying: copyPaths)
        tell(names, of: combinations.map { $0.map(\.summary).joined(separator: ", ") })
    }

    private func tell(_ names: [String], of summaries: [String?]) {
        for (name, summary) in zip(names, summaries) {
            global.console.note(
                "Queued experiment '\(Console.sanitized(name))' for future execution"
                    + (summary.map { ": " + Console.sanitized($0) } ?? "."))
        }
    }

    static func perform(
        _ console: Console, showsMetrics: Bool, _ request: (ExperimentContext) throws -> RunRequest
    ) throws {
        let context = try Workspace.open(console)
        try perform(context, request(context), showsMetrics: showsMetrics)
    }

    private static func perform(_ context: ExperimentContext, _ request: RunRequest, showsMetrics: Bool) throws {
        let report: WorkspaceRun.Report
        let isNew = request.command != nil && !hasStage(request, in: context)
        do {
            report = try WorkspaceRun(context).run(request)
        } catch {
            tellOfStage(request, isNew: isNew, in: context)
            throw error
        }
        if showsMetrics { try MetricsPrinter(context).showWorkspace() }
        if let failure = report.failure {
            tellOfStage(request, isNew: isNew, in: context)
            throw failure
        }
        if report.isPreempted { throw ExitStatus.preempted }
    }

    /// Whether there is a stage of the name that the command's has.
    private static func hasStage(_ request: RunRequest, in context: ExperimentContext) -> Bool {
        guard let name = request.command?.name, let stages = try? context.workspace().graph.stages else { return false }
        return stages.contains { $0.name.isIdentical(to: name) && $0.file.parent == context.folder }
    }

    /// Says how a command that failed is got rid of: it stays in `dvc.yaml`, to be mended and run again.
    private static func tellOfStage(_ request: RunRequest, isNew: Bool, in context: ExperimentContext) {
        guard isNew, let name = request.command?.name, hasStage(request, in: context) else { return }
        context.console.note(
            "The command is stage '\(Console.sanitized(name))' of dvc.yaml; 'git exp data remove \(ShellWord.shown(name))' "
                + "takes it out.")
    }
}
