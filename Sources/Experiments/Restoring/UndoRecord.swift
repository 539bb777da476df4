import Diagnostics
import Files
import Git

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What became of a reference: what it held before a command, and after.
package struct ReferenceChange: Sendable, Hashable {
    /// In full, such as `refs/exps/…`.
    package let name: ExactString
    /// `nil` where there was no such reference.
    package let before: CommitID?
    /// `nil` where there is none any more.
    package let after: CommitID?

    /// Takes a reference with what it held; neither is looked up.
    package init(_ name: String, before: CommitID?, after: CommitID?) {
        self.name = ExactString(name)
        self.before = before
        self.after = after
    }

    /// The experiment that the reference is of; `nil` for other references.
    package var experiment: ExperimentReference? { ExperimentReference(name.text) }
}

extension [ReferenceChange] {
    /// Those after which no reference among them names the commit any more; a renamed experiment is not lost.
    var withLosses: [ReferenceChange] {
        let kept = Set(compactMap(\.after))
        return filter { change in change.before.map { !kept.contains($0) } ?? false }
    }
}

/// What a command removed or replaced, so that it can be brought back.
///
/// A record is a commit of its own, kept by a reference below ``folder``: its parents are the commits that went, so that
/// neither `git gc` nor a clean-up of the cache takes them for garbage, and its message lists the references, one on each
/// line, with what they held before and after. The folder is outside of `refs/exps`, where DVC would complain of it. The
/// reference's name begins with the time, so that sorting by name is sorting by age.
package struct UndoRecord: Sendable {
    /// The place of all records, with `/` at its end.
    package static let folder = "refs/git-exp/removed/"

    /// Commands by which records themselves are used: what they replaced can be restored, but is not undone.
    static let undoing: Set<String> = ["undo", "restore", "recover"]

    /// The full name of the record's reference.
    package let reference: String
    /// The record's own commit, whose parents are those that went.
    package let commit: CommitID
    /// When it was made, in seconds since 1970, UTC.
    package let seconds: Int64
    /// The command's name, such as `remove`.
    package let command: String
    /// In the order of the message.
    package let changes: [ReferenceChange]

    /// Reads a record; `nil` for a reference that is none.
    init?(_ named: NamedCommit, in repository: Repository) {
        guard let seconds = Self.seconds(of: named.name), let commit = try? repository.commit(named.commit) else {
            return nil
        }
        // A name may have characters that would join with what separates it from others.
        let lines = commit.message.utf8.split(separator: UInt8(ascii: "\n"))
        guard let title = lines.first, title.starts(with: Self.title.utf8) else { return nil }
        reference = named.name
        self.commit = named.commit
        self.seconds = seconds
        command = String(decoding: title.dropFirst(Self.title.utf8.count), as: UTF8.self)
        changes = lines.dropFirst().compactMap { line in
            let words = line.split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
            guard words.count == 3, words[0].utf8.starts(with: "refs/".utf8) else { return nil }
            return ReferenceChange(words[0], before: CommitID(words[1]), after: CommitID(words[2]))
        }
    }

    /// The experiments as they were before.
    var lostExperiments: [Experiment] {
        changes.compactMap { change in
            guard let reference = change.experiment, let tip = change.before else { return nil }
            return Experiment(reference: reference, tip: tip)
        }
    }

    private static let title = "git exp "

    /// The text that ``init(_:in:)`` reads.
    static func message(command: String, changes: [ReferenceChange]) -> String {
        var text = title + command + "\n\n"
        for change in changes {
            text += "\(change.name.text) \(change.before?.hex ?? "-") \(change.after?.hex ?? "-")\n"
        }
        return text
    }

    /// The name for a record that is made now; no two are the same.
    static func newName() -> String {
        let (seconds, nanoseconds) = Clock.now().quotientAndRemainder(dividingBy: 1_000_000_000)
        let fraction = String(nanoseconds)
        let padding = String(repeating: "0", count: 9 - fraction.utf8.count)
        return "\(folder)\(seconds)-\(padding)\(fraction)-\(getpid())"
    }

    /// When the record of a name was made.
    static func seconds(of name: String) -> Int64? {
        name.hasPrefix(folder) ? Int64(name.dropFirst(folder.count).prefix { $0 != "-" }) : nil
    }
}

