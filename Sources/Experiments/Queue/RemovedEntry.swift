import Files
import Git
import SystemPackage

/// An entry that was taken out of the queue before it was complete, as the record of the removal keeps it.
///
/// Its files are in the tree of the record's commit, in a folder that is named after the entry's own commit. The record's
/// message has a line for it, as for a reference that went; references of such names are never made.
struct RemovedEntry {
    private static let names = "refs/git-exp/queued/"

    /// The commit that names the entry.
    let stash: CommitID
    /// Of the experiment that it was to become; empty where git would not take the name.
    let name: String

    var shownName: String { name.isEmpty ? stash.short : name }

    /// Whether a word is its name, or the beginning of its id.
    func isMeant(by text: String) -> Bool {
        name.isIdentical(to: text) || (text.utf8.count >= 4 && stash.hex.hasPrefix(text))
    }

    /// - Returns: `nil` for a change of an ordinary reference.
    init?(_ change: ReferenceChange) {
        let text = change.name.text.utf8
        guard text.starts(with: Self.names.utf8) else { return nil }
        let rest = text.dropFirst(Self.names.utf8.count)
        guard let stash = CommitID(String(decoding: rest.prefix(40), as: UTF8.self)) else { return nil }
        self.stash = stash
        name = String(decoding: rest.dropFirst(41), as: UTF8.self)
    }

    /// The line of a record for an entry.
    static func change(for entry: QueueEntry) -> ReferenceChange {
        let isPlain = entry.name.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F }
        let name = isPlain && !entry.name.isEmpty ? "/" + entry.name : ""
        return ReferenceChange(names + entry.stash.hex + name, before: entry.stash, after: nil)
    }
}

extension UndoRecord {
    /// The entries that the command took out of the queue.
    var removedEntries: [RemovedEntry] { changes.compactMap(RemovedEntry.init) }

    /// The names of the entries that the command took out of the queue.
    package var removedEntryNames: [String] { removedEntries.map(\.shownName) }
}

extension Queue {
    /// What an entry has besides its message.
    private static let kept: [QueueFolder.Kind] = [.options, .record]

    /// Keeps a record of entries that are about to go and are not complete; the others have nothing to bring back.
    func keepRecord(of entries: [QueueEntry]) throws -> String? {
        var changes: [ReferenceChange] = []
        var files: [TreeChange] = []
        for entry in entries where entry.state.isWaiting {
            // Of an entry whose commit is lost nothing can be brought back.
            guard (try? repository.commit(entry.stash)) != nil, let message = try FileIO.read(place(of: entry)) else {
                continue
            }
            let top = FilePath(entry.stash.hex)
            func put(_ name: FilePath, _ bytes: [UInt8]) throws {
                files.append(.put(top.pushing(name), try repository.writeBlob(bytes), isExecutable: false))
            }
            try put(FilePath(entry.state == .held ? "held" : "waiting").appending(entry.message.waitingName), message)
            for kind in Self.kept {
                if let bytes = try FileIO.read(folder.file(kind, of: entry.stash)) {
                    try put(FilePath(kind.rawValue), bytes)
                }
            }
            changes.append(RemovedEntry.change(for: entry))
        }
        return try UndoRecords(context).keep(command: "queue remove", changes: changes, files: files)
    }

    /// Runs a body while nobody adds entries or sweeps what is left of them.
    func keepingStill<Value>(_ body: () throws -> Value) throws -> Value {
        guard exists else { return try body() }
        let turn = try FileLock(folder.own.appending("lock"), patience: 60_000)
        defer { withExtendedLifetime(turn) {} }
        return try body()
    }

    /// Those of the entries in a record that are not in the queue, and what has to go for them.
    ///
    /// - Returns: The entries, and the experiments that were made under their names meanwhile.
    /// - Throws: ``ExperimentError/nameTaken(_:baseline:hint:)`` where another entry of the name waits or runs.
    func missingEntries(
        of record: UndoRecord
    ) throws -> (entries: [RemovedEntry], obstacles: [Experiment]) {
        let removed = record.removedEntries
        if removed.isEmpty { return ([], []) }
        let present = try exists ? entries() : []
        let stashes = Set(present.map(\.stash))
        let missing = removed.filter { !stashes.contains($0.stash) }
        return (missing, try missing.compactMap { try obstacle(of: $0, in: record, among: present) })
    }

    /// The experiment that has the name of an entry, and that none of its attempts made.
    func obstacle(of entry: RemovedEntry, in record: UndoRecord, among present: [QueueEntry]) throws -> Experiment? {
        let files = try files(of: entry, in: record)
        guard let message = try message(in: files, of: entry)?.message, !message.name.isEmpty else { return nil }
        let isTaken = present.contains { other in
            other.state.isOpen && other.baseline == message.baseline && other.name.isIdentical(to: message.name)
        }
        if isTaken {
            throw ExperimentError.nameTaken(
                message.name, baseline: message.baseline.short,
                hint: "another one of the name is in the queue: wait for it, or take it out")
        }
        let isBegun = try files.kind(of: FilePath(QueueFolder.Kind.record.rawValue)) != nil || message.branch != nil
        let reference = ExperimentReference(baseline: message.baseline, name: message.name)
        guard !isBegun, let tip = try repository.commit(named: reference.fullName) else { return nil }
        return Experiment(reference: reference, tip: tip)
    }

    /// Puts entries back where they were in the queue; the caller has the project's lock and keeps the queue still.
    func bringBack(_ removed: [RemovedEntry], from record: UndoRecord) throws {
        if removed.isEmpty { return }
        try folder.make()
        for entry in removed {
            let files = try files(of: entry, in: record)
            guard let (place, message, bytes) = try message(in: files, of: entry) else { continue }
            for kind in Self.kept {
                guard let bytes = try files.contents(of: FilePath(kind.rawValue)) else { continue }
                try FileIO.replace(folder.file(kind, of: entry.stash), with: bytes, sync: context.isDurable)
            }
            try keep(entry.stash)
            try QueueStash(QueueStash.waiting, in: repository).push(entry.stash)
            try FileIO.replace(place.appending(message.file), with: bytes, sync: context.isDurable)
        }
    }

    // MARK: Reading a record

    /// What a record has of an entry.
    private func files(of entry: RemovedEntry, in record: UndoRecord) throws -> CommitTree {
        CommitTree(repository, tree: try repository.commit(record.commit).tree, prefix: FilePath(entry.stash.hex))
    }

    /// The entry's message, and the folder of the queue that it was in.
    private func message(
        in files: CommitTree, of entry: RemovedEntry
    ) throws -> (folder: FilePath, message: QueueMessage, bytes: [UInt8])? {
        for (name, folder) in [("waiting", folder.waiting), ("held", folder.held)] {
            for file in try files.list(FilePath(name)) ?? [] {
                guard let bytes = try files.contents(of: FilePath(name).appending(file.name)),
                    let message = QueueMessage(bytes, file: file.name), message.stash == entry.stash
                else { continue }
                return (folder, message, bytes)
            }
        }
        return nil
    }
}
