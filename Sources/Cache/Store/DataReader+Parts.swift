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
    /// - Returns: The hash; its size is that of the new part alone.
    /// - Throws: ``CacheError``, `FileError`.
    package func directory(
        _ old: OutputHash, at path: FilePath, replacing below: String, generation: Generation, saving: Bool
    ) throws -> OutputHash {
        // The hashes of two generations cannot be told apart on one list.
        guard old.generation == generation, try store.hasObject(old.md5, generation) else {
            guard let whole = try hash(path, generation: generation, saving: saving) else {
                throw CacheError.missing(path)
            }
            return whole
        }
        let inside = (below + "/").utf8
        var entries = try store.manifest(of: old).filter {
            !$0.path.isIdentical(to: below) && !$0.path.utf8.starts(with: inside)
        }
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
        return OutputHash(md5: md5, size: size, nfiles: entries.count, generation: generation)
    }
}
