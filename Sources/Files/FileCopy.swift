import CSys
import SystemPackage

/// Copies of files and folders.
package enum FileCopy {
    /// Copies a file or a folder with everything in it; links stay links, what is neither is left out.
    ///
    /// What is at the destination is replaced, file by file. Where the file system can, copies share their data.
    /// - Throws: ``FileError`` for what cannot be read or written.
    package static func tree(_ source: FilePath, to destination: FilePath) throws(FileError) {
        guard let status = try FileStatus.of(source, followingLinks: false) else { return }
        switch status.kind {
        case .directory:
            try FileIO.makeDirectories(destination)
            for child in try FileIO.list(source) ?? [] {
                try tree(source.appending(child.name), to: destination.appending(child.name))
            }
        case .symlink:
            guard let target = try FileIO.symlinkTarget(source) else { return }
            try FileIO.removeTree(destination)
            try FileIO.makeSymlink(destination, to: target)
        case .file: try file(source, to: destination, mode: status.mode)
        case .other: return
        }
    }

    private static func file(_ source: FilePath, to destination: FilePath, mode: UInt16) throws(FileError) {
        try FileIO.removeTree(destination)
        let input: FileDescriptor
        do {
            input = try FileIO.retry { try FileDescriptor.open(source, .readOnly, options: [.closeOnExec]) }
        } catch {
            throw FileError("read", source, error)
        }
        defer { try? input.close() }
        do {
            let output = try FileIO.retry {
                try FileDescriptor.open(
                    destination, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
                    permissions: FilePermissions(rawValue: CInterop.Mode(mode | 0o200)))
            }
            defer { try? output.close() }
            if csys_reflink(input.rawValue, output.rawValue) == 0 { return }
            try copy(input, to: output)
        } catch let error as Errno {
            throw FileError("write", destination, error)
        } catch {
            throw FileError("write", destination, .ioError)
        }
    }

    private static func copy(_ input: FileDescriptor, to output: FileDescriptor) throws {
        try withUnsafeTemporaryAllocation(byteCount: 1 << 18, alignment: 16) { buffer in
            while true {
                let count = try FileIO.retry { try input.read(into: buffer) }
                if count == 0 { return }
                try FileIO.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]), to: output)
            }
        }
    }
}
