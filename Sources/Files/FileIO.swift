import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Whole-file operations; every failure names the path.
package enum FileIO {
    /// The bytes of a file; `nil` where there is none.
    package static func read(_ path: FilePath) throws(FileError) -> [UInt8]? {
        let file: FileDescriptor
        do {
            file = try retry { try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking]) }
        } catch  where error == .noSuchFileOrDirectory || error == .notDirectory {
            return nil
        } catch {
            throw FileError("read", path, error)
        }
        defer { try? file.close() }
        let status = try FileStatus.of(file, path: path)
        if status.kind == .directory { throw FileError("read", path, .isDirectory) }
        guard status.kind == .file else { throw FileError("read", path, .notSupported) }
        do {
            return try contents(of: file, expecting: status.size)
        } catch {
            throw FileError("read", path, error)
        }
    }

    private static func contents(of file: FileDescriptor, expecting size: Int) throws(Errno) -> [UInt8] {
        var failure: Errno?
        var count = 0
        // One byte more than expected shows the end without a second buffer.
        var bytes = [UInt8](unsafeUninitializedCapacity: size + 1) { buffer, filled in
            while count < buffer.count {
                do throws(Errno) {
                    let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[count...])
                    let read = try retry { try file.read(into: rest) }
                    if read == 0 { break }
                    count += read
                } catch {
                    failure = error
                    break
                }
            }
            filled = count
        }
        if let failure { throw failure }
        while count > size {
            var more = [UInt8](repeating: 0, count: 1 << 16)
            let received = try retry { try more.withUnsafeMutableBytes { try file.read(into: $0) } }
            if received == 0 { break }
            bytes += more[..<received]
        }
        return bytes
    }

    /// Replaces a file in one step: readers see the old bytes or the new ones.
    ///
    /// - Parameters:
    ///   - mode: The permission bits of a file that did not exist, before the umask; an existing one keeps its own.
    ///   - sync: Whether the bytes and the name must have reached the disk before this returns.
    ///   - prepared: Files on the same file system, one of which is used where it is ready.
    /// - Throws: ``FileError``; then the old file is untouched and nothing is left beside it.
    package static func replace(
        _ path: FilePath, with bytes: [UInt8], mode: UInt16 = 0o666, sync: Bool, prepared: NamelessFiles? = nil
    ) throws(FileError) {
        // A link stays a link: what it points to is replaced.
        let target = resolvedForWriting(path)
        let temporary = sibling(of: target)
        let old = try FileStatus.of(target, followingLinks: false)
        // Without a name until it is complete: a killed process then leaves nothing beside the file.
        let nameless =
            prepared?.takeReady() ?? NamelessFiles(in: target.removingLastComponent(), mode: mode).take()
        let file: FileDescriptor
        do throws(Errno) {
            if let nameless {
                file = nameless
            } else {
                file = try retry {
                    try FileDescriptor.open(
                        temporary, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
                        permissions: FilePermissions(rawValue: CInterop.Mode(mode)))
                }
            }
        } catch {
            throw FileError("write", path, error)
        }
        do throws(Errno) {
            do throws(Errno) {
                if let old { fchmod(file.rawValue, mode_t(old.mode)) }
                try retry { try bytes.withUnsafeBytes { try write($0, to: file) } }
                if sync, fsync(file.rawValue) != 0 { throw Errno(rawValue: errno) }
                if nameless != nil { try file.giveName(temporary) }
            } catch {
                try? file.close()
                throw error
            }
            try closing { try file.close() }
            try rename(temporary, target)
        } catch {
            unlinkQuietly(temporary)
            throw FileError("write", path, error)
        }
        if sync { try syncFolder(target.removingLastComponent()) }
    }

    /// Gives a small file other contents in its place.
    ///
    /// This takes a fortieth of the time of ``replace(_:with:mode:sync:prepared:)``, but only who holds a lock may read.
    /// A process that is killed leaves either contents, the new ones perhaps with the end of the old ones behind them.
    package static func overwrite(_ path: FilePath, with bytes: [UInt8]) throws(FileError) {
        do {
            let file = try retry {
                try FileDescriptor.open(
                    path, .writeOnly, options: [.create, .closeOnExec], permissions: FilePermissions(rawValue: 0o666))
            }
            defer { try? file.close() }
            try bytes.withUnsafeBytes { try write($0, to: file) }
            if ftruncate(file.rawValue, off_t(bytes.count)) != 0 { throw Errno(rawValue: errno) }
        } catch let error as Errno {
            throw FileError("write", path, error)
        } catch {
            throw FileError("write", path, .ioError)
        }
    }

    /// Writes all bytes to an open file.
    package static func write(_ buffer: UnsafeRawBufferPointer, to file: FileDescriptor) throws(Errno) {
        var rest = buffer
        while !rest.isEmpty {
            let written = try retry { try file.write(rest) }
            rest = UnsafeRawBufferPointer(rebasing: rest[written...])
        }
    }

    /// A name beside `path` that nothing else uses, for a file that is then renamed onto it.
    package static func sibling(of path: FilePath) -> FilePath {
        let unique = String(UInt64.random(in: 0...UInt64.max), radix: 36)
        return path.removingLastComponent().appending(".git-exp-\(getpid())-\(unique).tmp")
    }

    private static func resolvedForWriting(_ path: FilePath) -> FilePath {
        guard let status = try? FileStatus.of(path, followingLinks: false), status.kind == .symlink,
            let resolved = path.withPlatformString({ realpath($0, nil) })
        else { return path }
        defer { free(resolved) }
        return FilePath(String(cString: resolved))
    }

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

    /// Makes a folder and those above it; one that exists is fine.
    ///
    /// - Parameter mode: The permission bits before the umask.
    package static func makeDirectories(_ path: FilePath, mode: UInt16 = 0o777) throws(FileError) {
        if path.isEmpty || path.withPlatformString({ mkdir($0, mode_t(mode)) }) == 0 { return }
        var code = Errno(rawValue: errno)
        if code == .noSuchFileOrDirectory, !path.removingLastComponent().isEmpty {
            try makeDirectories(path.removingLastComponent(), mode: mode)
            if path.withPlatformString({ mkdir($0, mode_t(mode)) }) == 0 { return }
            code = Errno(rawValue: errno)
        }
        if code == .fileExists, try FileStatus.of(path, followingLinks: true)?.kind == .directory { return }
        throw FileError("make the folder", path, code == .fileExists ? .notDirectory : code)
    }

    /// Removes a file or a link; nothing happens where there is none.
    package static func remove(_ path: FilePath) throws(FileError) {
        if path.withPlatformString({ unlink($0) }) == 0 { return }
        let code = Errno(rawValue: errno)
        if code != .noSuchFileOrDirectory && code != .notDirectory { throw FileError("remove", path, code) }
    }

    private static func unlinkQuietly(_ path: FilePath) { _ = path.withPlatformString { unlink($0) } }

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

    /// Changes the permission bits.
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

    /// Runs a system call again when a signal cut it short.
    package static func retry<Value>(_ body: () throws -> Value) throws(Errno) -> Value {
        while true {
            do {
                return try body()
            } catch let error as Errno where error == .interrupted {
                continue
            } catch let error as Errno {
                throw error
            } catch {
                throw .ioError
            }
        }
    }

    private static func closing(_ body: () throws -> Void) throws(Errno) {
        do { try body() } catch let error as Errno { throw error } catch { throw .ioError }
    }
}

private func platformRename(_ old: UnsafePointer<CChar>, _ new: UnsafePointer<CChar>) -> Int32 { rename(old, new) }
