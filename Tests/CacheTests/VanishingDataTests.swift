import Files
import SystemPackage
import TestSupport
import Testing

@testable import Cache

#if canImport(Glibc)
    import Glibc
#endif

/// Data that is not what it was a moment ago, or never was what it should be.
@Suite struct VanishingDataTests {
    private let folder: TemporaryDirectory
    private let reader: DataReader

    init() throws {
        folder = try TemporaryDirectory()
        reader = DataReader(
            store: ObjectStore(directory: folder.path.appending("cache"), linkTypes: [.copy]),
            memo: StatMemo(file: folder.path.appending("memo")), root: folder.path)
    }

    private func write(_ path: String, _ text: String) throws -> FilePath {
        let file = folder.path.pushing(FilePath(path))
        try FileIO.makeDirectories(file.removingLastComponent())
        try FileIO.replace(file, with: Array(text.utf8), sync: false)
        return file
    }

    private func link(_ path: String, to target: String) throws -> FilePath {
        let link = folder.path.pushing(FilePath(path))
        try FileIO.makeDirectories(link.removingLastComponent())
        #expect(symlink(target, link.string) == 0)
        return link
    }

    private func save(_ path: String) throws -> OutputHash {
        try #require(try reader.hash(folder.path.pushing(FilePath(path)), generation: .three, saving: true))
    }

    // MARK: Hashing

