import ArgumentParser
import Diagnostics
import Experiments
import Formats
import Pipeline

struct Add: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Track files and folders that no stage writes.",
        discussion: """
            The data goes to the cache; a small file with its hash, for git to keep, stands beside it, and .gitignore hides \
            the data itself. Adding what changed brings that file up to date; of a tracked folder a part may be added.

            With --to-remote the data, which may lie anywhere, goes to a remote only, and 'git exp data pull' brings it.

            Example: git exp add data/raw
            """)

    @Argument(help: "Files and folders.")
    var targets: [String]

    @Flag(help: "Only hash the data; 'git exp commit' takes it into the cache later.")
    var noCommit = false

    @Flag(help: "Take targets as patterns such as 'data/*.csv' and '**/raw'.")
    var glob = false

    @Option(help: "The file to write, in place of <target>.dvc.")
    var file: String?

    @Option(name: .shortAndLong, help: "Copy the target there, and track the copy.")
    var out: String?

    @Flag(help: "Send the data to a remote, and keep it neither in the cache nor in the workspace.")
    var toRemote = false

    @Option(
        name: .shortAndLong,
        help: "With --to-remote: the remote. Default: the one that 'git exp remote default' names.")
    var remote: String?

    @Option(
        name: [.customShort("j", allowingJoined: true), .long, .customLong("remote-jobs")],
        help: ArgumentHelp("With --to-remote: how many files are sent at the same time.", valueName: "number"))
    var jobs: Int?

    @Flag(
        name: .shortAndLong,
        help: "Replace a '.dvc' file that tracks something else, and what is at the place of --out.")
    var force = false

    @Option(help: "A description of the data.")
    var desc: String?

    @Option(help: "What kind of thing the data is, such as 'model'.")
    var type: String?

    @Option(name: .customLong("label"), help: "A label for the data; may be given more than once.")
    var labels: [String] = []

    @Option(help: "A note about the data in the form key=value; may be given more than once.")
    var meta: [String] = []

    @Flag(help: "Leave the files as they are, also where links to the cache are wanted.")
    var noRelink = false

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if let word = meta.first(where: { !$0.contains("=") || $0.hasPrefix("=") }) {
            throw ValidationError("'\(word)' is not of the form key=value")
        }
        if !toRemote, remote != nil { throw ValidationError("'--remote' goes with '--to-remote' only") }
        if !toRemote, jobs != nil { throw ValidationError("'--jobs' goes with '--to-remote' only") }
        if toRemote, noCommit { throw ValidationError("'--to-remote' and '--no-commit' exclude each other") }
        guard jobs.map((1...1_000).contains) ?? true else {
            throw ValidationError("'--jobs' takes a number from 1 to 1000")
        }
    }

    func run() throws {
        let context = try Workspace.openProject(global.console)
        try context.settleCache()
        try ProjectLock(context).exclusively {
            let workspace = try context.workspace()
            var options = options
            if toRemote { options.transfer = DirectTransfer(context, workspace, sharing).send }
            let adding = DataAdding(
                workspace, options: options, folder: context.folder, console: global.console,
                sync: try context.isDurable)
            let files = try adding.add(targets)
            workspace.memo.save()
            if !toRemote {
                let added = try context.workspace(checking: false)
                try PlacedData(added).record(
                    added.graph.stages.filter { files.contains($0.file) }.map { DataTarget(stage: $0) })
            }
            try GitTracking(context).announce(files)
        }
    }

    private var sharing: DataSharing.Options {
        var options = DataSharing.Options()
        options.remote = remote
        options.jobs = jobs
        options.askSecret = Question.secret
        return options
    }

    private var options: DataAdding.Options {
        var options = DataAdding.Options()
        options.withoutCommit = noCommit
        options.force = force
        options.glob = glob
        options.file = file
        options.out = out
        options.withoutRelink = noRelink
        if let desc { options.properties["desc"] = .string(desc) }
        if let type { options.properties["type"] = .string(type) }
        if !labels.isEmpty { options.properties["labels"] = .list(labels.map { .string($0) }) }
        if !meta.isEmpty {
            var notes = Mapping()
            for word in meta {
                let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                notes[String(parts[0])] = .string(String(parts[1]))
            }
            options.properties["meta"] = .mapping(notes)
        }
        return options
    }
}
