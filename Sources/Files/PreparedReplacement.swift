import CSys
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What replacing a small file takes longest for, done while nobody waits.
///
/// A file without a name is there, with a block on the disk: a file system that gives out blocks late gives them out at
/// once for a file that takes another one's place. And the file to be replaced is held open: its blocks are freed when
/// nobody has it any more, which can take ten times as long as all the rest.
package final class PreparedReplacement: @unchecked Sendable {
    private let path: FilePath
    private let files: NamelessFiles
    private let lock = Mutex()
    private var held: FileDescriptor?

    /// Prepares nothing yet.
    ///
    /// - Parameters:
    ///   - path: The file to be replaced, which need not be there.
    ///   - mode: The permission bits of the new one, before the umask.
    package init(of path: FilePath, mode: UInt16 = 0o666) {
        self.path = path
        files = NamelessFiles(in: path.parent, mode: mode, room: 4_096)
    }

    deinit { try? held?.close() }

    /// Makes the file, where the system can, and lets go of what was replaced since the last time.
    package func prepare() {
        lock.with {
            try? held?.close()
            held = try? FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .noFollow, .nonBlocking])
        }
        files.prepare(1)
    }

    /// The file, empty and open for writing; `nil` where none is ready.
    package func takeReady() -> FileDescriptor? { files.takeReady() }
}
