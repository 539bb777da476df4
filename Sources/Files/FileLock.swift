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
    private let file: FileDescriptor

    /// Takes the lock.
    ///
    /// - Parameters:
    ///   - patience: How long to wait for another holder, in milliseconds; 0 does not wait.
    ///   - onWait: Called once, with the holder's number, when the wait begins.
    /// - Throws: ``FileLockError`` where the other one did not let go in time.
    package init(_ path: FilePath, patience: Int = 0, onWait: (Int32?) -> Void = { _ in }) throws {
        try FileIO.makeDirectories(path.removingLastComponent())
        do {
            file = try FileIO.retry {
                try FileDescriptor.open(
                    path, .readWrite, options: [.create, .closeOnExec], permissions: FilePermissions(rawValue: 0o666))
            }
        } catch {
            throw FileError("lock", path, error)
        }
        var waited = 0
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
        let text = " \(getpid())\n"
        // Never empty, so that whoever has to wait can always say for whom.
        _ = text.withCString { pwrite(file.rawValue, $0, text.utf8.count, 0) }
        ftruncate(file.rawValue, off_t(text.utf8.count))
    }

    /// Takes over a lock that the process had before it became this program.
    ///
    /// - Parameter descriptor: What ``surviving()`` returned then.
    package init(inherited descriptor: Int32) {
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

    private static func holder(of path: FilePath) -> Int32? {
        guard let bytes = try? FileIO.read(path) else { return nil }
        let digits = bytes.filter { $0 >= 0x30 && $0 <= 0x39 }
        return Int32(String(decoding: digits, as: UTF8.self))
    }
}

/// Another process holds a lock.
package struct FileLockError: UserFacingError, Hashable {
    package let path: FilePath
    package let holder: Int32?

    package var message: String {
        "'\(Console.sanitized(path.string))' is locked by " + (holder.map { "process \($0)" } ?? "another process")
    }

    package var hint: String? { "wait until it has finished, then run the command again" }
}
