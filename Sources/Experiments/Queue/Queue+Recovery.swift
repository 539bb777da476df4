import Diagnostics
import Files
import Formats
import Git
import SystemPackage

extension Queue {
    /// How many attempts in a row may die without a commit.
    private static let patience = 50

    /// Puts entries back whose process died, and says how those ended that had just done so.
    ///
    /// Whoever looks at the queue does this; the entry's lock lets one at a time.
    package func recover() throws {
        guard exists else { return }
        var hasDead = false
        for message in try messages(in: folder.taken) where message.isOurs {
            if try isFiled(message) { continue }
            guard let lease = try? FileLock(folder.file(.lease, of: message.stash)) else { continue }
            defer { withExtendedLifetime(lease) {} }
            if let final = try QueueFinal(reading: folder.file(.final, of: message.stash)) {
                if try !isFiled(message) { try file(final, of: message) }
                continue
            }
            if !hasDead { try sweepFolders() }
            hasDead = true
            try settleDead(message)
        }
    }

    /// Removes the folders of attempts that are dead, also of one that was killed after it had said how its entry ended.
    func sweepFolders() throws {
        try makingFolders {
            try TemporaryFolder.sweep(folder.runs, common: repository.commonDirectory, prefix: context.prefix)
        }
    }

    /// Removes what is left of entries that DVC took out of the queue, and of attempts.
    func sweep() throws {
        try sweepFolders()
        // While one is added, its files are there before it is.
        guard let turn = try? FileLock(folder.own.appending("lock")) else { return }
        let found =
            try (FileIO.list(folder.own) ?? []).compactMap { CommitID(String($0.name.prefix(40))) } + keptCommits()
        for stash in Set(found).subtracting(try known()) {
            guard let lease = try? FileLock(folder.file(.lease, of: stash)) else { continue }
            // An entry may have moved from one folder to the other before; with the lock it cannot.
            guard try !known().contains(stash) else { continue }
            for kind in QueueFolder.Kind.allCases { try FileIO.remove(folder.file(kind, of: stash)) }
            try letGo(stash)
            withExtendedLifetime(lease) {}
        }
        withExtendedLifetime(turn) {}
    }

    private func known() throws -> Set<CommitID> {
        Set(try [folder.held, folder.waiting, folder.taken].flatMap { try messages(in: $0) }.map(\.stash))
    }

    /// Whether an entry is over, and DVC knows.
    func isFiled(_ message: QueueMessage) throws -> Bool {
        try FileStatus.of(folder.result(of: message.task), followingLinks: true) != nil
            && FileStatus.of(folder.file(.final, of: message.stash), followingLinks: true) != nil
    }

    /// Keeps those apart who make folders of runs and who remove them: half of a new one looks like a dead one.
    func makingFolders<Value>(_ body: () throws -> Value) throws -> Value {
        let turn = try FileLock(folder.own.appending("folders.lock"), patience: 60_000)
        defer { withExtendedLifetime(turn) {} }
        return try body()
    }

    /// The caller has the entry's lock.
    private func settleDead(_ message: QueueMessage) throws {
        let place = folder.taken.appending(message.file)
        guard try FileStatus.of(place, followingLinks: false) != nil else { return }
        let record = try record(message.stash)
        let reference = ExperimentReference(baseline: message.baseline, name: message.name).fullName
        let tip = try repository.commit(named: reference).flatMap { record.commits.contains($0) ? $0 : nil }
        if let tip, record.ends[tip] == .success { return try settle(message, QueueFinal(.success, commit: tip)) }
        if try FileStatus.of(folder.file(.kill, of: message.stash), followingLinks: false) != nil {
            return try settle(message, QueueFinal(.killed, commit: tip))
        }
        if let tip, record.ends[tip] == .failed { return try settle(message, QueueFinal(.failed, commit: tip)) }
        if record.idle >= Self.patience {
            try say("\(record.idle) attempts died; no further one is made", message)
            return try settle(message, QueueFinal(.failed, commit: tip))
        }
        if record.attempts > 0 { try say("the attempt died; the experiment waits for the next one", message) }
        try putBack(message)
    }

    /// Lets an entry wait again that this program had taken. The caller has the entry's lock.
    func putBack(_ message: QueueMessage) throws {
        try FileIO.move(
            folder.taken.appending(message.file), to: folder.waiting.appending(message.waitingName))
    }

    /// Adds a line to an entry's log.
    func say(_ text: String, _ message: QueueMessage) throws {
        let log = folder.log(of: message.stash)
        try FileIO.makeDirectories(log.parent)
        try QueueRecord.append("--- \(Console.sanitized(text))", to: log)
    }

    /// Says how an entry ended, unless that is said. The caller has the entry's lock.
    func settle(_ message: QueueMessage, _ final: QueueFinal) throws {
        guard try final.write(to: folder.file(.final, of: message.stash)) else { return }
        try file(final, of: message)
    }

    /// Tells DVC how an entry ended; the last file of it is the sign that all of it is there.
    private func file(_ final: QueueFinal, of message: QueueMessage) throws {
        try exclusively {
            if final.outcome != .success {
                try QueueStash(QueueStash.failed, in: repository).push(message.stash)
            }
            try QueueStash(QueueStash.waiting, in: repository).drop(message.stash)
        }
        let hash = try final.commit.map { id in
            let subject = try repository.commit(id).message.split(separator: "\n").first ?? ""
            // DVC takes a run without any for one that failed.
            return subject.split(separator: " ").last.map(String.init) ?? id.hex
        }
        try RunInfo.end(of: message, final, hash: hash, in: folder)
        try FileIO.remove(folder.file(.kill, of: message.stash))
        let value = Mapping([
            ("status", .string("SUCCESS")), ("result", .null), ("traceback", .null), ("children", .list([])),
            ("date_done", .string(Self.zulu(final.seconds))), ("task_id", .string(message.task)),
        ])
        try FileIO.replace(folder.result(of: message.task), with: JSON.pythonDumpsBytes(.mapping(value)), sync: false)
    }

    /// A time as Python writes it, in UTC and without a zone.
    private static func zulu(_ seconds: Int64) -> String {
        let (days, rest) = (seconds / 86_400, seconds % 86_400)
        // The civil calendar, counted in eras of 400 years from the first of March.
        let shifted = days + 719_468
        let era = shifted / 146_097
        let day = shifted - era * 146_097
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365
        let ofYear = day - (365 * year + year / 4 - year / 100)
        let month = (5 * ofYear + 2) / 153
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let civil = month < 10 ? month + 3 : month - 9
        return "\(year + era * 400 + (civil <= 2 ? 1 : 0))-\(two(civil))-\(two(ofYear - (153 * month + 2) / 5 + 1))"
            + "T\(two(rest / 3_600)):\(two(rest / 60 % 60)):\(two(rest % 60)).000000"
    }
}
