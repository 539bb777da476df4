import Diagnostics
import Files
import Git
import Processes
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension Queue {
    // MARK: - Taking

    /// Takes the first entry that nobody else has.
    func takeNext() throws -> Taken? {
        for message in try messages(in: folder.waiting) {
            if let taken = try take(message, from: folder.waiting) { return taken }
        }
        return nil
    }

    /// Takes an entry that waits or is held.
    func take(_ entry: QueueEntry) throws -> Taken? {
        try take(entry.message, from: entry.state == .held ? folder.held : folder.waiting)
    }

    /// - Returns: `nil` where somebody else has it.
    private func take(_ message: QueueMessage, from place: FilePath) throws -> Taken? {
        guard let lease = try? FileLock(folder.file(.lease, of: message.stash)) else { return nil }
        var taken = message
        taken.file = message.takenName
        guard try move(place.appending(message.file), folder.taken.appending(taken.file)) else { return nil }
        return Taken(taken, lease)
    }

    /// - Returns: Whether the file was still there.
    private func move(_ source: FilePath, _ destination: FilePath) throws -> Bool {
        do throws(Errno) {
            try FileIO.rename(source, destination)
            return true
        } catch {
            if error == .noSuchFileOrDirectory { return false }
            throw FileError("write", destination, error)
        }
    }

    /// Whether entries wait, or run and may wait again.
    func isBusy() throws -> Bool {
        if try !messages(in: folder.waiting).isEmpty { return true }
        return try messages(in: folder.taken).contains { try $0.isOurs && !isFiled($0) }
    }

    // MARK: - Changing

    /// Keeps entries from being run until they are released.
    package func hold(_ entries: [QueueEntry]) throws {
        try require(entries, "only what waits can be held") { $0 == .queued || $0 == .interrupted }
        for entry in entries { try move(entry, folder.waiting, folder.held, as: entry.message.file) }
    }

    /// Lets entries be run that were held.
    ///
    /// - Throws: ``ExperimentError/entryIs(_:state:hint:)`` for one that is not held; nothing changes then.
    package func release(_ entries: [QueueEntry]) throws {
        try require(entries, "only what is held can be released") { $0 == .held }
        for entry in entries { try move(entry, folder.held, folder.waiting, as: entry.message.file) }
    }

    /// Lets an entry be the next one.
    package func moveToFront(_ entry: QueueEntry) throws {
        try require([entry], "only what waits can be moved") { $0 == .queued || $0 == .interrupted }
        guard let first = try messages(in: folder.waiting).first, first.stash != entry.stash,
            let name = entry.message.name(before: first.file)
        else { return }
        try move(entry, folder.waiting, folder.waiting, as: name)
    }

    private func move(_ entry: QueueEntry, _ old: FilePath, _ new: FilePath, as name: String) throws {
        guard let lease = try? FileLock(folder.file(.lease, of: entry.stash)),
            try move(old.appending(entry.message.file), new.appending(name))
        else { throw ExperimentError.stateMoved("entry '\(entry.name)'") }
        withExtendedLifetime(lease) {}
    }

    /// Lets entries wait again that failed or were killed. What they had checkpointed is where they go on.
    package func retry(_ entries: [QueueEntry]) throws {
        try require(entries, "only what failed or was killed can be tried again") {
            [.failed, .killed, .unknown].contains($0)
        }
        for entry in entries {
            let message = entry.message
            guard let lease = try? FileLock(folder.file(.lease, of: message.stash)) else {
                throw ExperimentError.stateMoved("entry '\(entry.name)'")
            }
            defer { withExtendedLifetime(lease) {} }
            try QueueRecord.append("retry", to: folder.file(.record, of: message.stash))
            try exclusively {
                try QueueStash(QueueStash.waiting, in: repository).push(message.stash)
                try QueueStash(QueueStash.failed, in: repository).drop(message.stash)
            }
            try FileIO.remove(folder.result(of: message.task))
            try FileIO.remove(folder.file(.kill, of: message.stash))
            // From here on it is an attempt that died, and would be put back by anybody.
            try FileIO.remove(folder.file(.final, of: message.stash))
            try putBack(message)
        }
    }

    /// Takes entries out of the queue, with their logs; experiments stay.
    package func remove(_ entries: [QueueEntry]) throws {
        try require(entries, "end it with 'git exp queue kill' first") { $0 != .running }
        for entry in entries {
            let message = entry.message
            guard let lease = try? FileLock(folder.file(.lease, of: message.stash)) else {
                throw ExperimentError.stateMoved("entry '\(entry.name)'")
            }
            defer { withExtendedLifetime(lease) {} }
            let place =
                switch entry.state {
                case .queued, .interrupted: message.isOurs ? folder.taken : folder.waiting
                case .held: folder.held
                default: folder.taken
                }
            guard try FileStatus.of(place.appending(message.file), followingLinks: false) != nil else {
                throw ExperimentError.stateMoved("entry '\(entry.name)'")
            }
            try FileIO.remove(place.appending(message.file))
            try exclusively {
                try QueueStash(QueueStash.waiting, in: repository).drop(message.stash)
                try QueueStash(QueueStash.failed, in: repository).drop(message.stash)
            }
            try FileIO.remove(folder.result(of: message.task))
            try FileIO.removeTree(folder.information(message.stash))
            for kind in QueueFolder.Kind.allCases { try FileIO.remove(folder.file(kind, of: message.stash)) }
        }
    }

    private func require(
        _ entries: [QueueEntry], _ hint: String, _ isAllowed: (QueueEntry.State) -> Bool
    ) throws {
        for entry in entries where !isAllowed(entry.state) {
            throw ExperimentError.entryIs(entry.name, state: entry.state.rawValue.lowercased(), hint: hint)
        }
    }

    // MARK: - Ending

    /// Ends attempts for good.
    ///
    /// - Parameter force: Whether they get no time to finish a checkpoint.
    package func kill(_ entries: [QueueEntry], force: Bool) throws {
        try require(entries, "only what runs can be killed") { $0 == .running }
        for entry in entries where entry.message.isOurs {
            try FileIO.replace(folder.file(.kill, of: entry.stash), with: [], sync: false)
        }
        signal(entries, force ? SIGKILL : SIGTERM)
        wait(until: entries.map(\.stash))
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
        wait(until: running.map(\.stash))
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

    /// Waits up to ten seconds for the ends of attempts.
    private func wait(until stashes: [CommitID]) {
        for _ in 0..<500 where stashes.contains(where: isLeased) { usleep(20_000) }
    }

    /// Waits a little, for whoever looks again and again, and puts back what died.
    package func pause() throws {
        usleep(50_000)
        try recover()
    }

    // MARK: - Workers

    func slotFile(_ number: Int) -> FilePath { folder.workers.appending("\(number).lock") }

    /// The places of workers that are taken.
    package func takenSlots() throws -> [Int] {
        try (FileIO.list(folder.workers) ?? []).compactMap { file in
            guard file.name.hasSuffix(".lock"), let number = Int(file.name.dropLast(5)) else { return nil }
            return (try? FileLock(slotFile(number))) == nil ? number : nil
        }.sorted()
    }

    /// Waits until the workers are gone that have nothing left to do, for at most two seconds.
    package func awaitWorkers() throws {
        for _ in 0..<100 {
            if try takenSlots().isEmpty { return }
            usleep(20_000)
        }
    }

    /// Starts workers that go on when this process and its terminal are gone.
    ///
    /// - Parameters:
    ///   - count: How many workers there are to be, those that run included.
    ///   - words: How this program is called for a worker.
    ///   - environment: What a worker finds in its environment.
    /// - Returns: The number of workers that were started.
    package func start(
        _ count: Int, calling words: (_ slot: Int) -> [String], environment: (_ slot: Int) -> [String: String]
    ) throws -> Int {
        try folder.make()
        try sweep()
        let busy = try takenSlots()
        let free = (0..<1_000).filter { !busy.contains($0) }.prefix(max(0, count - busy.count))
        for slot in free {
            let call = ProcessCall(
                executable: ProcessCall.ownProgram, arguments: words(slot),
                environment: ProcessCall.inheritedEnvironment().merging(environment(slot)) { $1 },
                directory: folder.root)
            _ = try SeparateProcess(call, output: folder.own.appending("worker-\(slot).log"), leadsGroup: false)
        }
        return free.count
    }

    /// Where it is what an entry's attempts printed.
    func logFile(of entry: QueueEntry) -> String { folder.log(of: entry.stash).string }

    /// What an entry's attempts printed.
    package func log(of entry: QueueEntry) -> LogReader { LogReader(folder.log(of: entry.stash)) }
}

/// Reads a file that grows.
package struct LogReader {
    private let path: FilePath
    private var offset: Int

    init(_ path: FilePath, fromEnd: Bool = false) {
        self.path = path
        offset = fromEnd ? ((try? FileStatus.of(path, followingLinks: true)) ?? nil)?.size ?? 0 : 0
    }

    /// What came in since the last call.
    package mutating func news() -> [UInt8] {
        guard let file = try? FileDescriptor.open(path, .readOnly, options: [.closeOnExec]) else { return [] }
        defer { try? file.close() }
        var result: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while let count = try? buffer.withUnsafeMutableBytes({
            try file.read(fromAbsoluteOffset: Int64(offset), into: $0)
        }),
            count > 0
        {
            result += buffer[..<count]
            offset += count
        }
        return result
    }
}

/// The system's `kill`, whose name ``Queue/kill(_:force:)`` hides.
private func sendSignal(_ process: Int32, _ number: Int32) { kill(process, number) }
