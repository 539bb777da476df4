import CMD5
import CSys
import Diagnostics
import Files
import SystemPackage

/// Hashes one file, on the way copying it where that is asked for.
enum FileHasher {
    struct Digest {
        let md5: String
        let size: Int
        let status: FileStatus
    }

    /// The digest of a file; links are followed.
    static func digest(of path: FilePath, generation: Generation, meter: ProgressMeter? = nil) throws -> Digest {
        try read(path, generation: generation, into: nil, meter: meter)
    }

    /// Reads a file once, to its end.
    ///
    /// - Parameters:
    ///   - copy: An open, empty file that gets the bytes.
    ///   - meter: Told of the bytes that were read.
    /// - Throws: ``CacheError`` where it is not a file or changed meanwhile, ``FileError`` where the system refused.
    static func read(
        _ path: FilePath, generation: Generation, into copy: FileDescriptor?, meter: ProgressMeter? = nil
    ) throws -> Digest {
        let file: FileDescriptor
        do {
            // A FIFO must not make us wait for its other end.
            file = try FileIO.retry { try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking]) }
        } catch  where error == .noSuchFileOrDirectory {
            if try FileStatus.of(path, followingLinks: false)?.kind == .symlink { throw CacheError.danglingLink(path) }
            throw CacheError.missing(path)
        } catch {
            throw FileError("read", path, error)
        }
        defer { try? file.close() }
        let before = try FileStatus.of(file, path: path)
        guard before.kind == .file else { throw CacheError.notHashable(path, kind: try FileNature.describe(path)) }
        let isText = generation == .two ? TextTest.isText(try head(of: file, path)) : false
        var digest = MD5.Digest()
        var size: UInt64 = 0
        let code = withUnsafeMutableBytes(of: &digest.bytes) { raw in
            withExtendedLifetime(meter) {
                cmd5_copy(
                    file.rawValue, copy?.rawValue ?? -1, isText ? 1 : 0, raw.bindMemory(to: UInt8.self).baseAddress,
                    &size, meter == nil ? nil : advanceMeter, meter.map { Unmanaged.passUnretained($0).toOpaque() })
            }
        }
        guard code == 0 else { throw FileError(copy == nil ? "read" : "store", path, Errno(rawValue: code)) }
        let after = try FileStatus.of(file, path: path)
        guard after.size == Int(size), after.modified == before.modified, before.size == after.size else {
            throw CacheError.changedMeanwhile(path)
        }
        return Digest(md5: digest.hex, size: Int(size), status: after)
    }

    private static func head(of file: FileDescriptor, _ path: FilePath) throws -> [UInt8] {
        do {
            return try [UInt8](unsafeUninitializedCapacity: 512) { buffer, count in
                count = try file.read(fromAbsoluteOffset: 0, into: UnsafeMutableRawBufferPointer(buffer))
            }
        } catch {
            throw FileError("read", path, error as? Errno ?? .ioError)
        }
    }
}

private func advanceMeter(_ meter: UnsafeMutableRawPointer?, _ count: Int) {
    if let meter { Unmanaged<ProgressMeter>.fromOpaque(meter).takeUnretainedValue().advance(bytes: count) }
}

/// What a path is, in words.
enum FileNature {
    static func describe(_ path: FilePath) throws -> String {
        switch try FileStatus.of(path, followingLinks: true)?.kind {
        case .file: "a file"
        case .directory: "a folder"
        case .symlink: "a symbolic link"
        case .other, nil: "a device, a socket or a pipe"
        }
    }
}
