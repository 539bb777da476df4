import Files
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// How data gets from the cache into the workspace.
package enum LinkType: String, Sendable, Hashable { case reflink, hardlink, symlink, copy }

/// The cache: objects named by the MD5 of their contents, in the layouts of DVC 2 and DVC 3.
package struct ObjectStore: Sendable {
    /// The cache's folder, `.dvc/cache` unless configured.
    package let directory: FilePath
    /// In the order in which they are tried.
    package let linkTypes: [LinkType]
    /// Whether new folders may be written by the group.
    package let isShared: Bool
    private let nameless: NamelessFiles
    /// For files of the run cache, which may be written.
    private let namelessEntries: NamelessFiles

    /// Takes settings as `cache.dir`, `cache.type` and `cache.shared` give them; the folder need not exist.
    ///
    /// - Parameter linkTypes: Where it is empty, data is copied.
    package init(directory: FilePath, linkTypes: [LinkType] = [.reflink, .copy], isShared: Bool = false) {
        self.directory = directory
        self.linkTypes = linkTypes.isEmpty ? [.copy] : linkTypes
        self.isShared = isShared
        nameless = NamelessFiles(in: directory, mode: 0o444)
        namelessEntries = NamelessFiles(in: directory, mode: 0o666)
    }

    /// Makes files in advance, where the file system can; storing takes less time then.
    ///
    /// - Parameters:
    ///   - count: For so many objects.
    ///   - entries: For so many entries of the run cache.
    package func prepare(_ count: Int, entries: Int = 0) {
        nameless.prepare(count)
        namelessEntries.prepare(entries)
    }

    /// The folder around those that the objects lie in.
    package func folder(_ generation: Generation) -> FilePath {
        generation == .three ? directory.appending("files").appending("md5") : directory
    }

    /// Where an object lies, present or not.
    package func path(of md5: String, _ generation: Generation) -> FilePath {
        folder(generation).appending(String(md5.prefix(2))).appending(String(md5.dropFirst(2)))
    }

    /// Whether a text has the form of an object's name, so that it cannot name anything else.
    package static func isObjectName(_ md5: String) -> Bool {
        let digits = md5.hasSuffix(".dir") ? md5.dropLast(4) : md5[...]
        return digits.utf8.count == 32
            && digits.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    /// Whether the cache holds the object; of a directory, its list and every file on it.
    ///
    /// A list that is not usable is not there.
    package func contains(_ hash: OutputHash) throws -> Bool {
        guard Self.isObjectName(hash.md5), try hasObject(hash.md5, hash.generation) else { return false }
        guard hash.isDirectory else { return true }
        do {
            return try manifest(of: hash).allSatisfy { try hasObject($0.md5, hash.generation) }
        } catch is CacheError {
            return false
        }
    }

    /// Whether a file is there under the name of an object; nobody looks at what it holds.
    package func hasObject(_ md5: String, _ generation: Generation) throws -> Bool {
        try FileStatus.of(path(of: md5, generation), followingLinks: false)?.kind == .file
    }

    /// Whether the object is there and can be relied on: a read-only one is; another one is hashed, and is removed
    /// where it does not hold what its name says.
    func hasTrustedObject(_ md5: String, _ generation: Generation) throws -> Bool {
        let path = path(of: md5, generation)
        guard let status = try FileStatus.of(path, followingLinks: false), status.kind == .file else { return false }
        if status.mode & 0o777 == 0o444 { return true }
        let digest = try FileHasher.digest(of: path, generation: generation)
        guard digest.md5 == md5.prefix(32) else {
            try FileIO.remove(path)
            return false
        }
        try? FileIO.setMode(path, 0o444)
        return true
    }

    /// The files of a directory object, sorted by path.
    ///
    /// - Parameter movingAside: Whether a damaged list loses its name.
    /// - Throws: ``CacheError`` where the list is missing, damaged, or names a path outside the directory.
    package func manifest(of hash: OutputHash, movingAside: Bool = false) throws -> [ManifestEntry] {
        let path = path(of: hash.md5, hash.generation)
        guard let bytes = try FileIO.read(path) else { throw CacheError.missingObject(md5: hash.md5, path: path) }
        guard MD5.hex(bytes) + ".dir" == hash.md5 else {
            if movingAside {
                let aside = FilePath(path.string + ".corrupt")
                try FileIO.move(path, to: aside)
                throw CacheError.corruptObject(md5: hash.md5, movedTo: aside)
            }
            throw CacheError.badManifest(hash.md5, problem: "its contents do not match its name")
        }
        return try Manifest.parse(bytes, name: hash.md5)
    }

    func makeFolder(for path: FilePath) throws {
        let folder = path.parent
        guard isShared else { return try FileIO.makeDirectories(folder) }
        var fresh: [FilePath] = []
        var missing = folder
        while try FileStatus.of(missing, followingLinks: true) == nil {
            fresh.append(missing)
            if !missing.ascend() { break }
        }
        try FileIO.makeDirectories(folder, mode: 0o2775)
        // The umask does not apply to what a group has agreed on.
        for folder in fresh { try? FileIO.setMode(folder, 0o2775) }
    }

    /// An object, or an entry of the run cache, while it is written.
    final class Draft {
        let file: FileDescriptor
        /// The name it has meanwhile, where it needs one.
        let path: FilePath?
        private var isOpen = true

        init(file: FileDescriptor, path: FilePath?) {
            self.file = file
            self.path = path
        }

        deinit { try? close() }

        func close() throws {
            guard isOpen else { return }
            isOpen = false
            try file.close()
        }

        /// Throws the object away.
        func discard() {
            try? close()
            if let path { try? FileIO.remove(path) }
        }
    }

    /// Opens a new file on the cache's file system; it gets its name from ``place(_:as:_:)`` or ``settle(_:at:)``, or is
    /// discarded.
    func draft(isObject: Bool = true) throws -> Draft {
        let files = isObject ? nameless : namelessEntries
        if let file = files.take() { return Draft(file: file, path: nil) }
        try makeFolder(for: directory.appending("object"))
        if let file = files.take() { return Draft(file: file, path: nil) }
        let path = FileIO.sibling(of: directory.appending("object"))
        do {
            let file = try FileIO.retry {
                try FileDescriptor.open(
                    path, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
                    permissions: FilePermissions(rawValue: isObject ? 0o444 : 0o666))
            }
            return Draft(file: file, path: path)
        } catch {
            throw FileError("write to the cache", directory, error)
        }
    }

    /// Stores bytes under their name, unless they are there already.
    func store(_ bytes: [UInt8], as md5: String, _ generation: Generation) throws {
        if try hasTrustedObject(md5, generation) {
            // What a list says decides over many files, so nobody's word is taken for it.
            let path = path(of: md5, generation)
            guard md5.hasSuffix(".dir"), try FileIO.read(path) != bytes else { return }
            try FileIO.remove(path)
        }
        let draft = try draft()
        do {
            try bytes.withUnsafeBytes { try FileIO.write($0, to: draft.file) }
            try place(draft, as: md5, generation)
        } catch {
            draft.discard()
            if let code = error as? Errno { throw FileError("write to the cache", directory, code) }
            throw error
        }
    }

    /// Gives a complete object its name, and closes it.
    func place(_ draft: Draft, as md5: String, _ generation: Generation) throws {
        // Whatever the umask says, an object can be read by all and written by none.
        fchmod(draft.file.rawValue, 0o444)
        try settle(draft, at: path(of: md5, generation))
    }

    /// Puts a complete file in its place, whose folder may have to be made, and closes it.
    func settle(_ draft: Draft, at destination: FilePath) throws {
        do {
            try name(draft, destination)
        } catch  where error == .noSuchFileOrDirectory {
            try makeFolder(for: destination)
            do {
                try name(draft, destination)
            } catch {
                throw FileError("write", destination, error)
            }
        } catch {
            throw FileError("write", destination, error)
        }
        // Some file systems tell only now that there was no room.
        do { try draft.close() } catch {
            try? FileIO.remove(destination)
            throw FileError("write", destination, error as? Errno ?? .ioError)
        }
    }

    private func name(_ draft: Draft, _ destination: FilePath) throws(Errno) {
        if let path = draft.path { return try FileIO.rename(path, destination) }
        do throws(Errno) {
            try draft.file.giveName(destination)
        } catch {
            // Another process stored the same meanwhile.
            if error != .fileExists { throw error }
        }
    }

    /// Removes what killed processes left half-written in the cache.
    package func sweep() throws {
        for (name, kind) in try FileIO.list(directory) ?? [] where kind == .file && Self.isLeftBehind(name) {
            try FileIO.remove(directory.appending(name))
        }
    }

    /// Whether a name is that of a temporary file or folder whose process has ended.
    static func isLeftBehind(_ name: String) -> Bool {
        guard name.hasPrefix(".git-exp-"), let process = Int32(name.dropFirst(9).prefix { $0 != "-" }) else {
            return false
        }
        return !isAlive(process)
    }
}
