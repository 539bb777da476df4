import Diagnostics
import Files
import SystemPackage

/// Hashes files and directories of the workspace, and stores them on the way where that is asked for.
///
/// Paths are absolute. One object serves one command; it may be used from several threads.
package struct DataReader: Sendable {
    /// The cache; where something is stored, it goes there.
    package let store: ObjectStore
    /// The hashes of files that were read before; what is read is noted here.
    package let memo: StatMemo
    /// The project's folder, to which the rules of `.dvcignore` are relative.
    package let root: FilePath
    /// The project's `.dvcignore` files; what they name is no part of a directory's data.
    package let ignoring: IgnoreRules
    /// Shows how far long work with the data is.
    package let progress: Progress
    /// Which directories are known to share nothing with the cache.
    let privateData = PrivateData()

    /// Files up to this size are read whole and hashed side by side.
    static let laneLimit = 1 << 20

    /// Takes what it works with; nothing is read yet.
    package init(
        store: ObjectStore, memo: StatMemo, root: FilePath, ignoring: IgnoreRules = IgnoreRules(),
        progress: Progress = .none
    ) {
        self.progress = progress
        self.store = store
        self.memo = memo
        self.root = root
        self.ignoring = ignoring
    }

    /// The hash of a file or a directory.
    ///
    /// - Parameter saving: Whether the contents are also stored in the cache.
    /// - Returns: `nil` where nothing is there.
    /// - Throws: ``CacheError`` for what cannot be tracked or changes while it is read; ``FileError``.
    package func hash(_ path: FilePath, generation: Generation, saving: Bool) throws -> OutputHash? {
        guard let status = try FileStatus.of(path, followingLinks: true) else {
            if try FileStatus.of(path, followingLinks: false) != nil { throw CacheError.danglingLink(path) }
            return nil
        }
        switch status.kind {
        case .directory: return try directory(path, generation, saving)
        case .file:
            return try progress.during(Self.work(saving), files: 1, bytes: status.size) { meter in
                try file(path, status, generation, saving, meter)
            }
        case .symlink, .other: throw CacheError.notHashable(path, kind: try FileNature.describe(path))
        }
    }

    private static func work(_ saving: Bool) -> String { saving ? "Storing data" : "Hashing data" }

    private func file(
        _ path: FilePath, _ status: FileStatus, _ generation: Generation, _ saving: Bool, _ meter: ProgressMeter?
    ) throws -> OutputHash {
        if let md5 = memo.md5(of: path, status, generation), try !saving || store.hasTrustedObject(md5, generation) {
            return OutputHash(
                md5: md5, size: status.size, isExecutable: status.isExecutable, generation: generation)
        }
        let digest =
            saving
            ? try ingest(path, generation, meter)
            : try FileHasher.digest(of: path, generation: generation, meter: meter)
        memo.record(digest.md5, of: path, digest.status, generation)
        return OutputHash(
            md5: digest.md5, size: digest.size, isExecutable: digest.status.isExecutable, generation: generation)
    }

    /// Copies a file into the cache while hashing it.
    private func ingest(
        _ path: FilePath, _ generation: Generation, _ meter: ProgressMeter?
    ) throws -> FileHasher.Digest {
        let draft = try store.draft()
        do {
            let digest = try FileHasher.read(path, generation: generation, into: draft.file, meter: meter)
            if try store.hasTrustedObject(digest.md5, generation) {
                draft.discard()
            } else {
                try store.place(draft, as: digest.md5, generation)
            }
            return digest
        } catch {
            draft.discard()
            throw error
        }
    }

    /// The files of a directory with their hashes, sorted by path.
    ///
    /// - Returns: The entries, and the sum of the sizes in bytes.
    /// - Throws: What ``hash(_:generation:saving:)`` throws.
    package func entries(
        of path: FilePath, generation: Generation, saving: Bool
    ) throws -> (entries: [ManifestEntry], size: Int) {
        let files = try files(of: path)
        let known = FolderMemo(of: path, generation, in: folderMemos).recall(files)
        let entries = try entries(files, generation, saving, known: { known?.md5($0) })
        return (entries, files.reduce(0) { $0 + $1.status.size })
    }

    private func files(of path: FilePath) throws -> [TrackedFile] {
        try progress.during("Looking at data", files: nil, bytes: nil) { meter in
            try TrackedFiles(of: path, root: root, ignoring: ignoring, meter: meter).files
        }
    }

    /// - Parameters:
    ///   - known: The hash of a file by its place, where it is known.
    ///   - isStored: Whether the cache is known to hold an object; others are looked for.
    private func entries(
        _ files: [TrackedFile], _ generation: Generation, _ saving: Bool, known: (Int) -> String?,
        isStored: (String) -> Bool = { _ in false }
    ) throws -> [ManifestEntry] {
        let digests = Digests(count: files.count)
        let isLarge = files.count >= Self.folderMemoLimit
        var small: [Int] = []
        var large: [Int] = []
        for (index, file) in files.enumerated() {
            let md5 = known(index) ?? (isLarge ? nil : memo.md5(of: file.absolute, file.status, generation))
            if let md5, try !saving || isStored(md5) || store.hasTrustedObject(md5, generation) {
                digests.set(index, md5)
            } else if file.status.size <= Self.laneLimit {
                small.append(index)
            } else {
                large.append(index)
            }
        }
        let bytes = (small + large).reduce(0) { $0 + files[$1].status.size }
        try progress.during(Self.work(saving), files: small.count + large.count, bytes: bytes) { meter in
            let batches = Batches.make(small, sizes: { files[$0].status.size })
            try Parallel.forEach(count: batches.count) { number in
                let batch = batches[number]
                try readBatch(batch, files, generation, saving, digests, recording: !isLarge)
                meter?.advance(files: batch.count, bytes: batch.reduce(0) { $0 + files[$1].status.size })
            }
            try Parallel.forEach(count: large.count) { [large] number in
                let index = large[number]
                let hash = try file(files[index].absolute, files[index].status, generation, saving, meter)
                digests.set(index, hash.md5)
                meter?.advance(files: 1)
            }
        }
        return zip(files, digests.values).map { ManifestEntry(path: $0.relative, md5: $1) }
    }

    /// Directories with so many files are remembered as a whole.
    private static let folderMemoLimit = 64

    private var folderMemos: FilePath { root.pushing(".dvc/tmp/git-exp/folders") }

    /// Whether the cache holds the object; of a directory, its list and every file on it.
    package func isCached(_ hash: OutputHash) throws -> Bool {
        try CompletenessMemo(store, hash.generation, in: folderMemos).contains(hash)
    }

    private func directory(_ path: FilePath, _ generation: Generation, _ saving: Bool) throws -> OutputHash {
        let files = try files(of: path)
        privateData.set(path, files.allSatisfy(\.isPrivate))
        let isLarge = files.count >= Self.folderMemoLimit
        let folder = FolderMemo(of: path, generation, in: folderMemos)
        let recall = isLarge ? folder.recall(files) : nil
        if let hash = recall?.hash, try !saving || isCached(hash) { return hash }
        let complete = CompletenessMemo(store, generation, in: folderMemos)
        let signature = saving && isLarge ? try complete.signature() : nil
        let doubtful = recall.flatMap { recall in signature.map { complete.doubtful(recall.earlier, $0) } }
        let entries = try entries(
            files, generation, saving, known: { recall?.md5($0) },
            isStored: { md5 in doubtful.map { !$0.contains(md5) } ?? false })
        let bytes = Manifest.bytes(of: entries)
        let md5 = MD5.hex(bytes) + ".dir"
        if saving { try store.store(bytes, as: md5, generation) }
        let hash = OutputHash(
            md5: md5, size: files.reduce(0) { $0 + $1.status.size }, nfiles: entries.count, generation: generation)
        if isLarge { folder.record(files, entries, hash) }
        if let signature { complete.record(hash, signature) }
        return hash
    }

    private func readBatch(
        _ batch: [Int], _ files: [TrackedFile], _ generation: Generation, _ saving: Bool, _ digests: Digests,
        recording: Bool
    ) throws {
        let contents = try batch.map { index in
            let file = files[index]
            guard let bytes = try FileIO.read(file.absolute) else { throw CacheError.changedMeanwhile(file.absolute) }
            guard try FileStatus.of(file.absolute, followingLinks: true) == file.status, bytes.count == file.status.size
            else { throw CacheError.changedMeanwhile(file.absolute) }
            return bytes
        }
        let md5s: [String] =
            switch generation {
            case .three: MD5.hexes(of: contents)
            case .two: contents.map { TextTest.isText($0) ? MD5.hexOfText($0) : MD5.hex($0) }
            }
        for (position, index) in batch.enumerated() {
            if saving { try store.store(contents[position], as: md5s[position], generation) }
            if recording { memo.record(md5s[position], of: files[index].absolute, files[index].status, generation) }
            digests.set(index, md5s[position])
        }
    }
}

