import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Folders as wholes.
extension FileIO {
    /// Makes a folder and those above it; one that exists is fine.
    ///
    /// - Parameter mode: The permission bits before the umask.
    package static func makeDirectories(_ path: FilePath, mode: UInt16 = 0o777) throws(FileError) {
        if path.isEmpty || path.withPlatformString({ mkdir($0, mode_t(mode)) }) == 0 { return }
        var code = Errno(rawValue: errno)
        if code == .noSuchFileOrDirectory, !path.parent.isEmpty {
            try makeDirectories(path.parent, mode: mode)
            if path.withPlatformString({ mkdir($0, mode_t(mode)) }) == 0 { return }
            code = Errno(rawValue: errno)
        }
        if code == .fileExists, try FileStatus.of(path, followingLinks: true)?.kind == .directory { return }
        throw FileError("make the folder", path, code == .fileExists ? .notDirectory : code)
    }

    /// Removes a file, a link, or a folder with everything in it; links are not followed.
    package static func removeTree(_ path: FilePath) throws(FileError) {
        guard let status = try FileStatus.of(path, followingLinks: false) else { return }
        guard status.kind == .directory else { return try remove(path) }
        // A read-only folder does not let go of its files.
        if status.mode & 0o300 != 0o300 { _ = path.withPlatformString { chmod($0, mode_t(status.mode | 0o700)) } }
        for child in try list(path) ?? [] { try removeTree(path.appending(child.name)) }
        if path.withPlatformString({ rmdir($0) }) != 0 {
            let code = Errno(rawValue: errno)
            if code != .noSuchFileOrDirectory { throw FileError("remove", path, code) }
        }
    }

    /// The names in a folder, sorted by their bytes; `nil` where there is no such folder.
    ///
    /// - Throws: ``FileError`` for a name that is not UTF-8, which neither git exp nor DVC can record.
    package static func list(_ path: FilePath) throws(FileError) -> [(name: String, kind: FileKind)]? {
        guard let directory = path.withPlatformString({ opendir($0) }) else {
            let code = Errno(rawValue: errno)
            if code == .noSuchFileOrDirectory || code == .notDirectory { return nil }
            throw FileError("list", path, code)
        }
        defer { closedir(directory) }
        var result: [(name: String, kind: FileKind)] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(validatingCString: $0) }
            }
            guard let name else { throw FileError("read a name that is not UTF-8 in", path, .illegalByteSequence) }
            if name == "." || name == ".." { continue }
            let kind: FileKind
            switch Int(entry.pointee.d_type) {
            case Int(DT_REG): kind = .file
            case Int(DT_DIR): kind = .directory
            case Int(DT_LNK): kind = .symlink
            case Int(DT_UNKNOWN):
                guard let status = try FileStatus.of(path.appending(name), followingLinks: false) else { continue }
                kind = status.kind
            default: kind = .other
            }
            result.append((name, kind))
        }
        return result.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    /// Waits until a folder's names have reached the disk.
    package static func syncFolder(_ path: FilePath) throws(FileError) {
        do {
            let folder = try FileDescriptor.open(
                path.isEmpty ? "." : path, .readOnly, options: [.directory, .closeOnExec])
            defer { try? folder.close() }
            if fsync(folder.rawValue) != 0 { throw Errno(rawValue: errno) }
        } catch let error as Errno {
            throw FileError("sync", path, error)
        } catch {
            throw FileError("sync", path, .ioError)
        }
    }
}
