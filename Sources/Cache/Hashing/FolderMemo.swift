import Diagnostics
import Files
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Remembers the hashes of the files of one tracked directory, so that a look at their status is enough to know its own.
///
/// What is remembered stands in the order of the walk, so that comparing costs no more than reading it. A file that changed
/// just before it was hashed counts as unknown, as in ``StatMemo``; a damaged memo is an empty one.
struct FolderMemo {
    private static let magic = Array("git-exp folder 1\n".utf8)
    private static let fixedLength = 52
    private let file: FilePath
    private let generation: Generation

    /// - Parameters:
    ///   - path: The directory, absolute.
    ///   - home: The folder of all these memos.
    init(of path: FilePath, _ generation: Generation, in home: FilePath) {
        self.generation = generation
        file = home.appending(MD5.hex(Array(path.string.utf8)) + (generation == .two ? "-2" : "-3"))
    }

    /// What is known of the files that are there now.
    struct Recall {
        fileprivate let bytes: [UInt8]
        /// Where the digest of each file stands, by the places of the files; below zero where it changed or is new.
        fileprivate var digests: [Int]
        /// The hash of the directory as it was when it was last hashed.
        let earlier: OutputHash
        /// Whether that is what is there now: all files are known and none is gone.
        fileprivate(set) var isSame: Bool

        /// The hash of the whole, if all files are known and none is gone.
        var hash: OutputHash? { isSame ? earlier : nil }

        /// The hash of a file by its place; `nil` where it changed or is new.
        func md5(_ index: Int) -> String? {
            let start = digests[index]
            if start < 0 { return nil }
            return bytes.withUnsafeBytes { Record.hex(UnsafeRawBufferPointer(rebasing: $0[start..<start + 16])) }
        }
    }

    /// - Parameter files: Sorted by path.
    /// - Returns: `nil` where nothing is remembered.
    func recall(_ files: [TrackedFile]) -> Recall? {
        guard let bytes = try? FileIO.read(file), bytes.starts(with: Self.magic) else { return nil }
        return bytes.withUnsafeBytes { recall(files, from: $0, bytes) }
    }

    private func recall(_ files: [TrackedFile], from raw: UnsafeRawBufferPointer, _ bytes: [UInt8]) -> Recall? {
        var reader = RecordReader(bytes: raw, next: Self.magic.count)
        guard let size = reader.word(), let count = reader.word(), let own = reader.digits() else { return nil }
        var digests: [Int] = []
        digests.reserveCapacity(files.count)
        var isSame = UInt64(files.count) == count
        var record = reader.record()
        for file in files {
            var order = 1
            while let known = record {
                order = known.compare(file)
                if order >= 0 { break }
                isSame = false
                record = reader.record()
            }
            if order == 0, let known = record {
                let matches = known.matches(file.status)
                if !matches { isSame = false }
                digests.append(matches ? known.digestOffset : -1)
                record = reader.record()
            } else {
                isSame = false
                digests.append(-1)
            }
        }
        if record != nil { isSame = false }
        let earlier = OutputHash(
            md5: own + ".dir", size: Int(truncatingIfNeeded: size), nfiles: Int(truncatingIfNeeded: count),
            generation: generation)
        return Recall(bytes: bytes, digests: digests, earlier: earlier, isSame: isSame)
    }

    /// Takes the hashes in. What cannot be written is only remembered less long.
    func record(_ files: [TrackedFile], _ entries: [ManifestEntry], _ hash: OutputHash) {
        let limit = Clock.now() - 50_000_000
        var bytes = Self.magic
        bytes.reserveCapacity(files.count * 100)
        Self.append(UInt64(truncatingIfNeeded: hash.size), to: &bytes)
        Self.append(UInt64(files.count), to: &bytes)
        Self.append(digits: hash.md5, to: &bytes)
        for (file, entry) in zip(files, entries) {
            let status = file.status
            let isSettled = max(status.modified, status.changed) < limit
            Self.append(UInt32(file.folder.prefix.utf8.count + file.name.utf8.count), to: &bytes)
            Self.append(UInt64(truncatingIfNeeded: status.size), to: &bytes)
            Self.append(UInt64(bitPattern: status.modified), to: &bytes)
            Self.append(isSettled ? UInt64(bitPattern: status.changed) : 0, to: &bytes)
            Self.append(status.inode, to: &bytes)
            Self.append(digits: entry.md5, to: &bytes)
            bytes += file.folder.prefix.utf8
            bytes += file.name.utf8
        }
        do {
            try FileIO.makeDirectories(self.file.parent)
            try FileIO.replace(self.file, with: bytes, sync: false)
        } catch {}
    }

