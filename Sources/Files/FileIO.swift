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
    ///   - prepared: What was made ready for this file.
    /// - Throws: ``FileError``; then the old file is untouched and nothing is left beside it.
    package static func replace(
        _ path: FilePath, with bytes: [UInt8], mode: UInt16 = 0o666, sync: Bool, prepared: PreparedReplacement? = nil
    ) throws(FileError) {
        // A link stays a link: what it points to is replaced.
        let target = resolvedForWriting(path)
        let temporary = sibling(of: target)
        let old = try FileStatus.of(target, followingLinks: false)
        // Without a name until it is complete: a killed process then leaves nothing beside the file.
        // What a link points to may be on another file system.
        let ready = target == path ? prepared?.takeReady() : nil
        let nameless = ready ?? NamelessFiles(in: target.parent, mode: mode).take()
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
        if sync { try syncFolder(target.parent) }
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
            try cut(file, to: bytes.count)
        } catch let error as Errno {
            throw FileError("write", path, error)
        } catch {
            throw FileError("write", path, .ioError)
        }
    }

    /// Shortens an open file to `count` bytes; one that is not longer is left alone, which costs a tenth.
    static func cut(_ file: FileDescriptor, to count: Int) throws(Errno) {
        var raw = stat()
        guard fstat(file.rawValue, &raw) == 0 else { throw Errno(rawValue: errno) }
        guard raw.st_size > off_t(count) else { return }
        guard ftruncate(file.rawValue, off_t(count)) == 0 else { throw Errno(rawValue: errno) }
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
        return path.parent.appending(".git-exp-\(getpid())-\(unique).tmp")
    }

    private static func resolvedForWriting(_ path: FilePath) -> FilePath {
        guard let status = try? FileStatus.of(path, followingLinks: false), status.kind == .symlink else { return path }
        return resolved(path) ?? path
    }

    private static func unlinkQuietly(_ path: FilePath) { _ = path.withPlatformString { unlink($0) } }

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
