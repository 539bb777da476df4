import Diagnostics
import Files
import SystemPackage

/// Remembers of which directories the cache holds every file, so that a look at the cache's folders is enough to know.
///
/// A file that comes into the cache or goes changes the time of its folder. Only the objects in folders that changed
/// since are looked for again.
struct CompletenessMemo {
    private static let magic = Array("git-exp complete 2\n".utf8)
    /// So many directories are remembered.
    private static let limit = 20
    private let file: FilePath
    private let store: ObjectStore
    private let generation: Generation

    /// The state of the 256 folders for objects, one word for each.
    struct Signature {
        /// Zero for a folder that changed just now: it may change again without a sign, so it is never relied on.
        fileprivate let words: [UInt64]
    }

    /// - Parameter home: The folder of all memos.
    init(_ store: ObjectStore, _ generation: Generation, in home: FilePath) {
        self.store = store
        self.generation = generation
        file = home.appending("complete")
    }

    /// What the folders of the cache look like now.
    func signature() throws -> Signature {
        let limit = Clock.now() - 50_000_000
        let words = try (0..<256).map { number in
            let name = (number < 16 ? "0" : "") + String(number, radix: 16)
            let folder = store.path(of: name + "object", generation).parent
            guard let status = try FileStatus.of(folder, followingLinks: true) else { return UInt64(1) }
            if max(status.modified, status.changed) >= limit { return 0 }
            // Times of different folders are hardly ever the same, but the folder may be another one of the same time.
            return UInt64(bitPattern: status.modified) &+ status.inode &* 0x9E37_79B9_7F4A_7C15
                &+ status.device &* 0xC2B2_AE3D_27D4_EB4F
        }
        return Signature(words: words)
    }

    /// The folders in which objects of a directory may be missing: all of them where the directory is not known.
    func doubtful(_ hash: OutputHash, _ now: Signature) -> DoubtfulFolders {
        guard let then = entries().first(where: { $0.name == Self.name(hash) })?.words else { return .all }
        return DoubtfulFolders(flags: zip(then, now.words).map { $0 != $1 || $0 == 0 })
    }

    /// Takes in that the cache holds a directory's list and every file on it.
    ///
    /// - Parameter signature: From before the objects were looked for.
    func record(_ hash: OutputHash, _ signature: Signature) {
        let name = Self.name(hash)
        var entries = entries()
        if let same = entries.first, same.name == name, same.words == signature.words { return }
        entries.removeAll { $0.name == name }
        entries.insert((name, signature.words), at: 0)
        var bytes = Self.magic
        for (name, words) in entries.prefix(Self.limit) {
            bytes += name
            for word in words { withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) } }
        }
        try? FileIO.makeDirectories(file.parent)
        try? FileIO.replace(file, with: bytes, sync: false)
    }

    /// Whether the cache holds a directory's list and every file on it.
    func contains(_ hash: OutputHash) throws -> Bool {
        guard hash.isDirectory, (hash.nfiles ?? 0) >= 512, ObjectStore.isObjectName(hash.md5) else {
            return try store.contains(hash)
        }
        let now = try signature()
        let doubtful = doubtful(hash, now)
        if doubtful.isEmpty { return true }
        guard try store.hasObject(hash.md5, generation) else { return false }
        for entry in try store.manifest(of: hash) where doubtful.contains(entry.md5) {
            guard try store.hasObject(entry.md5, generation) else { return false }
        }
        record(hash, now)
        return true
    }

    private static let nameLength = 33

    /// The digits of a directory's hash, and its generation.
    private static func name(_ hash: OutputHash) -> [UInt8] {
        Array(hash.md5.utf8.prefix(32)) + [UInt8(ascii: hash.generation == .two ? "2" : "3")]
    }

    /// A damaged memo is an empty one.
    private func entries() -> [(name: [UInt8], words: [UInt64])] {
        let length = Self.nameLength + 256 * 8
        guard let bytes = try? FileIO.read(file), bytes.starts(with: Self.magic),
            (bytes.count - Self.magic.count) % length == 0
        else { return [] }
        return bytes.withUnsafeBytes { raw in
            stride(from: Self.magic.count, to: bytes.count, by: length).map { start in
                let words = (0..<256).map { number in
                    UInt64(
                        littleEndian: raw.loadUnaligned(
                            fromByteOffset: start + Self.nameLength + number * 8, as: UInt64.self))
                }
                return (Array(bytes[start..<start + Self.nameLength]), words)
            }
        }
    }
}

/// Folders of the cache, by the first two digits of their objects.
struct DoubtfulFolders {
    static let all = DoubtfulFolders(flags: Array(repeating: true, count: 256))
    fileprivate let flags: [Bool]

    var isEmpty: Bool { !flags.contains(true) }

    /// Whether an object lies in one of the folders.
    func contains(_ md5: String) -> Bool {
        var number = 0
        for digit in md5.utf8.prefix(2) { number = number << 4 | Int(digit < 0x3A ? digit &- 0x30 : digit &- 0x57) }
        return flags.indices.contains(number) ? flags[number] : true
    }
}
