import Files
import Git

/// Brings back what commands removed or replaced.
package struct Undoing {
    private let context: ExperimentContext
    private var repository: Repository { context.repository }

    /// Takes the repository; no record is read yet.
    package init(_ context: ExperimentContext) { self.context = context }

    /// What an undo did, or would do.
    package struct Report {
        /// The command that is undone.
        package let command: String
        /// When it was given, in seconds since 1970, UTC.
        package let seconds: Int64
        /// Experiments that are there again.
        package let restored: [ExperimentReference]
        /// Experiments that are gone, because the command had made their references.
        package let removed: [ExperimentReference]
        /// The names of entries that are in the queue again.
        package let queued: [String]
    }

    /// What can be brought back, newest first.
    package func records() throws -> [UndoRecord] { try UndoRecords(context).all() }

    /// Undoes the last command that removed or replaced something and is not undone yet.
    ///
    /// - Parameters:
    ///   - force: Whether experiments go that have the names of those to be brought back.
    ///   - isDryRun: Whether nothing changes.
    /// - Throws: ``ExperimentError/nothingToUndo``, ``ExperimentError/existsAgain(_:)``, and
    ///   ``ExperimentError/nameTaken(_:baseline:hint:)`` for an entry of the queue.
    package func undo(force: Bool, isDryRun: Bool) throws -> Report {
        guard let report = try exclusively({ try undoLast(force: force, isDryRun: isDryRun) }) else {
            throw ExperimentError.nothingToUndo
        }
        return report
    }

    /// Keeps others from changing references, and the queue where that is about to change; it can be busy for long.
    private func exclusively<Value>(_ body: () throws -> Value?) throws -> Value? {
        func locked() throws -> Value? {
            var value: Value?
            try ProjectLock(context).exclusively { value = try body() }
            return value
        }
        guard try records().contains(where: { !$0.removedEntries.isEmpty }) else { return try locked() }
        return try Queue(context).keepingStill(locked)
    }

    private func undoLast(force: Bool, isDryRun: Bool) throws -> Report? {
        let queue = Queue(context)
        var usedUp: [UndoRecord] = []
        for record in try records() where !UndoRecord.undoing.contains(record.command) {
            var changes = try self.changes(undoing: record, force: force)
            let (entries, obstacles) = try queue.missingEntries(of: record)
            if !isDryRun { usedUp.append(record) }
            // What is there already was restored one by one. Entries leave the record when they are, so where all are
            // there this is what an undo began that was killed.
            if changes.isEmpty, record.removedEntries.isEmpty { continue }
            for experiment in obstacles {
                guard force else { throw ExperimentError.existsAgain(experiment.name) }
                changes.append(ReferenceChange(experiment.reference.fullName, before: experiment.tip, after: nil))
            }
            if !isDryRun {
                try queue.bringBack(entries, from: record)
                try ReferenceEditing(context).perform(changes, command: "undo", dropping: usedUp)
            }
            return Report(
                command: record.command, seconds: record.seconds,
                restored: changes.filter { $0.after != nil }.compactMap(\.experiment),
                removed: changes.filter { $0.after == nil }.compactMap(\.experiment),
                queued: record.removedEntryNames)
        }
        return nil
    }

    /// The changes that turn the references back; those that are as they were are left out.
    private func changes(undoing record: UndoRecord, force: Bool) throws -> [ReferenceChange] {
        let now = try currentCommits(of: record.changes)
        var result: [ReferenceChange] = []
        for change in record.changes where RemovedEntry(change) == nil {
            let current = now[change.name]
            if current == change.before { continue }
            if change.experiment == nil {
                // What the workspace holds may be another commit by now.
                if current == nil || current == change.after {
                    result.append(ReferenceChange(change.name.text, before: current, after: change.before))
                }
                continue
            }
            if let current, !force, !isGrown(current, from: change.after) {
                throw ExperimentError.existsAgain(change.experiment?.name ?? change.name.text)
            }
            result.append(ReferenceChange(change.name.text, before: current, after: change.before))
        }
        return result
    }

    /// Whether a reference holds what the command made it hold, or checkpoints on top of that.
    private func isGrown(_ current: CommitID, from commit: CommitID?) -> Bool {
        guard let commit else { return false }
        // A commit that is lost meanwhile is nobody's ancestor.
        return (try? repository.isAncestor(commit, of: current)) ?? false
    }

    private func currentCommits(of changes: [ReferenceChange]) throws -> [ExactString: CommitID] {
        var result: [ExactString: CommitID] = [:]
        if changes.count < 100 {
            for change in changes { result[change.name] = try repository.commit(named: change.name.text) }
            return result
        }
        for reference in try repository.references(below: "refs/exps/") {
            result[ExactString(reference.name)] = reference.commit
        }
        return result
    }

    /// What was brought back.
    package enum Restored {
        case experiment(Experiment)
        /// An entry of the queue, which was taken out before it ran.
        case entry
    }

    /// Brings back one experiment that was removed or replaced, or taken out of the queue: the last one of the name.
    ///
    /// - Parameters:
    ///   - text: Its name, or its full reference.
    ///   - newName: What it is called from now on; `nil` keeps the name. Entries of the queue keep theirs.
    /// - Throws: ``ExperimentError/nothingToRestore(_:)``, ``ExperimentError/nameTaken(_:baseline:hint:)``.
    package func restore(_ text: String, as newName: String?) throws -> Restored {
        if let newName { try context.checkName(newName) }
        let restored: Restored? = try exclusively {
            for record in try records() {
                if let lost = try lost(text, in: record) { return .experiment(try restore(lost, as: newName)) }
                if newName == nil, try requeue(text, of: record) { return .entry }
            }
            return nil
        }
        guard let restored else { throw ExperimentError.nothingToRestore(text) }
        return restored
    }

    private func restore(_ lost: Experiment, as newName: String?) throws -> Experiment {
        let name = newName ?? lost.name
        let target = ExperimentReference(baseline: lost.baseline, name: name)
        if try repository.commit(named: target.fullName) != nil {
            throw ExperimentError.nameTaken(
                name, baseline: target.baseline.short, hint: "choose another name with '-n NAME'")
        }
        try ReferenceEditing(context).perform(
            [ReferenceChange(target.fullName, before: nil, after: lost.tip)], command: "restore")
        return Experiment(reference: target, tip: lost.tip)
    }

    /// The experiment that a record lost under this name and that is not there now.
    private func lost(_ text: String, in record: UndoRecord) throws -> Experiment? {
        let found = try record.changes.withLosses.compactMap { change -> Experiment? in
            guard let reference = change.experiment, let tip = change.before else { return nil }
            let isMeant = [reference.name, reference.fullName].contains { $0.utf8.elementsEqual(text.utf8) }
            guard isMeant, try repository.commit(named: reference.fullName) != tip else { return nil }
            return Experiment(reference: reference, tip: tip)
        }
        if found.count > 1 { throw ExperimentError.ambiguous(text, references: found.map(\.reference.fullName)) }
        return found.first
    }

    /// Puts the entry of this name back into the queue, and takes it out of the record.
    ///
    /// - Returns: Whether the record has one that is not in the queue.
    private func requeue(_ text: String, of record: UndoRecord) throws -> Bool {
        let queue = Queue(context)
        let present = try queue.exists ? queue.entries() : []
        let entry = record.removedEntries.first { entry in
            entry.isMeant(by: text) && !present.contains { $0.stash == entry.stash }
        }
        guard let entry else { return false }
        if let experiment = try queue.obstacle(of: entry, in: record, among: present) {
            throw ExperimentError.nameTaken(
                experiment.name, baseline: experiment.baseline.short, hint: "rename that one with 'git exp rename'")
        }
        try queue.bringBack([entry], from: record)
        try UndoRecords(context).drop(entry, from: record)
        return true
    }
}
