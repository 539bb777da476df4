import ArgumentParser
import Diagnostics
import Experiments

/// Entries that a command is about.
struct EntryNames: ParsableArguments {
    @Argument(help: "Entries by name, or by the beginnings of their ids.")
    var names: [String]

    func entries(in queue: Queue) throws -> [QueueEntry] { try queue.entries(named: names) }
}

extension QueueCommand {
    private static func tell(_ what: String, _ entries: [QueueEntry], _ console: Console) {
        console.note(what + " " + entries.map { "'\(Console.sanitized($0.name))'" }.joined(separator: ", "))
    }

    /// Takes everything out of the queue that waits.
    static func removeWaiting(isDryRun: Bool, _ console: Console) throws {
        let queue = try open(console)
        let entries = try queue.exists ? queue.entries().filter(\.state.isWaiting) : []
        if entries.isEmpty { return console.note("No experiments to remove.") }
        if isDryRun {
            return console.printRaw(
                entries.map { "\($0.stash.short) [\(Console.sanitized($0.name))] of \($0.baseline.short)\n" }.joined())
        }
        try queue.remove(entries)
        tell("Removed experiments:", entries, console)
    }

    struct Kill: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End experiments that run.",
            discussion: "What an experiment had checkpointed stays; 'git exp queue retry' goes on from there.")

        @OptionGroup var names: EntryNames

        @Flag(name: .shortAndLong, help: "Give them no time to finish a checkpoint.")
        var force = false

        @OptionGroup var global: GlobalOptions

        func run() throws {
            let queue = try QueueCommand.open(global.console)
            let entries = try names.entries(in: queue)
            try queue.kill(entries, force: force)
            QueueCommand.tell("Killed", entries, global.console)
        }
    }

    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take entries out of the queue, with their logs.",
            discussion: "The experiments that they became stay.", aliases: ["rm"])

        @Argument(help: "Entries by name, or by the beginnings of their ids.")
        var names: [String] = []

        @Flag(help: "Those that wait.")
        var queued = false

        @Flag(help: "Those that failed or were killed.")
        var failed = false

        @Flag(help: "Those that are complete.")
        var success = false

        @Flag(help: "All that do not run.")
        var all = false

        @OptionGroup var global: GlobalOptions

        func validate() throws {
            if names.isEmpty == !(queued || failed || success || all) {
                throw ValidationError("name entries, or give --queued, --failed, --success or --all")
            }
        }

        func run() throws {
            let queue = try QueueCommand.open(global.console)
            let entries = try names.isEmpty ? queue.entries().filter(isMeant) : queue.entries(named: names)
            if entries.isEmpty { return global.console.note("Nothing to remove.") }
            try queue.remove(entries)
            QueueCommand.tell("Removed", entries, global.console)
        }

        private func isMeant(_ entry: QueueEntry) -> Bool {
            switch entry.state {
            case .queued, .interrupted, .held: queued || all
            case .failed, .killed, .unknown: failed || all
            case .success: success || all
            case .running: false
            }
        }
    }

    struct RunOne: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "run", abstract: "Run one entry now, and wait for it.")

        @Argument(help: "The entry.")
        var name: String

        @OptionGroup var global: GlobalOptions

        func run() throws {
            let queue = try QueueCommand.open(global.console)
            let entry = try queue.entries(named: [name])[0]
            guard entry.state.isWaiting else {
                throw ExperimentError.entryIs(
                    entry.name, state: entry.state.rawValue.lowercased(),
                    hint: "'git exp queue retry' lets it wait again, where it failed")
            }
            let worker = try QueueWorker(queue, slot: nil, calling: QueueCommand.attemptWords)
            let result = try worker.run(entry) { global.console.relay($0, to: 2) }
            if let signal = result.signal { throw signal == 2 ? ExitStatus.interrupted : .preempted }
            guard let exit = result.exit, exit.isSuccess else { throw ExitStatus.no }
        }
    }

    struct Hold: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Keep entries from being run until they are released.")

        @OptionGroup var names: EntryNames
        @OptionGroup var global: GlobalOptions

        func run() throws {
            let queue = try QueueCommand.open(global.console)
            let entries = try names.entries(in: queue)
            try queue.hold(entries)
            QueueCommand.tell("Held", entries, global.console)
        }
    }

    struct Release: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let entries wait again that were held.")

        @OptionGroup var names: EntryNames
        @OptionGroup var global: GlobalOptions

        func run() throws {
            let queue = try QueueCommand.open(global.console)
            let entries = try names.entries(in: queue)
            try queue.release(entries)
            QueueCommand.tell("Released", entries, global.console)
        }
    }

    struct Move: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let an entry be the next one that is run.")

        @Argument(help: "The entry.")
        var name: String

        @OptionGroup var global: GlobalOptions

        func run() throws {
            let queue = try QueueCommand.open(global.console)
            let entry = try queue.entries(named: [name])[0]
            try queue.moveToFront(entry)
            QueueCommand.tell("Moved to the front:", [entry], global.console)
        }
    }

    struct Retry: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let entries wait again that failed or were killed.",
            discussion: "What an experiment had checkpointed is where it goes on.")

        @OptionGroup var names: EntryNames
        @OptionGroup var global: GlobalOptions

        func run() throws {
            let queue = try QueueCommand.open(global.console)
            let entries = try names.entries(in: queue)
            try queue.retry(entries)
            QueueCommand.tell("Queued again:", entries, global.console)
        }
    }
}
