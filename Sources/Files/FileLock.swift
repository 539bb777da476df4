import Diagnostics
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// An exclusive `flock` on a file that names its holder: ` <process>` and a line feed, as DVC writes it.
///
/// The system drops the lock of a process that dies.
package final class FileLock {
    private let path: FilePath
    private let file: FileDescriptor

    /// Takes the lock.
    ///
    /// - Parameters:
    ///   - patience: How long to wait for another holder, in milliseconds; 0 does not wait.
    ///   - onWait: Called once, with the holder's number, when the wait begins.
    /// - Throws: ``FileLockError`` where the other one did not let go in time.
    package convenience init(_ path: FilePath, patience: Int = 0, onWait: (Int32?) -> Void = { _ in }) throws {
        try self.init(taking: path, patience: patience, onWait: onWait)
        try write([])
    }

    /// Takes the lock with a note in its file, which outlives a process that is killed.
    ///
    /// - Parameter old: What the holder before noted and did not take back.
    package convenience init(_ path: FilePath, notes old: inout [UInt8]) throws {
        try self.init(taking: path)
        old = Self.notes(in: path)
    }

    private init(taking path: FilePath, patience: Int = 0, onWait: (Int32?) -> Void = { _ in }) throws {
        self.path = path
        var waited = 0
        while true {
            let file = try Self.open(path)
            while flock(file.rawValue, LOCK_EX | LOCK_NB) != 0 {
                let holder = Self.holder(of: path)
                guard errno == EWOULDBLOCK || errno == EINTR, waited < patience else {
                    try? file.close()
                    throw FileLockError(path: path, holder: holder)
                }
                if waited == 0 { onWait(holder) }
                let step = waited < 50 ? 1 : 20
                usleep(UInt32(step) * 1_000)
                waited += step
            }
            if Self.isThere(file, path) {
                self.file = file
                return
            }
            // Somebody had the lock since it was opened, and removed the file: a lock on what is gone keeps nobody out.
            try? file.close()
        }
    }

    private static func open(_ path: FilePath) throws(FileError) -> FileDescriptor {
        func open() throws(Errno) -> FileDescriptor {
            try FileIO.retry {
                try FileDescriptor.open(
                    path, .readWrite, options: [.create, .closeOnExec], permissions: FilePermissions(rawValue: 0o666))
            }
        }
        do {
            return try open()
        } catch {
            guard error == .noSuchFileOrDirectory else { throw FileError("lock", path, error) }
        }
        try FileIO.makeDirectories(path.parent)
        do {
            return try open()
        } catch {
            throw FileError("lock", path, error)
        }
    }

    private static func isThere(_ file: FileDescriptor, _ path: FilePath) -> Bool {
        var own = stat()
        var named = stat()
        guard fstat(file.rawValue, &own) == 0, path.withPlatformString({ stat($0, &named) }) == 0 else { return false }
        return own.st_ino == named.st_ino && own.st_dev == named.st_dev
    }

    /// Writes what is to be known of the holder: its number, and a line that it wants to leave. One call, which a kill
    /// cannot divide.
    ///
    /// - Parameter notes: Without a line feed.
    package func write(_ notes: [UInt8]) throws(FileError) {
        // Never empty, so that whoever has to wait can always say for whom.
        let bytes = Array(" \(getpid())\n".utf8) + (notes.isEmpty ? [] : notes + [UInt8(ascii: "\n")])
        let count = bytes.withUnsafeBytes { pwrite(file.rawValue, $0.baseAddress, $0.count, 0) }
        guard count == bytes.count else { throw FileError("lock", path, Errno(rawValue: errno)) }
        do {
            try FileIO.cut(file, to: bytes.count)
        } catch {
            throw FileError("lock", path, error)
        }
    }

    /// The line that the holder of a lock leaves, or left when it was killed; empty where there is none.
    package static func notes(in path: FilePath) -> [UInt8] {
        guard let bytes = try? FileIO.read(path) else { return [] }
        let lines = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 2, omittingEmptySubsequences: false)
        return lines.count > 2 ? Array(lines[1]) : []
    }

    /// Takes over a lock that the process had before it became this program.
    ///
    /// - Parameters:
    ///   - path: Its file, for messages.
    ///   - descriptor: What ``surviving()`` returned then.
    package init(_ path: FilePath = "", inherited descriptor: Int32) {
        self.path = path
        file = FileDescriptor(rawValue: descriptor)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    /// Lets the lock outlive the program, if this process is about to become another one.
    ///
    /// - Returns: What the other program takes it over by.
    package func surviving() -> Int32 {
        _ = fcntl(file.rawValue, F_SETFD, 0)
        return file.rawValue
    }

    deinit { try? file.close() }

    /// The process that took a lock last; it may have ended since, and left the lock to another one.
    package static func holder(of path: FilePath) -> Int32? {
        guard let bytes = try? FileIO.read(path) else { return nil }
        let digits = bytes.prefix { $0 != UInt8(ascii: "\n") }.filter { $0 >= 0x30 && $0 <= 0x39 }
        return Int32(String(decoding: digits, as: UTF8.self))
    }
}

/// Another process holds a lock.
package struct FileLockError: UserFacingError, Hashable {
    /// The locked file.
    package let path: FilePath
    /// The number of the process, where the file still says it; it may have ended since.
    package let holder: Int32?

    /// Names the process where it is known.
    package var message: String {
        "'\(Console.sanitized(path.string))' is locked by " + (holder.map { "process \($0)" } ?? "another process")
    }

    /// Always that waiting helps: the system drops the lock of a process that ends.
    package var hint: String? { "wait until it has finished, then run the command again" }
}
