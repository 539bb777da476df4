import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What a path names.
package enum FileKind: Hashable, Sendable { case file, directory, symlink, other }

/// What the system knows of a file without reading it.
package struct FileStatus: Hashable, Sendable {
    /// Of the link itself, where links were not followed.
    package let kind: FileKind
    /// In bytes.
    package let size: Int
    /// The twelve permission bits.
    package let mode: UInt16
    /// The last change of the contents, in nanoseconds since 1970.
    package let modified: Int64
    /// The last change of contents, name count or mode, in nanoseconds since 1970.
    package let changed: Int64
    /// Tells files of one `device` apart; the system may give it anew once a file is gone.
    package let inode: UInt64
    /// Of the file system; what is on one of them can be renamed and linked within it.
    package let device: UInt64
    /// The number of the user to whom it belongs.
    package let owner: UInt32
    /// The number of names the file has.
    package let links: Int

    /// - Returns: `nil` where nothing is there.
    /// - Throws: ``FileError`` where the system does not say.
    package static func of(_ path: FilePath, followingLinks: Bool) throws(FileError) -> FileStatus? {
        var raw = stat()
        let result = path.withPlatformString { followingLinks ? stat($0, &raw) : lstat($0, &raw) }
        if result == 0 { return FileStatus(raw) }
        let code = Errno(rawValue: errno)
        if code == .noSuchFileOrDirectory || code == .notDirectory { return nil }
        throw FileError("look at", path, code)
    }

    /// The status of an open file.
    package static func of(_ file: FileDescriptor, path: FilePath) throws(FileError) -> FileStatus {
        var raw = stat()
        guard fstat(file.rawValue, &raw) == 0 else { throw FileError("look at", path, Errno(rawValue: errno)) }
        return FileStatus(raw)
    }

    init(_ raw: stat) {
        kind =
            switch raw.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .directory
            case S_IFLNK: .symlink
            default: .other
            }
        size = Int(raw.st_size)
        mode = UInt16(raw.st_mode & 0o7777)
        #if os(Linux)
            modified = Int64(raw.st_mtim.tv_sec) * 1_000_000_000 + Int64(raw.st_mtim.tv_nsec)
            changed = Int64(raw.st_ctim.tv_sec) * 1_000_000_000 + Int64(raw.st_ctim.tv_nsec)
        #else
            modified = Int64(raw.st_mtimespec.tv_sec) * 1_000_000_000 + Int64(raw.st_mtimespec.tv_nsec)
            changed = Int64(raw.st_ctimespec.tv_sec) * 1_000_000_000 + Int64(raw.st_ctimespec.tv_nsec)
        #endif
        inode = UInt64(raw.st_ino)
        device = UInt64(raw.st_dev)
        owner = raw.st_uid
        links = Int(raw.st_nlink)
    }

    /// Whether any execute bit is set.
    package var isExecutable: Bool { mode & 0o111 != 0 }
}
