import Cache
import Files
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What was put into the cache only because it would have been lost: nothing else names it.
///
/// A line each of `.dvc/tmp/git-exp/kept`: generation, MD5, seconds since 1970, and the former path.
package struct KeptObjects {
    private let file: FilePath

    /// - Parameter root: The absolute project root.
    package init(_ root: FilePath) { file = root.pushing(".dvc/tmp/git-exp/kept") }

    /// Remembers an object.
    ///
    /// - Throws: `FileError`, `FileLockError`.
    package func add(_ hash: OutputHash, path: String) throws {
        let generation = hash.generation == .three ? 3 : 2
        let shown = String(decoding: path.utf8.map { $0 == 0x0A ? 0x20 : $0 }, as: UTF8.self)
        let line = Array("\(generation) \(hash.md5) \(time(nil)) \(shown)\n".utf8)
        let lock = try takeLock()
        defer { withExtendedLifetime(lock) {} }
        do {
            let stream = try FileDescriptor.open(
                file, .writeOnly, options: [.create, .append, .closeOnExec],
                permissions: FilePermissions(rawValue: 0o666))
            // One write at the end, which a kill cannot divide.
            try stream.closeAfter { try line.withUnsafeBytes { try FileIO.write($0, to: stream) } }
        } catch let error as Errno {
            throw FileError("write", file, error)
        }
    }

    /// The objects that were remembered at or after a time, in seconds since 1970; lines that are none are passed over.
    ///
    /// - Throws: `FileError`.
    package func hashes(since limit: Int64) throws -> [OutputHash] {
        guard let bytes = try FileIO.read(file) else { return [] }
        return bytes.split(separator: 0x0A).compactMap { Self.hash(in: $0, since: limit) }
    }

    /// Forgets what was remembered before a time, in seconds since 1970.
    ///
    /// - Throws: `FileError`, `FileLockError`.
    package func forget(before limit: Int64) throws {
        guard try FileStatus.of(file, followingLinks: false) != nil else { return }
        let lock = try takeLock()
        defer { withExtendedLifetime(lock) {} }
        guard let bytes = try FileIO.read(file) else { return }
        let lines = bytes.split(separator: 0x0A)
        let recent = lines.filter { Self.hash(in: $0, since: limit) != nil }
        if recent.count == lines.count { return }
        if recent.isEmpty { return try FileIO.remove(file) }
        try FileIO.replace(file, with: recent.flatMap { $0 + [0x0A] }, sync: false)
    }

    private static func hash(in line: ArraySlice<UInt8>, since limit: Int64) -> OutputHash? {
        let words = line.split(separator: 0x20, maxSplits: 3).map { String(decoding: $0, as: UTF8.self) }
        guard words.count == 4, let seconds = Int64(words[2]), seconds >= limit, ObjectStore.isObjectName(words[1])
        else { return nil }
        return OutputHash(md5: words[1], size: 0, generation: words[0] == "2" ? .two : .three)
    }

    /// Keeps other processes from adding and forgetting; both are done in a moment.
    private func takeLock() throws -> FileLock { try FileLock(FilePath(file.string + ".lock"), patience: 10_000) }
}
