import CSys
import Diagnostics
import Files
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The ways in which workspace and cache can share data.
package enum DataLink {
    /// Makes `target` a link of this type to `object`; `false` where the file system cannot, or for a copy.
    static func make(_ type: LinkType, from object: FilePath, to target: FilePath) throws -> Bool {
        switch type {
        case .copy:
            return false
        case .hardlink:
            // A hard link to an empty file would tie unrelated files together.
            if try FileStatus.of(object, followingLinks: false)?.size == 0 { return false }
            return object.withPlatformString { old in target.withPlatformString { link(old, $0) } } == 0
        case .symlink:
            return object.withPlatformString { old in target.withPlatformString { symlink(old, $0) } } == 0
        case .reflink:
            return try clone(object, to: target)
        }
    }

    private static func clone(_ object: FilePath, to target: FilePath) throws -> Bool {
        guard let source = try? FileDescriptor.open(object, .readOnly, options: [.closeOnExec]) else { return false }
        defer { try? source.close() }
        guard
            let copy = try? FileDescriptor.open(
                target, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
                permissions: FilePermissions(rawValue: 0o666))
        else { return false }
        defer { try? copy.close() }
        if csys_reflink(source.rawValue, copy.rawValue) == 0 { return true }
        try FileIO.remove(target)
        return false
    }

    /// Copies an object and checks on the way that it holds what its name says; a damaged one is moved aside.
    static func copy(
        _ object: FilePath, _ md5: String, _ generation: Generation, to target: FilePath, meter: ProgressMeter? = nil
    ) throws {
        let copy: FileDescriptor
        do {
            copy = try FileIO.retry {
                try FileDescriptor.open(
                    target, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
                    permissions: FilePermissions(rawValue: 0o666))
            }
        } catch {
            throw FileError("write", target, error)
        }
        defer { try? copy.close() }
        let digest: FileHasher.Digest
        do {
            digest = try FileHasher.read(object, generation: generation, into: copy, meter: meter)
        } catch CacheError.missing {
            throw CacheError.missingObject(md5: md5, path: target)
        }
        if digest.md5 != md5 {
            let aside = FilePath(object.string + ".corrupt")
            try FileIO.move(object, to: aside)
            throw CacheError.corruptObject(md5: md5, movedTo: aside)
        }
    }

    /// Makes a path a private, writable file that shares nothing with the cache, and so every file of a directory.
    package static func unprotect(_ path: FilePath) throws {
        guard let status = try FileStatus.of(path, followingLinks: false) else { return }
        switch status.kind {
        case .directory:
            for child in try FileIO.list(path) ?? [] { try unprotect(path.appending(child.name)) }
        case .symlink, .file:
            guard status.kind == .symlink || status.links > 1 || status.mode & 0o200 == 0 else { return }
            guard let target = try FileStatus.of(path, followingLinks: true), target.kind == .file else { return }
            try makePrivate(path, mode: target.isExecutable ? 0o744 : 0o644)
        case .other:
            return
        }
    }

    private static func makePrivate(_ path: FilePath, mode: UInt16) throws {
        let temporary = FileIO.sibling(of: path)
        do {
            // Without a name until it is complete: what a killed process left here would count as data.
            let nameless = NamelessFiles(in: path.parent, mode: mode).take()
            let copy =
                try nameless
                ?? FileIO.retry {
                    try FileDescriptor.open(
                        temporary, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
                        permissions: FilePermissions(rawValue: CInterop.Mode(mode)))
                }
            defer { try? copy.close() }
            _ = try FileHasher.read(path, generation: .three, into: copy)
            if nameless != nil { try copy.giveName(temporary) }
            try FileIO.move(temporary, to: path)
        } catch {
            try? FileIO.remove(temporary)
            if let code = error as? Errno { throw FileError("write", path, code) }
            throw error
        }
    }
}