    @Test func whatCannotBeHashed() throws {
        let missing = folder.path.appending("missing")
        #expect(throws: CacheError.missing(missing)) { try FileHasher.digest(of: missing, generation: .three) }
        let dangling = try link("dangling", to: "nowhere")
        #expect(throws: CacheError.danglingLink(dangling)) { try FileHasher.digest(of: dangling, generation: .three) }
        let circle = try link("circle", to: "circle")
        #expect(throws: FileError("read", circle, .tooManySymbolicLinkLevels)) {
            try FileHasher.digest(of: circle, generation: .three)
        }
        let pipe = folder.path.appending("pipe")
        #expect(mkfifo(pipe.string, 0o600) == 0)
        #expect(throws: CacheError.notHashable(pipe, kind: "a device, a socket or a pipe")) {
            try FileHasher.digest(of: pipe, generation: .three)
        }
        #expect(throws: CacheError.notHashable(folder.path, kind: "a folder")) {
            try FileHasher.digest(of: folder.path, generation: .three)
        }
    }

    /// The bytes go into a pipe, so the file changes while it is being read and at no other moment.
    @Test func aFileThatGrowsWhileItIsHashed() async throws {
        let file = try write("large", String(repeating: "x", count: 4 << 20))
        let ends = try FileDescriptor.pipe()
        let path = file
        let hashing = Task.detached {
            defer { try? ends.writeEnd.close() }
            return Result { try FileHasher.read(path, generation: .three, into: ends.writeEnd) }
        }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        func take() throws -> Int { try buffer.withUnsafeMutableBytes { try ends.readEnd.read(into: $0) } }
        #expect(try take() > 0)
        let growing = try FileDescriptor.open(file, .writeOnly, options: [.append])
        try growing.writeAll("y".utf8)
        try growing.close()
        while try take() > 0 {}
        try ends.readEnd.close()
        let outcome = await hashing.value
        #expect(throws: CacheError.changedMeanwhile(file)) { try outcome.get() }
    }

    @Test(arguments: ["pipe", "dangling", "device", ".dvcignore"])
    func whatAFolderMayNotHold(_ name: String) throws {
        _ = try write("data/sub/a", "1")
        let path = folder.path.pushing("data/sub").appending(name)
        let expected: CacheError
        switch name {
        case "pipe":
            #expect(mkfifo(path.string, 0o600) == 0)
            expected = .notHashable(path, kind: "a device, a socket or a pipe")
        case "dangling":
            _ = try link("data/sub/dangling", to: "nowhere")
            expected = .danglingLink(path)
        case "device":
            _ = try link("data/sub/device", to: "/dev/null")
            expected = .notHashable(path, kind: "a device, a socket or a pipe")
        default:
            _ = try write("data/sub/.dvcignore", "a\n")
            expected = .ignoreFileInside(path)
        }
        #expect(throws: expected) { try save("data") }
        #expect(try FileIO.list(folder.path.pushing("cache/files/md5")) == nil)
    }

    // MARK: Bringing

    @Test func hashesThatAreNone() throws {
        for name in ["", "x", "../../../etc/passwd", String(repeating: "g", count: 32)] {
            let hash = OutputHash(md5: name, size: 1, generation: .three)
            #expect(throws: CacheError.badManifest(name, problem: "not a hash")) {
                try Checkout(reader).bring(hash, to: folder.path.appending("out"), overwriting: true)
            }
        }
    }

    @Test func copiesOfWhatIsNotThere() throws {
        let file = try write("data", "contents")
        let hash = try save("data")
        let object = reader.store.path(of: hash.md5, .three)
        #expect(throws: FileError("write", file, .fileExists)) {
            try DataLink.copy(object, hash.md5, .three, to: file)
        }
        let target = folder.path.appending("out")
        try FileIO.remove(object)
        #expect(throws: CacheError.missingObject(md5: hash.md5, path: target)) {
            try DataLink.copy(object, hash.md5, .three, to: target)
        }
        try FileIO.remove(target)
        try FileIO.replace(object, with: Array("evil".utf8), sync: false)
        let aside = FilePath(object.string + ".corrupt")
        #expect(throws: CacheError.corruptObject(md5: hash.md5, movedTo: aside)) {
            try DataLink.copy(object, hash.md5, .three, to: target)
        }
        #expect(try FileIO.read(aside) == Array("evil".utf8))
        #expect(try FileStatus.of(object, followingLinks: false) == nil)
    }

    /// One file of a directory is lost after the other version of it was saved.
    @Test func aChangedFileOfADirectoryIsMissing() throws {
        _ = try write("data/a", "1")
        _ = try write("data/b", "one")
        let old = try save("data")
        let file = try write("data/b", "two")
        _ = try save("data")
        let md5 = MD5.hex(Array("one".utf8))
        try FileIO.remove(reader.store.path(of: md5, .three))
        #expect(throws: CacheError.missingObject(md5: md5, path: file)) {
            try Checkout(reader).bring(old, to: folder.path.appending("data"), overwriting: true)
        }
        #expect(try FileIO.read(file) == Array("two".utf8))
    }

    /// In the place of an object there is something else.
    @Test(arguments: ["folder", "link"]) func objectsThatAreNoFiles(_ kind: String) throws {
        _ = try write("data/a", "1")
        let hash = try save("data")
        let object = reader.store.path(of: MD5.hex(Array("1".utf8)), .three)
        try FileIO.remove(object)
        try FileIO.removeTree(folder.path.appending("data"))
        switch kind {
        case "folder": try FileIO.makeDirectories(object)
        default: #expect(symlink("/etc/passwd", object.string) == 0)
        }
        #expect(throws: (any Error).self) {
            try Checkout(reader).bring(hash, to: folder.path.appending("data"), overwriting: true)
        }
        #expect(try FileStatus.of(folder.path.appending("data"), followingLinks: false) == nil)
    }

    @Test func aPartOfADirectoryThatIsGone() throws {
        _ = try write("data/a", "1")
        let old = try save("data")
        try FileIO.removeTree(folder.path.appending("data"))
        let data = folder.path.appending("data")
        #expect(throws: CacheError.missing(data)) {
            try reader.directory(old, at: data, replacing: "a", size: nil, generation: .two, saving: false)
        }
    }

    /// A file stands where the folder of objects with these first digits would be.
    @Test func anObjectWithoutAFolder() throws {
        _ = try write("data", "contents")
        let object = reader.store.path(of: MD5.hex(Array("contents".utf8)), .three)
        _ = try write("cache/files/md5/\(object.removingLastComponent().lastComponent?.string ?? "")", "in the way")
        #expect(throws: FileError("write", object, .notDirectory)) { try save("data") }
        // Nothing unfinished stays behind.
        #expect(try FileIO.list(folder.path.pushing("cache/files/md5"))?.count == 1)
    }
}
