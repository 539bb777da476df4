import Diagnostics
import Experiments
import Files

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
        guard queue.exists else { return console.note("No experiment waits in the queue.") }
        let entries = try queue.entries().filter { $0.state.isOpen && $0.state != .held }
        if entries.isEmpty { return console.note("No experiment waits in the queue.") }
        console.note(
            "Following logs for all queued experiments. Use Ctrl+C to stop following logs "
                + "(experiment execution will continue).")
        let stop = try queue.stopSign()
        let start = { _ = try workers.start(jobs > 1 || workers.devices == nil ? jobs : nil, in: queue) }
        if entries.contains(where: \.state.isWaiting) { try start() }
        var logs = entries.map { queue.log(of: $0) }
        var idle = Idleness()
        try QueueFollowing(queue).follow(entries) { open in
            for index in logs.indices { show(logs[index].news()) }
            let isIdle = try !open.contains { $0.state == .running } && queue.takenSlots().isEmpty
            guard idle.lasts(isIdle) else { return true }
            // Somebody stopped the workers, or killed them all.
            if try queue.stopSign() != stop { return false }
            try start()
            return true
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

/// How long nobody has worked, counted anew after each alarm.
private struct Idleness {
    private var start: Int64?

    /// - Returns: Whether nobody has worked for longer than workers need to start.
    mutating func lasts(_ isIdle: Bool) -> Bool {
        guard isIdle else {
            start = nil
            return false
        }
        let now = Clock.steady()
        guard let begun = start else {
            start = now
            return false
        }
        if now - begun < 3_000_000_000 { return false }
        start = nil
        return true
    }
}
