import Clibgit2
import Files
import SystemPackage

/// Writes the small objects of a repository: the loose format of git's objects, uncompressed.
///
/// An object of less than a block of the disk takes a block however well it is compressed, so that work is saved; its
/// file is made before it is needed. libgit2 asks here first and writes itself whatever is passed on.
final class SmallObjects {
    private let folder: FilePath
    private let files: NamelessFiles

    /// What fits into one block of a file system together with its frame.
    private static let largest = 3_900

    init(commonDirectory: FilePath) {
        folder = commonDirectory.pushing("objects")
        files = NamelessFiles(in: folder, mode: 0o444)
    }

    /// Makes files for so many objects.
    func prepare(_ count: Int) { files.prepare(count) }

    /// Writes an object that is not there yet.
    ///
    /// - Returns: Whether it was written.
    func write(_ id: git_oid, _ bytes: UnsafeRawBufferPointer, _ type: StaticString) -> Bool {
        guard bytes.count <= Self.largest, let file = files.take() else { return false }
        defer { try? file.close() }
        let framed = Self.framed(bytes, type)
        let hex = BlobID(id).hex
        let path = folder.appending(String(hex.prefix(2))).appending(String(hex.dropFirst(2)))
        do {
            try framed.withUnsafeBytes { try FileIO.write($0, to: file) }
        } catch {
            return false
        }
        var outcome = name(file, path)
        if outcome == .noSuchFileOrDirectory, (try? FileIO.makeDirectories(path.parent)) != nil {
            outcome = name(file, path)
        }
        return outcome == nil || outcome == .fileExists
    }

    /// Why the file did not get its name; `nil` where it did.
    private func name(_ file: FileDescriptor, _ path: FilePath) -> Errno? {
        do throws(Errno) {
            try file.giveName(path)
            return nil
        } catch {
            return error
        }
    }

    /// The object's header and contents as one stored block of a zlib stream (RFC 1950, RFC 1951).
    private static func framed(_ bytes: UnsafeRawBufferPointer, _ type: StaticString) -> [UInt8] {
        let header = Array("\(type) \(bytes.count)\0".utf8)
        let length = UInt16(header.count + bytes.count)
        var result: [UInt8] = [0x78, 0x01, 0x01]
        result.reserveCapacity(Int(length) + 11)
        withUnsafeBytes(of: length.littleEndian) { result += $0 }
        withUnsafeBytes(of: (~length).littleEndian) { result += $0 }
        result += header
        result += bytes
        withUnsafeBytes(of: adler32(result[7...]).bigEndian) { result += $0 }
        return result
    }

    private static func adler32(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        var low: UInt32 = 1
        var high: UInt32 = 0
        // Few enough bytes for the sums to stay below 2^32 until the end.
        for byte in bytes {
            low += UInt32(byte)
            high += low
            if high >= 1 << 31 { high %= 65_521 }
        }
        return (high % 65_521) << 16 | low % 65_521
    }
}

extension Repository {
    /// Makes files for so many small objects, so that writing them takes less time later.
    ///
    /// - Throws: ``GitError`` where libgit2 does not take the writer.
    package func prepareObjects(_ count: Int) throws(GitError) {
        if smallObjects == nil {
            let objects = SmallObjects(commonDirectory: commonDirectory)
            try objects.serve(raw)
            smallObjects = objects
        }
        smallObjects?.prepare(count)
    }
}

extension SmallObjects {
    /// What libgit2 knows of it: a backend with the object behind it.
    private struct Backend {
        var parent: git_odb_backend
        var objects: Unmanaged<SmallObjects>
    }

    /// Lets libgit2 ask here first when it writes an object of this repository.
    func serve(_ repository: OpaquePointer) throws(GitError) {
        var odb: OpaquePointer?
        try check { git_repository_odb(&odb, repository) }
        defer { git_odb_free(odb) }
        let backend = UnsafeMutablePointer<Backend>.allocate(capacity: 1)
        backend.initialize(to: Backend(parent: git_odb_backend(), objects: .passRetained(self)))
        let parent = UnsafeMutableRawPointer(backend).assumingMemoryBound(to: git_odb_backend.self)
        git_odb_init_backend(parent, UInt32(GIT_ODB_BACKEND_VERSION))
        parent.pointee.write = { backend, id, bytes, count, type in
            guard let backend, let id, let name = SmallObjects.name(of: type) else { return GIT_PASSTHROUGH.rawValue }
            let objects = SmallObjects.behind(backend).takeUnretainedValue()
            let isWritten = objects.write(id.pointee, UnsafeRawBufferPointer(start: bytes, count: count), name)
            return isWritten ? 0 : GIT_PASSTHROUGH.rawValue
        }
        // Otherwise libgit2 would collect a large object in memory and then offer it here.
        parent.pointee.writestream = { _, _, _, _ in GIT_PASSTHROUGH.rawValue }
        parent.pointee.free = { backend in
            guard let backend else { return }
            SmallObjects.behind(backend).release()
            backend.deallocate()
        }
        do {
            try check { git_odb_add_backend(odb, parent, 10) }
        } catch {
            parent.pointee.free(parent)
            throw error
        }
    }

    private static func behind(_ backend: UnsafeMutablePointer<git_odb_backend>) -> Unmanaged<SmallObjects> {
        UnsafeMutableRawPointer(backend).assumingMemoryBound(to: Backend.self).pointee.objects
    }

    private static func name(of type: git_object_t) -> StaticString? {
        switch type {
        case GIT_OBJECT_BLOB: "blob"
        case GIT_OBJECT_TREE: "tree"
        case GIT_OBJECT_COMMIT: "commit"
        default: nil
        }
    }
}
