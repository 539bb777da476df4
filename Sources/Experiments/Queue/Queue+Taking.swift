import Files
import SystemPackage

extension Queue {
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
    func move(_ source: FilePath, _ destination: FilePath) throws -> Bool {
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
        if try messages(in: folder.taken).contains(where: { try $0.isOurs && !isFiled($0) }) { return true }
        // One that was put back between these looks was in neither place.
        return try !messages(in: folder.waiting).isEmpty
    }
}