/// All records of a repository.
package struct UndoRecords {
    private let repository: Repository
    /// How long records are kept, in days.
    package let days: Int
    /// How many they are where nothing is set.
    static let standardDays = 14

    /// - Throws: ``ExperimentError/badUndoDays(_:)`` where the setting `exp.undoDays` is no number.
    package init(_ context: ExperimentContext) throws {
        repository = context.repository
        let setting = context.settings["exp.undodays"]
        guard let days = setting.map({ Int($0) }) ?? Self.standardDays, (0...36_500).contains(days) else {
            throw ExperimentError.badUndoDays(setting ?? "")
        }
        self.days = days
    }

    /// The records, newest first.
    package func all() throws -> [UndoRecord] {
        try repository.references(below: UndoRecord.folder).reversed().compactMap { UndoRecord($0, in: repository) }
    }

    /// The references of records that are older than they are kept.
    package func expired() throws -> [NamedCommit] {
        let limit = Int64(time(nil)) - Int64(days) * 86_400
        return try repository.references(below: UndoRecord.folder).filter { record in
            UndoRecord.seconds(of: record.name).map { $0 <= limit } ?? false
        }
    }

    /// Writes the commit of a record. Nothing refers to it yet.
    ///
    /// - Parameter files: What is kept besides commits, for the commit's tree.
    /// - Returns: `nil` where nothing went, or records are not wanted.
    func write(command: String, changes: [ReferenceChange], files: [TreeChange] = []) throws -> CommitID? {
        var seen: Set<CommitID> = []
        let parents = changes.compactMap(\.before).filter { seen.insert($0).inserted }
        if parents.isEmpty || days == 0 { return nil }
        let tree = try repository.tree(repository.writeEmptyTree(), changing: files)
        return try writeCommit(tree, parents, command, changes)
    }

    private func writeCommit(
        _ tree: TreeID, _ parents: [CommitID], _ command: String, _ changes: [ReferenceChange]
    ) throws -> CommitID {
        // Who removes something need not have told git a name.
        let author = Signature(name: "git exp", email: "git-exp", seconds: Int64(time(nil)), offset: 0)
        return try repository.writeCommit(
            tree: tree, parents: parents, author: author,
            message: UndoRecord.message(command: command, changes: changes))
    }

    /// Takes an entry out of a record, which goes where it has nothing else.
    func drop(_ entry: RemovedEntry, from record: UndoRecord) throws {
        let rest = record.changes.filter { RemovedEntry($0)?.stash != entry.stash }
        var transaction = ReferenceTransaction()
        if rest.isEmpty {
            transaction.delete(record.reference, holding: record.commit)
        } else {
            var seen: Set<CommitID> = []
            let parents = rest.compactMap(\.before).filter { seen.insert($0).inserted }
            let new = try writeCommit(repository.commit(record.commit).tree, parents, record.command, rest)
            transaction.move(record.reference, from: record.commit, to: new)
        }
        try transaction.commit(in: repository)
    }

    /// Keeps a record of changes that are made elsewhere, before they are made; records that are too old go.
    ///
    /// - Returns: The record's name; `nil` where none was made.
    @discardableResult
    func keep(command: String, changes: [ReferenceChange], files: [TreeChange] = []) throws -> String? {
        guard let commit = try write(command: command, changes: changes, files: files) else { return nil }
        let name = UndoRecord.newName()
        try repository.setReference(name, to: commit, expecting: .absent)
        var transaction = ReferenceTransaction()
        for record in (try? expired()) ?? [] { transaction.delete(record.name, holding: record.commit) }
        // Where another process takes them away at this moment, the next time will do.
        try? transaction.commit(in: repository)
        return name
    }

    /// Takes entries out of a record: they were not removed after all.
    func drop(_ entries: some Sequence<QueueEntry>, from name: String) throws {
        for entry in entries {
            guard let record = try all().first(where: { $0.reference == name }),
                let removed = RemovedEntry(RemovedEntry.change(for: entry))
            else { continue }
            try drop(removed, from: record)
        }
    }
}

/// Changes references of experiments such that it can be undone.
struct ReferenceEditing {
    private let context: ExperimentContext

    init(_ context: ExperimentContext) { self.context = context }

    /// Makes all changes in one transaction with the record of them; records that are too old go on the way.
    ///
    /// - Parameters:
    ///   - command: The command's name, for the record.
    ///   - dropping: Records that are used up.
    /// - Throws: ``ExperimentError/stateMoved(_:)`` where a reference does not hold what it should.
    func perform(_ changes: [ReferenceChange], command: String, dropping: [UndoRecord] = []) throws {
        let records = try UndoRecords(context)
        var transaction = ReferenceTransaction()
        let recorded = UndoRecord.undoing.contains(command) ? changes.withLosses : changes
        if let commit = try records.write(command: command, changes: recorded) {
            transaction.create(UndoRecord.newName(), at: commit)
        }
        for change in changes {
            switch (change.before, change.after) {
            case (let before?, let after?): transaction.move(change.name.text, from: before, to: after)
            case (let before?, nil): transaction.delete(change.name.text, holding: before)
            case (nil, let after?): transaction.create(change.name.text, at: after)
            case (nil, nil): continue
            }
        }
        let used = Set(dropping.map(\.reference))
        for record in dropping { transaction.delete(record.reference, holding: record.commit) }
        for record in try records.expired() where !used.contains(record.name) {
            transaction.delete(record.name, holding: record.commit)
        }
        do {
            try transaction.commit(in: context.repository)
        } catch let error as GitError {
            guard error.code == .modified else { throw error }
            context.console.detail(error.message)
            throw ExperimentError.stateMoved("an experiment")
        }
    }
}
