import ArgumentParser
import Diagnostics
import Experiments
import Formats
import Reporting

extension QueueCommand {
    struct Status: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what is queued, runs, and is over.",
            discussion: """
                Queued: waits for a worker. Running. Held: waits until it is released. Interrupted: its attempt ended \
                before it was complete, and the next one goes on. Success. Failed. Killed: by 'git exp queue kill'. \
                Unknown: a worker of DVC took it and is gone.
                """)

        @Flag(help: "Print JSON.")
        var json = false

        @OptionGroup var global: GlobalOptions

        func run() throws {
            let queue = try QueueCommand.open(global.console)
            let entries = try queue.exists ? queue.entries() : []
            let slots = try queue.takenSlots().count
            let active = min(slots, entries.count { $0.state == .running })
            if json {
                let list = entries.map { Value.mapping(Self.value($0)) }
                let workers = Mapping([("active", .int(active)), ("idle", .int(slots - active))])
                let text = JSON.pythonDumps(
                    .mapping(Mapping([("tasks", .list(list)), ("workers", .mapping(workers))])),
                    indent: TerminalStyle.isOutputTerminal ? 2 : nil)
                return global.console.print(text)
            }
            if entries.isEmpty {
                global.console.print("No experiment tasks in the queue.")
            } else {
                let now = TimeText.now()
                let rows = entries.map { entry in
                    [
                        entry.stash.short, entry.name, entry.seconds.map { TimeText.short($0, now: now) } ?? "-",
                        entry.state.rawValue,
                    ]
                }
                global.console.printRaw(PlainTable(headers: ["Task", "Name", "Created", "Status"], rows: rows).text)
            }
            global.console.print("")
            global.console.print("Worker status: \(active) active, \(slots - active) idle")
        }

        private static func value(_ entry: QueueEntry) -> Mapping {
            Mapping([
                ("id", .string(entry.stash.hex)), ("name", .string(entry.name)),
                ("baseline", .string(entry.baseline.hex)),
                ("created", entry.seconds.map { .string(TimeText.iso($0)) } ?? .null),
                ("status", .string(entry.state.rawValue)), ("attempts", .int(entry.attempts)),
                ("pid", entry.process.map { .int(Int($0)) } ?? .null),
                ("commit", entry.final?.commit.map { .string($0.hex) } ?? .null),
                ("ended", entry.final.map { .string(TimeText.iso($0.seconds)) } ?? .null),
            ])
        }
    }

    struct Logs: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what the attempts of an experiment printed.")

        @Argument(help: "The entry.")
        var name: String

        @Flag(name: .shortAndLong, help: "Go on until the experiment is over.")
        var follow = false

        // The log is shown byte for byte.
        @Option(name: .shortAndLong, help: .hidden)
        var encoding: String?

        @OptionGroup var global: GlobalOptions

        func run() throws {
            let queue = try QueueCommand.open(global.console)
            let entry = try queue.entries(named: [name])[0]
            var log = queue.log(of: entry)
            try QueueFollowing(queue).follow(follow ? [entry] : []) { _ in
                global.console.relay(log.news(), to: 1)
                return true
            }
            global.console.relay(log.news(), to: 1)
        }
    }
}

/// Waits for entries.
struct QueueFollowing {
    private let queue: Queue

    init(_ queue: Queue) { self.queue = queue }

    /// Goes on until none of the entries waits for a worker or runs.
    ///
    /// - Parameter step: Is given those that do, and says whether to go on.
    func follow(_ entries: [QueueEntry], _ step: ([QueueEntry]) throws -> Bool) throws {
        let wanted = Set(entries.map(\.stash))
        var nap = Nap()
        while true {
            let open = try queue.entries().filter {
                wanted.contains($0.stash) && $0.state.isOpen && $0.state != .held
            }
            guard try step(open), !open.isEmpty else {
                return queue.awaitLastWords(of: entries.filter { entry in !open.contains { $0.stash == entry.stash } })
            }
            try queue.pause(&nap)
        }
    }
}
