import CSys
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Empty files without a name on the file system of one folder.
///
/// Making a file is the slowest part of writing a small one. These are made while nobody waits, and get their name
/// when they are complete; one that gets none, because the process was killed, leaves nothing behind.
package final class NamelessFiles: @unchecked Sendable {
    private let folder: FilePath
    private let mode: UInt16
    private let lock = Mutex()
    private var ready: [FileDescriptor] = []
    private var isSupported = true

    /// - Parameter mode: The permission bits before the umask.
    package init(in folder: FilePath, mode: UInt16) {
        self.folder = folder
        self.mode = mode
    }

    deinit { for file in ready { try? file.close() } }

    /// Makes files until so many are ready, where the system can.
    package func prepare(_ count: Int) {
        lock.with {
            while ready.count < count, let file = make() { ready.append(file) }
        }
    }

    /// An empty file, open for writing; `nil` where the system has none without a name.
    package func take() -> FileDescriptor? { lock.with { ready.popLast() ?? make() } }

    /// One that is ready; `nil` where none is.
    package func takeReady() -> FileDescriptor? { lock.with { ready.popLast() } }

    private func make() -> FileDescriptor? {
        guard isSupported else { return nil }
        let file = folder.withPlatformString { csys_open_nameless($0, mode_t(mode)) }
        if file < 0 {
            // A missing folder may come to be; anything else stays as it is.
            if errno != ENOENT { isSupported = false }
            return nil
        }
        return FileDescriptor(rawValue: file)
    }
}

extension FileDescriptor {
    /// Gives a nameless file its name.
    ///
    /// - Throws: `fileExists` where the name is taken.
    package func giveName(_ path: FilePath) throws(Errno) {
        if path.withPlatformString({ csys_give_name(rawValue, $0) }) != 0 { throw Errno(rawValue: errno) }
    }
}
