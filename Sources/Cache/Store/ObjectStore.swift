import Files
import SystemPackage

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

    package init(directory: FilePath, linkTypes: [LinkType] = [.reflink, .copy], isShared: Bool = false) {
        self.directory = directory
        self.linkTypes = linkTypes.isEmpty ? [.copy] : linkTypes
        self.isShared = isShared
    }

    /// Where an object lies, present or not.
    package func path(of md5: String, _ generation: Generation) -> FilePath {
        let root = generation == .three ? directory.appending("files").appending("md5") : directory
        return root.appending(String(md5.prefix(2))).appending(String(md5.dropFirst(2)))
    }

    /// Whether a text has the form of an object's name, so that it cannot name anything else.
    package static func isObjectName(_ md5: String) -> Bool {
        let digits = md5.hasSuffix(".dir") ? md5.dropLast(4) : md5[...]
        return digits.utf8.count == 32
            && digits.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    /// Whether the cache holds the object; of a directory, its list and every file on it.
    package func contains(_ hash: OutputHash) throws -> Bool {
        guard Self.isObjectName(hash.md5), try hasObject(hash.md5, hash.generation) else { return false }
        guard hash.isDirectory else { return true }
        return try manifest(of: hash).allSatisfy { try hasObject($0.md5, hash.generation) }
    }

    func hasObject(_ md5: String, _ generation: Generation) throws -> Bool {
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
    /// - Throws: ``CacheError`` where the list is missing, damaged, or names a path outside the directory.
    package func manifest(of hash: OutputHash) throws -> [ManifestEntry] {
        let path = path(of: hash.md5, hash.generation)
        guard let bytes = try FileIO.read(path) else { throw CacheError.missingObject(md5: hash.md5, path: path) }
        guard MD5.hex(bytes) + ".dir" == hash.md5 else {
            throw CacheError.badManifest(hash.md5, problem: "its contents do not match its name")
        }
        return try Manifest.parse(bytes, name: hash.md5)
    }

    func makeFolder(for path: FilePath) throws {
        let folder = path.removingLastComponent()
        try FileIO.makeDirectories(folder, mode: isShared ? 0o2775 : 0o777)
        // The umask does not apply to what a group has agreed on.
        if isShared { try? FileIO.setMode(folder, 0o2775) }
    }

    /// A fresh name on the cache's file system.
    func temporaryPath() throws -> FilePath {
        try FileIO.makeDirectories(directory, mode: isShared ? 0o2775 : 0o777)
        return FileIO.sibling(of: directory.appending("object"))
    }

    /// Stores bytes under their name, unless they are there already.
    func store(_ bytes: [UInt8], as md5: String, _ generation: Generation) throws {
        guard try !hasTrustedObject(md5, generation) else { return }
        let temporary = try temporaryPath()
        do {
            try FileIO.replace(temporary, with: bytes, mode: 0o444, sync: false)
            try place(temporary, as: md5, generation)
        } catch {
            try? FileIO.remove(temporary)
            throw error
        }
    }

    /// Gives a complete temporary file its name.
    func place(_ temporary: FilePath, as md5: String, _ generation: Generation) throws {
        try FileIO.setMode(temporary, 0o444)
        try settle(temporary, at: path(of: md5, generation))
    }

    /// Moves a complete temporary file to its place, whose folder may have to be made.
    func settle(_ temporary: FilePath, at destination: FilePath) throws {
        do {
            try FileIO.move(temporary, to: destination)
        } catch  where error.code == .noSuchFileOrDirectory {
            try makeFolder(for: destination)
            try FileIO.move(temporary, to: destination)
        }
    }

    /// Removes what killed processes left half-written in the cache.
    package func sweep() throws {
        for (name, kind) in try FileIO.list(directory) ?? [] where kind == .file && name.hasPrefix(".git-exp-") {
            let owner = name.dropFirst(9).prefix { $0 != "-" }
            guard let process = Int32(owner), !isAlive(process) else { continue }
            try FileIO.remove(directory.appending(name))
        }
    }
}
