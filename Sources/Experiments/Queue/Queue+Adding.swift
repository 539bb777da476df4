import Diagnostics
import Files
import Formats
import Git
import SystemPackage

extension Queue {
    /// A run that is frozen, and has a file with its message beside the queue.
    private struct Prepared {
        let run: FrozenRun
        let message: QueueMessage
        let file: FilePath
    }

    /// Freezes runs and puts them at the end of the queue: all of them, or none.
    ///
    /// - Parameters:
    ///   - origin: What the runs start from.
    ///   - copies: Files and folders that git does not have but the runs need, as seen from the folder of the call.
    /// - Returns: The experiments' names.
    /// - Throws: What a run refuses before it starts.
    package func add(
        _ requests: [RunRequest], from origin: RunFreezing.Origin, copying copies: [String]
    ) throws -> [String] {
        let extras = try CopiedPaths(copies, in: context)
        try folder.make()
        // A name must not be given twice.
        let turn = try FileLock(folder.own.appending("lock"), patience: 60_000)
        defer { withExtendedLifetime(turn) {} }
        var promised = Set(try entries().filter(\.state.isOpen).map { ExactString($0.name) })
        let freezing = RunFreezing(context)
        let runs = try requests.map { request in
            let run = try freezing.freeze(request, from: origin) { promised.contains(ExactString($0)) }
            promised.insert(ExactString(run.reference.name))
            return run
        }
        var prepared: [Prepared] = []
        do {
            try exclusively {
                let stash = QueueStash(QueueStash.waiting, in: repository)
                for run in runs {
                    try keep(run.stash)
                    try stash.push(run.stash)
                }
            }
            var last = try FileIO.list(folder.waiting)?.last?.name
            for (request, run) in zip(requests, runs) {
                prepared.append(try prepare(request, run, from: origin, copying: extras, after: last))
                last = prepared.last?.message.file
            }
        } catch {
            try? exclusively {
                let stash = QueueStash(QueueStash.waiting, in: repository)
                for run in runs {
                    try stash.drop(run.stash)
                    try letGo(run.stash)
                }
            }
            for entry in prepared { try? FileIO.remove(entry.file) }
            throw error
        }
        for entry in prepared { try FileIO.move(entry.file, to: folder.waiting.appending(entry.message.file)) }
        try replaceOlder(than: zip(requests, runs).compactMap { $0.options.force ? $1 : nil })
        return runs.map(\.reference.name)
    }

    /// Takes entries out that wait under the names of new ones; `git exp undo` brings them back.
    private func replaceOlder(than runs: [FrozenRun]) throws {
        if runs.isEmpty { return }
        let older = try entries().filter { entry in
            entry.state.isWaiting
                && runs.contains { run in
                    run.stash != entry.stash && run.reference.baseline == entry.baseline
                        && run.reference.name.isIdentical(to: entry.name)
                }
        }
        if older.isEmpty { return }
        do {
            try remove(older)
        } catch let error as any UserFacingError {
            // What is new is in the queue already, so this is no failure.
            context.console.warn("not all that waited under these names was replaced: " + error.message)
            context.console.hint("'git exp queue status' shows what runs besides the new ones")
            return
        }
        let names = older.map { "'\(Console.sanitized($0.name))'" }.joined(separator: ", ")
        context.console.note("Replaced what waited in the queue as \(names)")
    }

    private func prepare(
        _ request: RunRequest, _ run: FrozenRun, from origin: RunFreezing.Origin, copying extras: CopiedPaths,
        after last: String?
    ) throws -> Prepared {
        let message = QueueMessage(run, copies: extras.texts, message: request.message, after: last)
        let startsOver = if case .workspaceAnew = origin { true } else { request.reset }
        try QueueOptions(run, request, startsOver: startsOver).write(to: folder.file(.options, of: run.stash))
        let bytes = message.bytes(
            root: folder.root, top: (repository.workTree ?? folder.root).lexicallyNormalized())
        let file = folder.own.appending(message.file)
        try FileIO.replace(file, with: bytes, sync: context.isDurable)
        return Prepared(run: run, message: message, file: file)
    }
}
