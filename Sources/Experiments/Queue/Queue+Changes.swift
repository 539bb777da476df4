import Files
import Git
import SystemPackage

extension Queue {
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
        let lease = try lease(of: entry)
        guard try move(old.appending(entry.message.file), new.appending(name)) else {
            throw ExperimentError.stateMoved("entry '\(entry.name)'")
        }
        withExtendedLifetime(lease) {}
    }

    /// Lets entries wait again that failed or were killed. What they had checkpointed is where they go on.
    package func retry(_ entries: [QueueEntry]) throws {
        try require(entries, "only what failed or was killed can be tried again") {
            [.failed, .killed, .unknown].contains($0)
        }
        for entry in entries {
            let message = entry.message
            let lease = try lease(of: entry)
            defer { withExtendedLifetime(lease) {} }
            guard try FileStatus.of(folder.taken.appending(message.file), followingLinks: false) != nil else {
                throw ExperimentError.stateMoved("entry '\(entry.name)'")
            }
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

    /// Takes entries out of the queue, with their logs; experiments stay. Those that wait can be brought back.
    package func remove(_ entries: [QueueEntry]) throws {
        try require(entries, "end it with 'git exp queue kill' first") { $0 != .running }
        let record = try keepRecord(of: entries)
        for (number, entry) in entries.enumerated() {
            do {
                try removeRecorded(entry)
            } catch {
                // What is still in the queue must not come back to it.
                let isUntouched = if case ExperimentError.stateMoved = error { true } else { isThere(entry) }
                let rest = entries[(isUntouched ? number : number + 1)...]
                if let record { try? UndoRecords(context).drop(rest, from: record) }
                throw error
            }
        }
    }

    private func isThere(_ entry: QueueEntry) -> Bool {
        ((try? FileStatus.of(place(of: entry), followingLinks: false)) ?? nil) != nil
    }

    private func removeRecorded(_ entry: QueueEntry) throws {
        let message = entry.message
        let lease = try lease(of: entry)
        defer { withExtendedLifetime(lease) {} }
        guard isThere(entry) else { throw ExperimentError.stateMoved("entry '\(entry.name)'") }
        try FileIO.remove(place(of: entry))
        try exclusively {
            try QueueStash(QueueStash.waiting, in: repository).drop(message.stash)
            try QueueStash(QueueStash.failed, in: repository).drop(message.stash)
        }
        try FileIO.remove(folder.result(of: message.task))
        try FileIO.removeTree(folder.information(message.stash))
        for kind in QueueFolder.Kind.allCases { try FileIO.remove(folder.file(kind, of: message.stash)) }
        try letGo(message.stash)
    }

    /// The entry's message.
    func place(of entry: QueueEntry) -> FilePath {
        let isTaken: Bool =
            switch entry.state {
            case .queued, .interrupted: entry.message.isOurs
            default: entry.state != .held
            }
        let place = entry.state == .held ? folder.held : isTaken ? folder.taken : folder.waiting
        return place.appending(entry.message.file)
    }

    /// Keeps others from an entry.
    private func lease(of entry: QueueEntry) throws -> FileLock {
        // Whoever looks at the queue has it for an instant, and a process that has said how the entry ended until it
        // has cleared away.
        let patience = entry.final == nil ? 500 : 10_000
        do {
            return try FileLock(folder.file(.lease, of: entry.stash), patience: patience)
        } catch is FileLockError {
            throw ExperimentError.stateMoved("entry '\(entry.name)'")
        }
    }

    func require(
        _ entries: [QueueEntry], _ hint: String, _ isAllowed: (QueueEntry.State) -> Bool
    ) throws {
        for entry in entries where !isAllowed(entry.state) {
            throw ExperimentError.entryIs(entry.name, state: entry.state.rawValue.lowercased(), hint: hint)
        }
    }
}
