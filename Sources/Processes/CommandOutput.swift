import Files
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What a command prints while others run beside it, kept in a file until it is its turn to be shown.
///
/// A file and no pipe: the command never waits for us, and what it leaves running in the background may still write.
package final class CommandOutput {
    private struct Stream {
        let file: FileDescriptor
        /// Where it belongs: 1 or 2.
        let descriptor: Int32
        /// How much of it was taken.
        var offset: Int64 = 0
    }

    private var streams: [Stream] = []

    /// Makes the files, which have no name.
    ///
    /// Where our standard output and error are the same, there is one file, so that the order of lines is kept.
    /// - Parameter folder: Where they are made.
    /// - Throws: ``FileError``.
    package init(in folder: FilePath) throws(FileError) {
        for descriptor: Int32 in Self.areOutputAndErrorSame ? [1] : [1, 2] {
            let path = FileIO.sibling(of: folder.appending("output"))
            do {
                let file = try FileIO.retry {
                    try FileDescriptor.open(
                        path, .readWrite, options: [.create, .exclusiveCreate, .append, .closeOnExec],
                        permissions: [.ownerReadWrite])
                }
                streams.append(Stream(file: file, descriptor: descriptor))
            } catch {
                throw FileError("write", path, error)
            }
            try FileIO.remove(path)
        }
    }

    deinit {
        for stream in streams { try? stream.file.close() }
    }

    private static var areOutputAndErrorSame: Bool {
        var output = stat()
        var error = stat()
        return fstat(1, &output) == 0 && fstat(2, &error) == 0 && output.st_dev == error.st_dev
            && output.st_ino == error.st_ino
    }

    /// What the command gets as standard output and error.
    var descriptors: (output: Int32, error: Int32) {
        (streams.first?.file.rawValue ?? -1, streams.last?.file.rawValue ?? -1)
    }

    /// Hands over what came in since the last call, in pieces, with the descriptor that each belongs to.
    package func take(_ body: (_ bytes: [UInt8], _ descriptor: Int32) -> Void) {
        for index in streams.indices {
            while true {
                let stream = streams[index]
                let bytes = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
                    count = max(0, pread(stream.file.rawValue, buffer.baseAddress, buffer.count, off_t(stream.offset)))
                }
                if bytes.isEmpty { break }
                body(bytes, stream.descriptor)
                streams[index].offset += Int64(bytes.count)
            }
        }
    }
}
