import SystemPackage

/// What replacing a small file takes longest for, done while nobody waits.
///
/// A file without a name is there. And the file to be replaced is held open: its blocks are freed when nobody has it any
/// more, which can take ten times as long as all the rest.
package final class PreparedReplacement {
    private let path: FilePath
    private let files: NamelessFiles
    private var file: FileDescriptor?
    private var held: FileDescriptor?

    /// Prepares nothing yet.
    ///
    /// - Parameters:
    ///   - path: The file to be replaced, which need not be there.
    ///   - mode: The permission bits of the new one, before the umask.
    package init(of path: FilePath, mode: UInt16 = 0o666) {
        self.path = path
        files = NamelessFiles(in: path.parent, mode: mode)
    }

    deinit {
        try? file?.close()
        try? held?.close()
    }

    /// Makes the file, where the system can, and lets go of what was replaced since the last time.
    package func prepare() {
        try? held?.close()
        held = nil
        if file == nil { file = files.take() }
        // A file system without nameless files may be one of another machine, and those give a file that is open a new
        // name before they replace it.
        guard file != nil else { return }
        held = try? FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .noFollow, .nonBlocking])
    }

    /// The file, empty and open for writing; `nil` where none is ready.
    package func takeReady() -> FileDescriptor? {
        defer { file = nil }
        return file
    }
}
