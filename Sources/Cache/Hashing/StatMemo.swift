import Diagnostics
import Files
import Formats
import SystemPackage

/// Remembers the hash of each file by what the system says of it, so that what did not change is not read again.
///
/// A file that changed just before it was hashed may change again without a visible sign; like git, the memo does
/// not rely on such an entry. A damaged memo is an empty one.
package final class StatMemo: @unchecked Sendable {
    private struct Entry {
        let size: Int
        let modified: Int64
        let changed: Int64
        let inode: UInt64
        let md5: String

        func matches(_ status: FileStatus) -> Bool {
            size == status.size && modified == status.modified && changed == status.changed && inode == status.inode
        }
    }

    /// Those of each generation by path.
    private struct Entries {
        var two: [FilePath: Entry] = [:]
        var three: [FilePath: Entry] = [:]

        subscript(_ path: FilePath, _ generation: Generation) -> Entry? {
            get { generation == .two ? two[path] : three[path] }
            set {
                if generation == .two { two[path] = newValue } else { three[path] = newValue }
            }
        }
    }

    private static let magic = Array("git-exp hashes 1\n".utf8)
    /// What hashing a file takes beside its content, and writing a memo, in bytes that could be hashed meanwhile.
    private static let workPerFile = 8192
    private static let workOfSaving = 262_144
    private let file: FilePath
    private let lock = Mutex()
    private var entries: Entries?
    private var unsavedWork = 0

    /// A memo in this file, read at its first use.
    package init(file: FilePath) { self.file = file }

    /// The hash of the file, if it is known and the file did not change since.
    package func md5(of path: FilePath, _ status: FileStatus, _ generation: Generation) -> String? {
        lock.with {
            guard let entry = loaded()[path, generation], entry.matches(status) else {
                return nil
            }
            return entry.md5
        }
    }

    /// Takes a hash in, if the file is old enough to be told from a later change.
    package func record(_ md5: String, of path: FilePath, _ status: FileStatus, _ generation: Generation) {
        guard max(status.modified, status.changed) < Clock.now() - 50_000_000 else { return }
        lock.with {
            _ = loaded()
            entries?[path, generation] = Entry(
                size: status.size, modified: status.modified, changed: status.changed, inode: status.inode, md5: md5)
            unsavedWork += Self.workPerFile + status.size
        }
    }

    private func loaded() -> Entries {
        if let entries { return entries }
        let read = Self.read(file)
        entries = read
        return read
    }

    private static func read(_ file: FilePath) -> Entries {
        guard let bytes = try? FileIO.read(file), bytes.starts(with: magic) else { return Entries() }
        var result = Entries()
        var reader = ByteReader(bytes, at: magic.count)
        while !reader.isAtEnd {
            guard let length = reader.word(), let path = reader.text(Int(length)), let size = reader.word(),
                let modified = reader.word(), let changed = reader.word(), let inode = reader.word(),
                let md5 = reader.text(32), let generation = reader.word()
            else { return Entries() }
            result[FilePath(path), generation == 2 ? .two : .three] = Entry(
                size: Int(truncatingIfNeeded: size), modified: Int64(truncatingIfNeeded: modified),
                changed: Int64(truncatingIfNeeded: changed), inode: inode, md5: md5)
        }
        return result
    }

    /// Writes the memo, if what came in took longer than writing does. What cannot be written is only remembered less
    /// long.
    package func save() {
        lock.with {
            guard unsavedWork >= Self.workOfSaving, let entries else { return }
            var bytes = Self.magic
            for (path, entry) in entries.two { Self.append(entry, of: path, generation: 2, to: &bytes) }
            for (path, entry) in entries.three { Self.append(entry, of: path, generation: 3, to: &bytes) }
            do {
                try FileIO.makeDirectories(file.parent)
                try FileIO.replace(file, with: bytes, sync: false)
                unsavedWork = 0
            } catch {}
        }
    }

    private static func append(_ entry: Entry, of path: FilePath, generation: UInt64, to bytes: inout [UInt8]) {
        let name = Array(path.string.utf8)
        append(UInt64(name.count), to: &bytes)
        bytes += name
        for word in [
            UInt64(truncatingIfNeeded: entry.size), UInt64(bitPattern: entry.modified),
            UInt64(bitPattern: entry.changed), entry.inode,
        ] { append(word, to: &bytes) }
        bytes += Array(entry.md5.utf8)
        append(generation, to: &bytes)
    }

    private static func append(_ word: UInt64, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
    }
}

/// Reads a memo's fields; every read beyond the end gives `nil`.
private struct ByteReader {
    private let bytes: [UInt8]
    private var index: Int

    init(_ bytes: [UInt8], at index: Int) {
        self.bytes = bytes
        self.index = index
    }

    var isAtEnd: Bool { index == bytes.count }

    mutating func word() -> UInt64? {
        guard bytes.count - index >= 8 else { return nil }
        defer { index += 8 }
        return bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: index, as: UInt64.self)) }
    }

    mutating func text(_ count: Int) -> String? {
        guard count >= 0, bytes.count - index >= count else { return nil }
        defer { index += count }
        return String(decoding: bytes[index..<index + count], as: UTF8.self)
    }
}
