import Diagnostics
import Files
import Processes
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A process that carries out one entry after the other, until nothing waits and nothing runs.
package struct QueueWorker {
    private let queue: Queue
    private let slot: FileLock?
    /// The file that stops workers, as it was before this one waited for its place.
    private let stop: FileStatus?
    private let process: StageProcess
    /// How this program is called for an attempt.
    private let words: (_ task: String, _ lease: Int32, _ slot: Int32?) -> [String]

    /// - Parameter slot: The place among the workers; `nil` for one besides them.
    /// - Throws: ``FileLockError`` where the place is taken.
    package init(
        _ queue: Queue, slot: Int?,
        calling words: @escaping (_ task: String, _ lease: Int32, _ slot: Int32?) -> [String]
    ) throws {
        self.queue = queue
        try queue.folder.make()
        stop = try FileStatus.of(queue.folder.stop, followingLinks: false)
        // Whoever counts the workers has each lock for an instant; what a killed worker ran may have it for long.
        self.slot = try slot.map {
            try FileLock(queue.slotFile($0), patience: queue.isOrphaned($0) ? .max : 1_000)
        }
        self.words = words
        // Nobody asks a worker for checkpoints.
        process = try StageProcess(signalFile: queue.folder.own.appending("checkpoint"))
    }

    /// Works until nothing waits and nothing runs, somebody stops the workers, or a signal comes.
    package func work() throws {
        var nap = Nap()
        while true {
            if try FileStatus.of(queue.folder.stop, followingLinks: false) != stop { return }
            if process.pendingInterruption() != nil { return }
            try queue.recover()
            if let taken = try queue.takeNext() {
                if try carryOut(taken).signal != nil { return }
                nap = Nap()
            } else if try queue.isBusy() {
                // What runs may die, and then waits again.
                nap.take()
            } else {
                return try queue.sweepFolders()
            }
        }
    }

    /// Runs an entry that was taken.
    ///
    /// - Parameter watch: Called now and then.
    /// - Returns: How it ended, and the signal that reached this process meanwhile, which the attempt got, too.
    func carryOut(
        _ taken: Queue.Taken, watching watch: () -> Void = {}
    ) throws -> (exit: ProcessExit?, signal: Int32?) {
        guard let lease = taken.lease else { return (nil, nil) }
        // Also an attempt that does not even start counts, so that there is no end of them.
        try QueueRecord.append("attempt", to: queue.folder.file(.record, of: taken.message.stash))
        let call = ProcessCall(
            executable: ProcessCall.ownProgram,
            arguments: words(taken.message.file, lease.surviving(), slot?.surviving()), directory: queue.folder.root)
        let child = try SeparateProcess(call, output: queue.folder.log(of: taken.message.stash))
        // From now on the attempt alone has the lock, so that it is free when the attempt is over.
        taken.lease = nil
        var signal: Int32?
        while true {
            let news = child.wait(milliseconds: 200, process)
            watch()
            if let number = news.signal {
                signal = signal ?? number
                child.send(number)
            }
            if let exit = news.exit { return (exit, signal) }
        }
    }

    /// Carries out one entry now, whatever else waits, and shows what it prints.
    ///
    /// - Parameter show: Gets what the attempt prints.
    /// - Returns: How it ended.
    /// - Throws: ``ExperimentError/entryIs(_:state:hint:)`` where somebody else was faster.
    package func run(_ entry: QueueEntry, show: ([UInt8]) -> Void) throws -> (exit: ProcessExit?, signal: Int32?) {
        guard let taken = try queue.take(entry) else {
            throw ExperimentError.entryIs(
                entry.name, state: "taken by another process", hint: "'git exp queue status' says more")
        }
        var log = LogReader(queue.folder.log(of: entry.stash), fromEnd: true)
        let result = try carryOut(taken) { show(log.news()) }
        show(log.news())
        return result
    }
}

/// A pause between two looks at the queue: short at first, as what is small ends soon, then longer.
package struct Nap {
    private var microseconds: UInt32 = 2_000

    /// Starts with the shortest pause, of two milliseconds.
    package init() {}

    /// Waits, and makes the next pause a quarter longer, up to 50 milliseconds.
    package mutating func take() {
        usleep(microseconds)
        microseconds = min(microseconds * 5 / 4, 50_000)
    }
}

extension Queue {
    /// An entry that this process has taken.
    final class Taken {
        let message: QueueMessage
        /// The entry's lock, until the process of the attempt has it.
        var lease: FileLock?

        init(_ message: QueueMessage, _ lease: FileLock) {
            self.message = message
            self.lease = lease
        }
    }
}