/// Directories of which every file was seen to be a plain, writable file of its own.
final class PrivateData: Sendable {
    private let lock = Mutex()
    private nonisolated(unsafe) var paths: Set<FilePath> = []

    func set(_ path: FilePath, _ isPrivate: Bool) {
        lock.with { _ = isPrivate ? paths.insert(path).inserted : paths.remove(path) != nil }
    }

    func contains(_ path: FilePath) -> Bool { lock.with { paths.contains(path) } }
}

/// Results that several threads fill in.
private final class Digests: @unchecked Sendable {
    private let lock = Mutex()
    private var storage: [String]

    init(count: Int) { storage = Array(repeating: "", count: count) }

    func set(_ index: Int, _ md5: String) { lock.with { storage[index] = md5 } }

    var values: [String] { lock.with { storage } }
}

/// Groups of files that fit in memory together.
private enum Batches {
    static func make(_ indices: [Int], sizes: (Int) -> Int) -> [[Int]] {
        var batches: [[Int]] = []
        var current: [Int] = []
        var bytes = 0
        for index in indices {
            current.append(index)
            bytes += sizes(index)
            if current.count == 256 || bytes >= 16 << 20 {
                batches.append(current)
                current = []
                bytes = 0
            }
        }
        return current.isEmpty ? batches : batches + [current]
    }
}
