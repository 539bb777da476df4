import ArgumentParser
import Diagnostics
import Experiments
import Processes

struct QueueCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue",
        abstract: "Run queued experiments in the background, and look after them.",
        discussion: """
            'git exp run --queue' puts an experiment into the queue, with code and parameters as they are then. Workers \
            run what is queued, each experiment in a folder of its own, and end when nothing is left. Nothing else watches \
            over the queue: a worker may be killed at any time, and the experiment that it ran waits again, to go on from \
            its last checkpoint.

            Entries are named by the experiment's name, or by the beginning of their id in 'git exp queue status'. DVC \
            sees them, too, and its workers may run them; and ours run what DVC queued. A worker of DVC knows nothing of \
            --no-run-cache and --jobs, nor, in a project of DVC 2, of --keep-going and --ignore-errors.
            """,
        subcommands: [
            Start.self, Stop.self, Status.self, Logs.self, Kill.self, Remove.self, RunOne.self, Hold.self,
            Release.self, Move.self, Retry.self, Worker.self, Attempt.self,
        ])

    /// The commands that processes of the queue are.
    static func process(_ word: String?) -> (any ParsableCommand.Type)? {
        switch word {
        case "worker": Worker.self
        case "attempt": Attempt.self
        default: nil
        }
    }

    /// The queue of the current folder's project, with what died put back.
    static func open(_ console: Console) throws -> Queue {
        let queue = Queue(try Workspace.open(console))
        try queue.recover()
        return queue
    }

    /// How an attempt is called, with the locks that it inherits.
    static func attemptWords(_ task: String, _ lease: Int32, _ slot: Int32?) -> [String] {
        ["queue", "attempt", "--task", task, "--lease", String(lease)] + (slot.map { ["--slot", String($0)] } ?? [])
    }
}

extension QueueCommand {
    /// The process of a worker; not for users.
    struct Worker: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Be a worker.", shouldDisplay: false)

        @Option var slot: Int

        @OptionGroup var global: GlobalOptions

        func run() throws {
            let queue = Queue(try Workspace.open(global.console))
            try QueueWorker(queue, slot: slot, calling: QueueCommand.attemptWords).work()
        }
    }

    /// The process of an attempt, until it becomes the one that runs; not for users.
    struct Attempt: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Carry out an entry.", shouldDisplay: false)

        @Option var task: String
        @Option var lease: Int32
        @Option var slot: Int32?

        @OptionGroup var global: GlobalOptions

        func run() throws {
            let context = try Workspace.open(global.console)
            try QueueAttempt(task, in: context, inheriting: lease, slot: slot).begin { ticket, lock, lease, slot in
                ["execute", "--ticket", ticket.string, "--lock", String(lock), "--lease", String(lease)]
                    + (slot.map { ["--slot", String($0)] } ?? [])
            }
        }
    }
}
