import ArgumentParser
import Experiments
import Pipeline

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What `run` and `repro` share: which stages, and how.
struct StageOptions: ParsableArguments {
    @Argument(
        help: "Stages: names, dvc.yaml files, or path/dvc.yaml:name. Default: the dvc.yaml of the current folder.")
    var targets: [String] = []

    @Flag(name: .shortAndLong, help: "Only the stages named, without what they need.")
    var singleItem = false

    @Flag(name: .shortAndLong, help: "Everything connected with the stages named.")
    var pipeline = false

    @Flag(name: [.customShort("P"), .long], help: "Every stage of the project.")
    var allPipelines = false

    @Flag(name: [.customShort("R"), .long], help: "Take targets as folders: all stages in and below them.")
    var recursive = false

    @Flag(help: "The stages named and those that need them, instead of those that they need.")
    var downstream = false

    @Flag(help: "Run everything that needs a stage that ran, changed or not.")
    var forceDownstream = false

    @Flag(help: "Take names of stages as patterns with *, ? and [...].")
    var glob = false

    @Flag(name: .shortAndLong, help: "Ask before each stage.")
    var interactive = false

    @Flag(help: "Bring data that is not here from the remote: what stages read, and what they wrote before.")
    var pull = false

    @Flag(help: "Do not run a stage only because data is missing.")
    var allowMissing = false

    @Flag(help: "Run stages even where an earlier run had the same inputs.")
    var noRunCache = false

    @Flag(name: .shortAndLong, help: "When a stage fails, go on with those that do not need it.")
    var keepGoing = false

    @Flag(help: "When a stage fails, go on with all others.")
    var ignoreErrors = false

    @Option(
        name: [.customShort("j", allowingJoined: true), .long],
        help: ArgumentHelp(
            "How many stages may run at the same time. Each shows its output in one piece; stages with checkpoints run alone.",
            valueName: "number"))
    var jobs = 1

    @Flag(name: .customLong("dry"), help: "Print the commands that would run, and change nothing.")
    var dryRun = false

    func validate() throws {
        guard (1...1_000).contains(jobs) else { throw ValidationError("'--jobs' takes a number from 1 to 1000") }
    }

    /// Whether an option says which stages run.
    var selectsStages: Bool {
        singleItem || pipeline || allPipelines || recursive || downstream || glob
    }

    func selection(in context: ProjectContext) -> StageSelection {
        var selection = StageSelection(targets: targets, folder: context.folder)
        selection.singleItem = singleItem
        selection.wholePipelines = pipeline
        selection.allPipelines = allPipelines
        selection.recursive = recursive
        selection.downstream = downstream
        selection.glob = glob
        return selection
    }

    func options(force: Bool, context: ProjectContext) -> RunOptions {
        var options = RunOptions()
        options.force = force
        options.forceDownstream = forceDownstream
        options.dryRun = dryRun
        options.allowMissing = allowMissing
        options.jobs = jobs
        options.usesRunCache = !noRunCache
        options.onFailure = ignoreErrors ? .ignore : keepGoing ? .keepGoing : .stop
        if pull {
            options.supply = DataSharing.supply(context, askSecret: Question.secret)
        }
        if interactive {
            options.confirm = { Question.ask("Going to run stage '\($0)'. Continue?", context.console) }
        }
        return options
    }
}
