import Files
import Git
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension Queue {
    /// Ends attempts for good.
    ///
    /// - Parameter force: Whether they get no time to finish a checkpoint.
    package func kill(_ entries: [QueueEntry], force: Bool) throws {
        try require(entries, "only what runs can be killed") { $0 == .running }
        for entry in entries where entry.message.isOurs {
            try FileIO.replace(folder.file(.kill, of: entry.stash), with: [], sync: false)
        }
        signal(entries, force ? SIGKILL : SIGTERM)
        try wait(until: entries.map(\.stash))
        try recover()
    }

    /// Asks the workers to end.
    ///
    /// - Parameter interrupting: Whether what runs is interrupted; it waits then and goes on at the next start.
    package func stop(interrupting: Bool) throws {
        guard exists else { return }
        try folder.make()
        try FileIO.replace(folder.stop, with: [], sync: false)
        guard interrupting else { return }
        let running = try entries().filter { $0.state == .running && $0.message.isOurs }
        signal(running, SIGTERM)
        try wait(until: running.map(\.stash))
        try recover()
    }

    private func signal(_ entries: [QueueEntry], _ number: Int32) {
        for entry in entries {
            // As long as the lock is held, the process is the one that the file names.
            guard let process = process(of: entry.stash), process > 1,
                !entry.message.isOurs || isLeased(entry.stash)
            else { continue }
            sendSignal(process, number)
        }
    }

    /// Waits for the ends of attempts, a little longer than their commands may take for them.
    private func wait(until stashes: [CommitID]) throws {
        for _ in 0..<(try context.grace / 20 + 250) {
            if !stashes.contains(where: isLeased) { return }
            usleep(20_000)
        }
    }

    /// Waits until those of the entries that are over have printed everything, for at most two seconds.
    package func awaitLastWords(of entries: [QueueEntry]) {
        for _ in 0..<400 {
            if !entries.contains(where: { isLeased($0.stash) }) { return }
            usleep(5_000)
        }
    }

    /// Waits a little, for whoever looks again and again, and puts back what died.
    package func pause(_ nap: inout Nap) throws {
        nap.take()
        try recover()
    }
}

/// The system's `kill`, whose name ``Queue/kill(_:force:)`` hides.
private func sendSignal(_ process: Int32, _ number: Int32) { kill(process, number) }
