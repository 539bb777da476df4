import ArgumentParser
import Diagnostics
import Experiments
import Reporting

struct Undo: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring back what the last command removed or replaced.",
        usage: "git exp undo [<options>]",
        discussion: """
            It counts what 'remove', 'gc', 'rename' and 'rehome' did to experiments, what 'run -f', 'save -f' and \
            'pull -f' replaced, and what was taken out of the queue before it ran. Each call goes one command further \
            back. What was removed is kept for as many days as the setting exp.undoDays says, 14 by default; then the \
            next command that removes something lets it go.

            Examples:
              git exp undo --list
              git exp undo
            """)

    @Flag(help: "List what can be brought back, newest first, and change nothing.")
    var list = false

    @Flag(help: "Say what would come back, and change nothing.")
    var dryRun = false

    @Flag(name: .shortAndLong, help: "Replace experiments that were made meanwhile under the same names.")
    var force = false

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let context = try Workspace.open(global.console)
        let undoing = Undoing(context)
        if list { return try undoing.records().forEach { global.console.print(Self.line($0)) } }
        let report = try undoing.undo(force: force, isDryRun: dryRun)
        let time = TimeText.iso(report.seconds)
        global.console.note("\(dryRun ? "Would undo" : "Undid") '\(report.command)' of \(time).")
        let titles = dryRun ? ("To be brought back", "To be taken away") : ("Brought back", "Taken away")
        for (title, references) in [(titles.0, report.restored), (titles.1, report.removed)]
        where !references.isEmpty {
            global.console.note("\(title): \(Self.text(references.map(\.name)))")
        }
        if !report.queued.isEmpty {
            global.console.note("\(dryRun ? "To go back into" : "Back in") the queue: \(Self.text(report.queued))")
        }
    }

    private static func text(_ names: [String]) -> String {
        let text = names.prefix(20).map { "'\(Console.sanitized($0))'" }.joined(separator: ", ")
        return names.count > 20 ? "\(text) and \(names.count - 20) more" : text
    }

    private static func line(_ record: UndoRecord) -> String {
        let lost =
            record.changes.filter { $0.before != nil }.compactMap(\.experiment).map(\.name) + record.removedEntryNames
        return "\(TimeText.iso(record.seconds))  \(Console.sanitized(record.command))  \(text(lost))"
    }
}

struct Restore: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring back one experiment that was removed or replaced, or taken out of the queue.",
        usage: "git exp restore [<options>] <experiment>",
        discussion: "Of several with the name the last one comes. 'git exp undo --list' shows what there is.")

    @Argument(help: "Its name, or its full reference.")
    var experiment: String

    @Option(
        name: [.customShort("n", allowingJoined: true), .long],
        help: "What it is called from now on. Default: as before.")
    var name: String?

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let context = try Workspace.open(global.console)
        guard case .experiment(let restored) = try Undoing(context).restore(experiment, as: name) else {
            return global.console.note("'\(Console.sanitized(experiment))' is back in the queue.")
        }
        global.console.note(
            "Experiment '\(Console.sanitized(restored.name))' is back: \(restored.tip.short) of \(restored.baseline.short)"
        )
    }
}
