import Files
import SystemPackage

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
        /// By the places of the files; `nil` for those that changed or are new.
        let md5s: [String?]
        /// The hash of the whole, if all files are known and none is gone.
        let hash: OutputHash?
    }

    /// - Parameter files: Sorted by path.
    /// - Returns: `nil` where nothing is remembered. With `onlyWhole` the hashes of single files are left out.
    func recall(_ files: [TrackedFile], onlyWhole: Bool) -> Recall? {
        guard let bytes = try? FileIO.read(file), bytes.starts(with: Self.magic) else { return nil }
        return bytes.withUnsafeBytes { recall(files, from: $0, onlyWhole) }
    }

    private func recall(_ files: [TrackedFile], from bytes: UnsafeRawBufferPointer, _ onlyWhole: Bool) -> Recall? {
        var reader = RecordReader(bytes: bytes, next: Self.magic.count)
        guard let size = reader.word(), let count = reader.word(), let own = reader.digits() else { return nil }
        var md5s: [String?] = []
        if !onlyWhole { md5s.reserveCapacity(files.count) }
        var isWhole = UInt64(files.count) == count
        var record = reader.record()
        for file in files {
            var path = file.relative
            let order = path.withUTF8 { name -> Int in
                while let known = record {
                    let order = known.compare(name)
                    if order >= 0 { return order }
                    isWhole = false
                    record = reader.record()
                }
                return 1
            }
            if order == 0, let known = record, known.matches(file.status) {
                if !onlyWhole { md5s.append(known.md5) }
                record = reader.record()
                continue
            }
            isWhole = false
            if onlyWhole { break }
            if order == 0 { record = reader.record() }
            md5s.append(nil)
        }
        if record != nil { isWhole = false }
        let hash = OutputHash(
            md5: own + ".dir", size: Int(truncatingIfNeeded: size), nfiles: files.count, generation: generation)
        return Recall(md5s: md5s, hash: isWhole ? hash : nil)
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
            Self.append(UInt32(file.relative.utf8.count), to: &bytes)
            Self.append(UInt64(truncatingIfNeeded: status.size), to: &bytes)
            Self.append(UInt64(bitPattern: status.modified), to: &bytes)
            Self.append(isSettled ? UInt64(bitPattern: status.changed) : 0, to: &bytes)
            Self.append(status.inode, to: &bytes)
            Self.append(digits: entry.md5, to: &bytes)
            bytes += file.relative.utf8
        }
        do {
            try FileIO.makeDirectories(self.file.removingLastComponent())
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

        /// Below zero where the path comes before `name`, zero where they are the same.
        func compare(_ name: UnsafeBufferPointer<UInt8>) -> Int {
            let common = min(path.count, name.count)
            for index in 0..<common where path[index] != name[index] { return path[index] < name[index] ? -1 : 1 }
            return path.count - name.count
        }

        private func word(_ offset: Int) -> UInt64 {
            UInt64(littleEndian: fixed.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }

        func matches(_ status: FileStatus) -> Bool {
            word(4) == UInt64(truncatingIfNeeded: status.size) && word(12) == UInt64(bitPattern: status.modified)
                && word(20) == UInt64(bitPattern: status.changed) && word(28) == status.inode
        }

        var md5: String { Self.hex(UnsafeRawBufferPointer(rebasing: fixed[36..<52])) }

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
                path: UnsafeRawBufferPointer(rebasing: bytes[end..<next]))
        }
    }
}
