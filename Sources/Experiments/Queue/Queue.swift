import Diagnostics
import Files
import Formats
import Git
import SystemPackage

/// The experiments of a project that wait, run in the background, or did.
///
/// No process watches over it: an entry is a commit and a file, and what state it is in follows from where the file
/// is, from who holds the entry's lock, and from whether it says how it ended.
package struct Queue {
    let context: ExperimentContext
    let folder: QueueFolder
    private let known = KnownMessages()
    var repository: Repository { context.repository }

    /// Takes the project; in a folder that was made for one run, the queue is that of the project which the run is for.
    package init(_ context: ExperimentContext) {
        self.init(context, root: context.ticket?.home ?? context.project.root)
    }

    init(_ context: ExperimentContext, root: FilePath) {
        self.context = context
        folder = QueueFolder(root: root)
    }

    /// Whether anything was ever queued here.
    package var exists: Bool { folder.exists }

    /// Lets one process at a time change the commits of the queue.
    func exclusively(_ body: () throws -> Void) throws {
        try ProjectLock(root: folder.root, context).exclusively(body)
    }

    // MARK: - Reading

    /// The messages in a folder, in the order of the queue.
    func messages(in place: FilePath) throws -> [QueueMessage] {
        try (FileIO.list(place) ?? []).filter { $0.kind == .file }.compactMap {
            known.message(at: place.appending($0.name))
        }
    }

    /// All entries: those that are over or running, then those that wait, in their order, then those that are held.
    package func entries() throws -> [QueueEntry] {
        // Entries move on while they are looked at, so the folders are read against their way.
        let held = try messages(in: folder.held).map { try entry($0, .held) }
        let waiting = try messages(in: folder.waiting).map { message in
            try entry(message, record(message.stash).isBegun ? .interrupted : .queued)
        }
        let failed = Set(try QueueStash(QueueStash.failed, in: repository).commits())
        let taken = try messages(in: folder.taken).map { message in
            let final = try QueueFinal(reading: folder.file(.final, of: message.stash))
            return try entry(message, try state(taken: message, final, failed), final)
        }
        var seen: Set<CommitID> = []
        return (taken + waiting + held).reversed().filter { seen.insert($0.stash).inserted }.reversed()
    }

    func record(_ stash: CommitID) throws -> QueueRecord {
        try QueueRecord(reading: folder.file(.record, of: stash))
    }

    private func entry(
        _ message: QueueMessage, _ state: QueueEntry.State, _ final: QueueFinal? = nil
    ) throws -> QueueEntry {
        QueueEntry(
            message: message, state: state, final: final, attempts: try record(message.stash).attempts,
            seconds: try? repository.commit(message.stash).seconds,
            process: state == .running ? process(of: message.stash) : nil)
    }

    private func state(
        taken message: QueueMessage, _ final: QueueFinal?, _ failed: Set<CommitID>
    ) throws -> QueueEntry.State {
        if let final {
            switch final.outcome {
            case .success: return .success
            case .failed: return .failed
            case .killed: return .killed
            }
        }
        if message.isOurs { return isLeased(message.stash) ? .running : .interrupted }
        if try FileStatus.of(folder.result(of: message.task), followingLinks: true) != nil {
            return failed.contains(message.stash) ? .failed : .success
        }
        return process(of: message.stash).map(isAlive) ?? false ? .running : .unknown
    }

    /// Whether the process of an attempt lives.
    func isLeased(_ stash: CommitID) -> Bool {
        let file = folder.file(.lease, of: stash)
        guard ((try? FileStatus.of(file, followingLinks: true)) ?? nil) != nil else { return false }
        return (try? FileLock(file)) == nil
    }

    func process(of stash: CommitID) -> Int32? {
        guard let bytes = try? FileIO.read(folder.process(of: stash)) else { return nil }
        return (try? JSON.parse(bytes, file: "process"))?.mapping?["pid"]?.int.flatMap { Int32(exactly: $0) }
    }

    /// The entries of these names or ids; of several of a name the one that is still open, or the newest.
    ///
    /// - Throws: ``ExperimentError/notQueued(_:)`` where one of them is none.
    package func entries(named names: [String]) throws -> [QueueEntry] {
        let all = try entries()
        var missing: [String] = []
        let found = names.compactMap { name -> QueueEntry? in
            let own = all.filter { entry in
                entry.name.isIdentical(to: name) || (name.utf8.count >= 4 && entry.stash.hex.hasPrefix(name))
            }
            if let entry = own.last(where: \.state.isOpen) ?? own.last { return entry }
            missing.append(name)
            return nil
        }
        if !missing.isEmpty { throw ExperimentError.notQueued(missing) }
        return found
    }
}
