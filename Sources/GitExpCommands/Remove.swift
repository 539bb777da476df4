import ArgumentParser
import Diagnostics
import Experiments
import Git

struct Remove: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Remove experiments.",
        usage: "git exp remove [<options>] [<experiment> ...]",
        discussion: """
            'git exp undo' brings back what the last command removed, 'git exp restore' one experiment, for as many days \
            as the setting exp.undoDays says, 14 by default. Data in the cache stays.

            A name that is no experiment may be that of one that waits in the queue, or that failed there: it is taken out, \
            with its logs, and does not come back. Where one of the names is neither, or is being run, nothing is removed. Experiments that are not named one by one are \
            listed first where someone sits at the terminal, and removed after a yes.

            Examples:
              git exp remove brave-otter calm-heron
              git exp remove --rev HEAD~1 --dry-run
              git exp remove --keep brave-otter    all but this one
            """, aliases: ["rm"])

    @Argument(help: "Experiments by name, or by their full references.")
    var experiments: [String] = []

    @Flag(name: [.customShort("A"), .long], help: "All experiments of the repository.")
    var allCommits = false

    @Option(help: "The experiments of this commit; may be given more than once.")
    var rev: [String] = []

    // A negative number is a value, not another option.
    @Option(
        name: [.customShort("n", allowingJoined: true), .customLong("num")], parsing: .unconditional,
        help: "Also those of so many commits before, the first one included; negative: all.")
    var count: Int?

    @Flag(help: "What waits in the queue, and no experiments.")
    var queue = false

    @Flag(help: "Remove all experiments of the repository but those that are meant.")
    var keep = false

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Remove experiments of a Git remote, not those here; they cannot be brought back from there.",
            valueName: "remote"))
    var gitRemote: String?

    @Flag(help: "Only list what would go.")
    var dryRun = false

    @Flag(name: .shortAndLong, help: "Do not ask.")
    var force = false

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if keep, allCommits {
            throw ValidationError("--keep and --all-commits exclude each other: --keep removes all but those named")
        }
        let selects = allCommits || !rev.isEmpty || count != nil || queue
        if experiments.isEmpty == !selects {
            throw ValidationError("name experiments, or give --rev, --num, --all-commits or --queue")
        }
        if queue, keep || allCommits || !rev.isEmpty || count != nil {
            throw ValidationError("--queue excludes --keep, --rev, --num and --all-commits")
        }
    }

    func run() throws {
        if queue { return try QueueCommand.removeWaiting(isDryRun: dryRun, global.console) }
        let context = try Workspace.open(global.console)
        let remote = try gitRemote.map { try GitRemote($0, context) }
        let resolver = try Revisions.resolver(context, among: remote?.experiments(forPushing: true))
        let removing = Removing(context)
        var chosen: [Experiment]
        var entries: [QueueEntry] = []
        let queued = Queue(context)
        if allCommits {
            chosen = resolver.catalog.experiments
        } else if experiments.isEmpty {
            var selection = BaselineSelection()
            selection.revisions = rev
            selection.count = count ?? 1
            chosen = try removing.experiments(of: selection, in: resolver)
        } else {
            (chosen, entries) = try removing.chosen(
                named: experiments, in: resolver, on: remote, queue: remote == nil && !keep ? queued : nil)
        }
        if keep {
            let kept = Set(chosen)
            chosen = resolver.catalog.experiments.filter { !kept.contains($0) }
        }
        let isNamed = !experiments.isEmpty && !keep
        let victims = Victims(chosen, entries, console: global.console)
        guard try victims.areToGo(isDryRun: dryRun, asking: !force && !isNamed && Question.canBeAsked) else { return }
        if let remote {
            let report = try remote.remove(chosen)
            victims.tell(report.done)
            if let problem = report.problem { throw problem }
        } else {
            try removing.requireIdle(chosen)
            try queued.remove(entries)
            victims.tell(try removing.remove(chosen, command: "remove"))
        }
    }
}

/// Experiments that a command is about to remove, as users hear of them.
struct Victims {
    private let experiments: [Experiment]
    /// What is in the queue and no experiment yet.
    private let entries: [QueueEntry]
    private let console: Console

    init(_ experiments: [Experiment], _ entries: [QueueEntry] = [], console: Console) {
        self.experiments = experiments
        self.entries = entries
        self.console = console
    }

    /// Lists the experiments where that is wanted, or someone is asked.
    ///
    /// - Returns: Whether they are to be removed.
    /// - Throws: ``ExitStatus/no`` where the answer is no.
    func areToGo(isDryRun: Bool, asking: Bool) throws -> Bool {
        if experiments.isEmpty, entries.isEmpty {
            console.note("No experiments to remove.")
            return false
        }
        if isDryRun || asking {
            console.printRaw(
                experiments.map {
                    "\($0.tip.short) [\(Console.sanitized($0.name))] of \($0.baseline.short)\n"
                }.joined()
                    + entries.map {
                        "\($0.stash.short) [\(Console.sanitized($0.name))] of \($0.baseline.short)\n"
                    }.joined())
        }
        if isDryRun { return false }
        let those = experiments.count == 1 ? "this experiment" : "these \(experiments.count) experiments"
        if asking, !Question.ask("Remove \(those)?", console) {
            console.note("Nothing was removed; --force does it without asking.")
            throw ExitStatus.no
        }
        return true
    }

    /// Says what is gone.
    func tell(_ gone: [Experiment]) {
        if gone.isEmpty, entries.isEmpty { return console.note("No experiments to remove.") }
        var names = (gone.map(\.name) + entries.map(\.name)).map { "'\(Console.sanitized($0))'" }
        if names.count > 50 { names = Array(names.prefix(50)) + ["\(names.count - 50) more"] }
        let last = names.removeLast()
        console.note("Removed experiments: " + (names.isEmpty ? last : names.joined(separator: ", ") + " and " + last))
    }
}
