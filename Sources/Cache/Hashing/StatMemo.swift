import Files
import Formats
import SystemPackage

/// Remembers the hash of each file by what the system says of it, so that what did not change is not read again.
///
/// A file that changed just before it was hashed may change again without a visible sign; like git, the memo does
/// not rely on such an entry. A damaged memo is an empty one.
package final class StatMemo: @unchecked Sendable {
    private struct Key: Hashable {
        let path: FilePath
        let generation: Generation
    }

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

    private static let magic = Array("git-exp hashes 1\n".utf8)
    private let file: FilePath
    private let lock = Mutex()
    private var entries: [Key: Entry]?
    private var isChanged = false

    /// A memo in this file, read at its first use.
    package init(file: FilePath) { self.file = file }

    /// The hash of the file, if it is known and the file did not change since.
    package func md5(of path: FilePath, _ status: FileStatus, _ generation: Generation) -> String? {
        lock.with {
            guard let entry = loaded()[Key(path: path, generation: generation)], entry.matches(status) else {
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
            let entry = Entry(
                size: status.size, modified: status.modified, changed: status.changed, inode: status.inode, md5: md5)
            entries?[Key(path: path, generation: generation)] = entry
            isChanged = true
        }
    }

    private func loaded() -> [Key: Entry] {
        if let entries { return entries }
        let read = Self.read(file)
        entries = read
        return read
    }

    private static func read(_ file: FilePath) -> [Key: Entry] {
        guard let bytes = try? FileIO.read(file), bytes.starts(with: magic) else { return [:] }
        var result: [Key: Entry] = [:]
        var reader = ByteReader(bytes, at: magic.count)
        while !reader.isAtEnd {
            guard let length = reader.word(), let path = reader.text(Int(length)), let size = reader.word(),
                let modified = reader.word(), let changed = reader.word(), let inode = reader.word(),
                let md5 = reader.text(32), let generation = reader.word()
            else { return [:] }
            let key = Key(path: FilePath(path), generation: generation == 2 ? .two : .three)
            result[key] = Entry(
                size: Int(truncatingIfNeeded: size), modified: Int64(truncatingIfNeeded: modified),
                changed: Int64(truncatingIfNeeded: changed), inode: inode, md5: md5)
        }
        return result
    }

    /// Writes the memo, if anything came in. What cannot be written is only remembered less long.
    package func save() {
        lock.with {
            guard isChanged, let entries else { return }
            var bytes = Self.magic
            for (key, entry) in entries {
                let path = Array(key.path.string.utf8)
                Self.append(UInt64(path.count), to: &bytes)
                bytes += path
                for word in [
                    UInt64(truncatingIfNeeded: entry.size), UInt64(bitPattern: entry.modified),
                    UInt64(bitPattern: entry.changed), entry.inode,
                ] { Self.append(word, to: &bytes) }
                bytes += Array(entry.md5.utf8)
                Self.append(key.generation == .two ? 2 : 3, to: &bytes)
            }
            do {
                try FileIO.makeDirectories(file.removingLastComponent())
                try FileIO.replace(file, with: bytes, sync: false)
                isChanged = false
            } catch {}
        }
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
