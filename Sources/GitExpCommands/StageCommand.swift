import ArgumentParser
import Cache
import Diagnostics
import Experiments
import Files
import Git
import Pipeline
import SystemPackage

struct StageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stage", abstract: "Add stages to dvc.yaml, or list them.",
        usage: "git exp stage <command>",
        subcommands: [Add.self, ListStages.self])

    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a stage to the dvc.yaml of the current folder.",
            usage: "git exp stage add -n <name> [<options>] <command> ...",
            discussion: """
                The command is everything after the options. Comments and layout of an existing dvc.yaml stay.

                Example: git exp stage add -n train -d train.py -c model.json -M metrics.json -p lr,epochs \
                python3 train.py
                """)

        @Option(name: [.customShort("n", allowingJoined: true), .long], help: "The name of the stage.")
        var name: String

        @Flag(name: .shortAndLong, help: "Replace a stage of that name.")
        var force = false

        @Option(
            name: [.customShort("d", allowingJoined: true), .long], help: "A file or folder that the command reads.")
        var deps: [String] = []

        @Option(
            name: [.customShort("p", allowingJoined: true), .long],
            help:
                "Parameters that the command reads: lr,epochs or other.json:lr; with a colon and no name, the whole file."
        )
        var params: [String] = []

        @Option(
            name: [.customShort("o", allowingJoined: true), .long],
            help: "A file or folder that the command writes; it goes to the cache.")
        var outs: [String] = []

        @Option(name: [.customShort("O", allowingJoined: true), .long], help: "An output that is not cached.")
        var outsNoCache: [String] = []

        @Option(
            name: [.customShort("c", allowingJoined: true), .long],
            help: "A checkpoint: an output that stays between runs and may be saved while the command runs.")
        var checkpoints: [String] = []

        @Option(help: "An output that stays between runs.")
        var outsPersist: [String] = []

        @Option(help: "An output that stays between runs and is not cached.")
        var outsPersistNoCache: [String] = []

        @Option(name: [.customShort("m", allowingJoined: true), .long], help: "A metrics file; it goes to the cache.")
        var metrics: [String] = []

        @Option(name: [.customShort("M", allowingJoined: true), .long], help: "A metrics file that git keeps.")
        var metricsNoCache: [String] = []

        @Option(help: "A plots file or folder; it goes to the cache.")
        var plots: [String] = []

        @Option(help: "A plots file or folder that git keeps.")
        var plotsNoCache: [String] = []

        @Option(help: "A folder that DVCLive 0.x writes; DVC 2.34 and later refuse such a stage.")
        var live: String?

        @Option(help: "The same, not cached.")
        var liveNoCache: String?

        @Flag(help: "DVCLive writes no summary file.")
        var liveNoSummary = false

        @Flag(help: "DVCLive writes no report.")
        var liveNoHtml = false

        @Option(
            name: [.customShort("w", allowingJoined: true), .long],
            help: "The folder in which the command runs; all paths start there.")
        var wdir: String?

        @Flag(help: "Run the stage whether or not anything changed.")
        var alwaysChanged = false

        /// DVC 2's word for outputs outside of the project. One that is not cached needs none, and others are refused.
        @Flag(help: .hidden)
        var external = false

        @Option(help: "A description.")
        var desc: String?

        @Flag(name: .customLong("run"), help: "Run the stage after adding it.")
        var runsAfterwards = false

        @Argument(parsing: .captureForPassthrough, help: "The command and its arguments.")
        var command: [String]

        @OptionGroup var global: GlobalOptions
    }
}
