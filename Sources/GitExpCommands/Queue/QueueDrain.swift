import Diagnostics
import Experiments

/// Runs everything that is queued and waits for it.
struct QueueDrain {
    private let console: Console

    init(_ console: Console) { self.console = console }

    private func show(_ bytes: [UInt8]) {
        if console.verbosity > .quiet { console.relay(bytes, to: 2) }
    }

    /// - Parameter jobs: How many workers there are to be.
    /// - Throws: ``ExitStatus/no`` where an experiment failed.
    func run(jobs: Int, _ workers: WorkerOptions) throws {
        let queue = try QueueCommand.open(console)
        guard queue.exists else { return }
        let entries = try queue.entries().filter { $0.state.isOpen && $0.state != .held }
        if entries.isEmpty { return }
        console.note(
            "Following logs for all queued experiments. Use Ctrl+C to stop following logs "
                + "(experiment execution will continue).")
        let waits = entries.contains { $0.state.isWaiting }
        if waits { _ = try workers.start(jobs > 1 || workers.devices == nil ? jobs : nil, in: queue) }
        var logs = entries.map { queue.log(of: $0) }
        try QueueFollowing(queue).follow(entries) {
            for index in logs.indices { show(logs[index].news()) }
        }
        for index in logs.indices { show(logs[index].news()) }
        try queue.awaitWorkers()
        let ids = Set(entries.map(\.stash))
        let ended = try queue.entries().filter { ids.contains($0.stash) }
        let complete = ended.filter { $0.state == .success }.map { Console.sanitized($0.name) }
        console.note("")
        console.note("Ran experiment(s): \(complete.joined(separator: ", "))")
        let others = ended.filter { $0.state != .success }
        for entry in others {
            console.complain("experiment '\(Console.sanitized(entry.name))': \(entry.state.rawValue.lowercased())")
        }
        if complete.count < entries.count { throw ExitStatus.no }
    }
}
