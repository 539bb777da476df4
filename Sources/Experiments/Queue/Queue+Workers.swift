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

extension Queue {
    func slotFile(_ number: Int) -> FilePath { folder.workers.appending("\(number).lock") }

    /// The places of workers that are taken.
    package func takenSlots() throws -> [Int] {
        try (FileIO.list(folder.workers) ?? []).compactMap { file in
            guard file.name.hasSuffix(".lock"), let number = Int(file.name.dropLast(5)) else { return nil }
            return (try? FileLock(slotFile(number))) == nil ? number : nil
        }.sorted()
    }

    /// A sign that changes whenever somebody stops the workers.
    package func stopSign() throws -> FileStatus? { try FileStatus.of(folder.stop, followingLinks: false) }

    /// Whether the worker of a taken place was killed: what it ran has the place until it ends.
    func isOrphaned(_ slot: Int) -> Bool { FileLock.holder(of: slotFile(slot)).map { !isAlive($0) } ?? false }

    /// Waits until the workers are gone that have nothing left to do, for at most two seconds.
    package func awaitWorkers() throws {
        for _ in 0..<400 {
            if try takenSlots().isEmpty { return }
            usleep(5_000)
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
        // A new worker in such a place waits for what runs there, so that there is never more at once than was asked for.
        let orphaned = busy.filter(isOrphaned)
        let free = (orphaned + (0..<1_000).filter { !busy.contains($0) }).prefix(
            max(0, count - (busy.count - orphaned.count)))
        for slot in free {
            let call = ProcessCall(
                executable: ProcessCall.ownProgram, arguments: words(slot),
                environment: ProcessCall.inheritedEnvironment().merging(environment(slot)) { $1 },
                directory: folder.root)
            // Neither the terminal's end nor its keys are to end it.
            _ = try SeparateProcess(call, output: folder.own.appending("worker-\(slot).log"), leadsSession: true)
        }
        return free.count
    }
}