    private static func append(_ word: some FixedWidthInteger, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
    }

    private static func append(digits md5: String, to bytes: inout [UInt8]) {
        func value(_ digit: UInt8) -> UInt8 { digit < 0x3A ? digit - 0x30 : digit - 0x57 }
        var high: UInt8?
        for digit in md5.utf8.prefix(32) {
            if let first = high {
                bytes.append(value(first) << 4 | value(digit))
                high = nil
            } else {
                high = digit
            }
        }
    }

    /// A file as it was.
    private struct Record {
        let fixed: UnsafeRawBufferPointer
        let path: UnsafeRawBufferPointer
        /// Where the digest stands in the memo.
        let digestOffset: Int

        /// Below zero where the path comes before that of the file, zero where they are the same.
        func compare(_ file: TrackedFile) -> Int {
            let order = compare(file.folder.prefix, from: 0)
            if order != 0 { return order }
            let start = file.folder.prefix.utf8.count
            let rest = compare(file.name, from: start)
            return rest != 0 ? rest : path.count - start - file.name.utf8.count
        }

        /// How the path from `start` on compares with a text of which it may be only the beginning.
        private func compare(_ text: String, from start: Int) -> Int {
            var text = text
            return text.withUTF8 { text in
                let common = min(path.count - start, text.count)
                guard common > 0, let own = path.baseAddress, let other = text.baseAddress else {
                    return path.count - start < text.count ? -1 : 0
                }
                let order = Int(memcmp(own + start, other, common))
                return order != 0 ? order : common < text.count ? -1 : 0
            }
        }

        private func word(_ offset: Int) -> UInt64 {
            UInt64(littleEndian: fixed.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }

        func matches(_ status: FileStatus) -> Bool {
            word(4) == UInt64(truncatingIfNeeded: status.size) && word(12) == UInt64(bitPattern: status.modified)
                && word(20) == UInt64(bitPattern: status.changed) && word(28) == status.inode
        }

        static func hex(_ bytes: UnsafeRawBufferPointer) -> String {
            func digit(_ nibble: UInt8) -> UInt8 { nibble < 10 ? 0x30 + nibble : 0x57 + nibble }
            return String(unsafeUninitializedCapacity: 32) { buffer in
                for (index, byte) in bytes.enumerated() {
                    buffer[2 * index] = digit(byte >> 4)
                    buffer[2 * index + 1] = digit(byte & 0xF)
                }
                return 32
            }
        }
    }

    /// Reads the memo's fields; every read beyond the end gives `nil`.
    private struct RecordReader {
        let bytes: UnsafeRawBufferPointer
        var next: Int

        mutating func word() -> UInt64? {
            guard next + 8 <= bytes.count else { return nil }
            defer { next += 8 }
            return UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: next, as: UInt64.self))
        }

        mutating func digits() -> String? {
            guard next + 16 <= bytes.count else { return nil }
            defer { next += 16 }
            return Record.hex(UnsafeRawBufferPointer(rebasing: bytes[next..<(next + 16)]))
        }

        mutating func record() -> Record? {
            let start = next
            let end = start + FolderMemo.fixedLength
            guard end <= bytes.count else { return nil }
            let length = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self)))
            guard end + length <= bytes.count else { return nil }
            next = end + length
            return Record(
                fixed: UnsafeRawBufferPointer(rebasing: bytes[start..<end]),
                path: UnsafeRawBufferPointer(rebasing: bytes[end..<next]), digestOffset: start + 36)
        }
    }
}
