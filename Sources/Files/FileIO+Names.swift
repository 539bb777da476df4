import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Names, links and permission bits.
extension FileIO {
    /// Renames, replacing what is there.
    package static func move(_ source: FilePath, to destination: FilePath) throws(FileError) {
        do {
            try rename(source, destination)
        } catch {
            throw FileError("write", destination, error)
        }
    }

    /// Renames, replacing what is there, and tells the system's own reason where that fails.
    package static func rename(_ source: FilePath, _ destination: FilePath) throws(Errno) {
        let result = source.withPlatformString { old in
            destination.withPlatformString { new in platformRename(old, new) }
        }
        if result != 0 { throw Errno(rawValue: errno) }
    }

    /// Removes a file or a link; nothing happens where there is none.
    package static func remove(_ path: FilePath) throws(FileError) {
        if path.withPlatformString({ unlink($0) }) == 0 { return }
        let code = Errno(rawValue: errno)
        if code != .noSuchFileOrDirectory && code != .notDirectory { throw FileError("remove", path, code) }
    }

    /// What a symbolic link points to; `nil` where there is no link.
    package static func symlinkTarget(_ path: FilePath) throws(FileError) -> FilePath? {
        var buffer = [CChar](repeating: 0, count: 4_097)
        let count = path.withPlatformString { readlink($0, &buffer, 4_096) }
        if count >= 0 {
            return FilePath(String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self))
        }
        let code = Errno(rawValue: errno)
        if code == .noSuchFileOrDirectory || code == .notDirectory || code == .invalidArgument { return nil }
        throw FileError("read the link", path, code)
    }

    /// The absolute path that names the same without links; `nil` where nothing is there, or nobody may look.
    package static func resolved(_ path: FilePath) -> FilePath? {
        guard let resolved = path.withPlatformString({ realpath($0, nil) }) else { return nil }
        defer { free(resolved) }
        return FilePath(platformString: resolved)
    }

    /// Makes a symbolic link; the target need not exist.
    package static func makeSymlink(_ path: FilePath, to target: FilePath) throws(FileError) {
        let status = target.withPlatformString { old in path.withPlatformString { symlink(old, $0) } }
        if status != 0 { throw FileError("write", path, Errno(rawValue: errno)) }
    }

    /// Sets the permission bits of a file.
    package static func setMode(_ path: FilePath, _ mode: UInt16) throws(FileError) {
        if path.withPlatformString({ chmod($0, mode_t(mode)) }) != 0 {
            throw FileError("change the mode of", path, Errno(rawValue: errno))
        }
    }
}

private func platformRename(_ old: UnsafePointer<CChar>, _ new: UnsafePointer<CChar>) -> Int32 { rename(old, new) }
