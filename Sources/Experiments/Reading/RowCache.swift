import Files
import Git
import SystemPackage

/// Remembers what commits hold, so that a later `show` does not read and parse them again.
///
/// A commit never changes, so an entry is never stale. A damaged file is an empty one, and one that cannot be written
/// is missed by nobody. Entries are decoded when they are asked for.
package final class RowCache: @unchecked Sendable {
    /// What is remembered of a commit.
    struct Entry {
        let seconds: Int64
        let parent: CommitID?
        let data: RevisionData
    }

    /// Names the format; files of another one are not read.
    private static let magic = Array("git-exp rows 4\n".utf8)
    private let file: FilePath
    private let lock = Mutex()
    private let bytes: [UInt8]
    private var places: [CommitID: Range<Int>] = [:]
    private var added: [(id: CommitID, payload: [UInt8])] = []

    /// - Parameter ignoringOld: Whether to begin without what the file holds.
    package init(file: FilePath, ignoringOld: Bool = false) {
        self.file = file
        let read = ignoringOld ? nil : (try? FileIO.read(file)) ?? nil
        // A file that has grown beyond reason holds experiments that are long gone.
        guard let read, read.starts(with: Self.magic), read.count < 64 << 20 else {
            bytes = []
            return
        }
        bytes = read
        var reader = RowDecoder(read, at: Self.magic.count)
        while !reader.isAtEnd {
            guard let id = reader.text().flatMap({ CommitID($0) }), let length = reader.count(),
                let place = reader.skip(length)
            else {
                places = [:]
                return
            }
            places[id] = place
        }
    }

    func entry(_ id: CommitID) -> Entry? {
        guard let place = places[id] else { return nil }
        var reader = RowDecoder(bytes, at: place.lowerBound)
        return reader.entry()
    }

    func add(_ entry: Entry, for id: CommitID) {
        var encoder = RowEncoder()
        encoder.put(entry)
        lock.with { added.append((id, encoder.bytes)) }
    }

    /// Writes what came in since the file was read.
    package func save() {
        lock.with {
            guard !added.isEmpty else { return }
            var encoder = RowEncoder()
            for (id, payload) in added {
                encoder.put(id.hex)
                encoder.put(count: payload.count)
                encoder.bytes += payload
            }
            do {
                try FileIO.makeDirectories(file.parent)
                try FileIO.replace(file, with: (bytes.isEmpty ? Self.magic : bytes) + encoder.bytes, sync: false)
                added = []
            } catch {}
        }
    }
}
