import Files
import SystemPackage

extension DataReader {
    /// The hash of a tracked directory of which one file or folder is looked at anew, and all else is taken as recorded.
    ///
    /// - Parameters:
    ///   - old: What is recorded; its list is in the cache.
    ///   - path: The directory.
    ///   - below: The part, relative to the directory; it may be gone.
    ///   - generation: Of the result.
    ///   - size: What is recorded as the size of the directory; `nil` where nothing is.
    /// - Returns: The hash, and the size of the directory as DVC records it: known only where the part came to what was
    ///   there, because the sizes of other files are on no list.
    /// - Throws: ``CacheError``, `FileError`.
    package func directory(
        _ old: OutputHash, at path: FilePath, replacing below: String, size recorded: Int?, generation: Generation,
        saving: Bool
    ) throws -> (hash: OutputHash, size: Int?) {
        // The hashes of two generations cannot be told apart on one list.
        guard old.generation == generation, try store.hasObject(old.md5, generation) else {
            guard let whole = try hash(path, generation: generation, saving: saving) else {
                throw CacheError.missing(path)
            }
            return (whole, whole.size)
        }
        let before = try store.manifest(of: old)
        var entries = before.filter { !Self.isPart($0, of: below) }
        let isAddition = entries.count == before.count
        var size = 0
        let part = path.pushing(FilePath(below))
        switch try FileStatus.of(part, followingLinks: true)?.kind {
        case .directory:
            let (found, bytes) = try self.entries(of: part, generation: generation, saving: saving)
            entries += found.map { ManifestEntry(path: below + "/" + $0.path, md5: $0.md5) }
            size = bytes
        default:
            if let hash = try hash(part, generation: generation, saving: saving) {
                entries.append(ManifestEntry(path: below, md5: hash.md5))
                size = hash.size
            }
        }
        let bytes = Manifest.bytes(of: entries)
        let md5 = MD5.hex(bytes) + ".dir"
        // Also of data that is not stored yet: the next part starts from this list.
        try store.store(bytes, as: md5, generation)
        let sum =
            switch recorded {
            case _ where md5 == old.md5: recorded
            case let recorded? where isAddition && recorded > 0: recorded + size
            default: nil as Int?
            }
        return (OutputHash(md5: md5, size: sum ?? size, nfiles: entries.count, generation: generation), sum)
    }

    /// Whether the recorded list of a directory has a file or a folder of this name.
    package func records(_ below: String, in hash: OutputHash) throws -> Bool {
        guard try store.hasObject(hash.md5, hash.generation) else { return false }
        return try store.manifest(of: hash).contains { Self.isPart($0, of: below) }
    }

    private static func isPart(_ entry: ManifestEntry, of below: String) -> Bool {
        entry.path.isIdentical(to: below) || entry.path.utf8.starts(with: (below + "/").utf8)
    }
}
