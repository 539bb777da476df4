import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The names in one folder in the order of the paths below it: by their bytes, a folder's own as if a slash followed.
///
/// Made for folders of a million names: they stay bytes in one block until somebody asks for one.
package struct FolderListing: Sendable {
    private struct Item {
        let offset: Int
        let length: Int32
        let kind: FileKind
    }

    private let path: FilePath
    /// Each name ends with a zero byte; that of a folder has a slash before it.
    private var bytes: [UInt8] = []
    private var items: [Item] = []

    /// The number of names.
    package var count: Int { items.count }

    /// - Returns: `nil` where there is no such folder.
    package static func of(_ path: FilePath) throws(FileError) -> FolderListing? {
        guard let directory = path.withPlatformString({ opendir($0) }) else {
            let code = Errno(rawValue: errno)
            if code == .noSuchFileOrDirectory || code == .notDirectory { return nil }
            throw FileError("list", path, code)
        }
        defer { closedir(directory) }
        var listing = FolderListing(path: path)
        while let entry = readdir(directory) {
            let offset = listing.bytes.count
            let length = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                let start = UnsafeRawPointer(pointer)
                let length = strlen(start.assumingMemoryBound(to: CChar.self))
                listing.bytes.append(contentsOf: UnsafeRawBufferPointer(start: start, count: length))
                return length
            }
            if listing.isDots(offset, length) {
                listing.bytes.removeLast(length)
                continue
            }
            let kind: FileKind
            switch Int(entry.pointee.d_type) {
            case Int(DT_REG): kind = .file
            case Int(DT_DIR): kind = .directory
            case Int(DT_LNK): kind = .symlink
            case Int(DT_UNKNOWN): kind = try listing.kindOfUnknown(at: offset, in: dirfd(directory))
            default: kind = .other
            }
            if kind == .directory { listing.bytes.append(UInt8(ascii: "/")) }
            listing.bytes.append(0)
            listing.items.append(Item(offset: offset, length: Int32(length), kind: kind))
        }
        listing.sort()
        return listing
    }

    private init(path: FilePath) { self.path = path }

    private func isDots(_ offset: Int, _ length: Int) -> Bool {
        length <= 2 && bytes[offset...].allSatisfy { $0 == UInt8(ascii: ".") }
    }

    /// Some file systems do not say in a listing what a name stands for.
    private mutating func kindOfUnknown(at offset: Int, in folder: Int32) throws(FileError) -> FileKind {
        bytes.append(0)
        defer { bytes.removeLast() }
        return try look(at: offset, in: folder, flags: AT_SYMLINK_NOFOLLOW)?.kind ?? .other
    }

    private mutating func sort() {
        bytes.withUnsafeBytes { block in
            guard let start = block.baseAddress?.assumingMemoryBound(to: CChar.self) else { return }
            items.sort { strcmp(start + $0.offset, start + $1.offset) < 0 }
        }
    }

    /// What a name stands for; links are not followed.
    package func kind(_ index: Int) -> FileKind { items[index].kind }

    /// Whether a name begins with a dot.
    package func isHidden(_ index: Int) -> Bool { bytes[items[index].offset] == UInt8(ascii: ".") }

    /// - Throws: ``FileError`` for a name that is not UTF-8, which neither git exp nor DVC can record.
    package func name(_ index: Int) throws(FileError) -> String {
        let item = items[index]
        let name = bytes.withUnsafeBytes { block in
            String(validating: block[item.offset..<item.offset + Int(item.length)], as: UTF8.self)
        }
        guard let name else { throw FileError("read a name that is not UTF-8 in", path, .illegalByteSequence) }
        return name
    }

    /// The status of what a name stands for, seen from the open folder, so that the system does not walk down to it for
    /// each of them; links are followed.
    ///
    /// - Returns: `nil` where nothing is there.
    package func status(_ index: Int, in folder: FileDescriptor) throws(FileError) -> FileStatus? {
        try look(at: items[index].offset, in: folder.rawValue, flags: 0)
    }

    private func look(at offset: Int, in folder: Int32, flags: Int32) throws(FileError) -> FileStatus? {
        var raw = stat()
        let result = bytes.withUnsafeBytes { block in
            fstatat(folder, block.baseAddress!.assumingMemoryBound(to: CChar.self) + offset, &raw, flags)
        }
        if result == 0 { return FileStatus(raw) }
        let code = Errno(rawValue: errno)
        if code == .noSuchFileOrDirectory || code == .notDirectory { return nil }
        throw FileError("look at", path, code)
    }
}
