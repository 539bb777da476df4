import Diagnostics
import SystemPackage
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

@testable import Cache
@testable import Files

@Suite struct FolderMemoTests {
    private func file(_ name: String, size: Int = 1, modified: Int64 = 1_000) -> TrackedFile {
        var raw = stat()
        raw.st_mode = S_IFREG | 0o644
        raw.st_size = off_t(size)
        raw.st_ino = 7
        raw.st_mtim = timespec(tv_sec: Int(modified / 1_000_000_000), tv_nsec: Int(modified % 1_000_000_000))
        raw.st_ctim = raw.st_mtim
        return TrackedFile(
            folder: TrackedFolder(path: "/x", prefix: ""), name: name, status: FileStatus(raw), isLink: false)
    }

    private func entry(_ file: TrackedFile) -> ManifestEntry {
        ManifestEntry(path: file.relative, md5: MD5.hex(Array(file.relative.utf8)))
    }

    private let whole = OutputHash(
        md5: String(repeating: "ab", count: 16) + ".dir", size: 3, nfiles: 3, generation: .three)

    private func memo(_ folder: TemporaryDirectory, _ files: [TrackedFile]) -> FolderMemo {
        let memo = FolderMemo(of: "/x", .three, in: folder.path)
        memo.record(files, files.map(entry), whole)
        return memo
    }

    @Test func whatDidNotChangeIsKnown() throws {
        let folder = try TemporaryDirectory()
        let files = [file("a"), file("b"), file("é")]
        let memo = memo(folder, files)
        #expect(memo.recall(files)?.hash == whole)
        #expect(memo.md5s(of: files) == files.map { entry($0).md5 })
        #expect(FolderMemo(of: "/x", .two, in: folder.path).recall(files) == nil)
    }

    @Test func whatChangedCameOrWentIsSeen() throws {
        let folder = try TemporaryDirectory()
        let memo = memo(folder, [file("a"), file("b"), file("c")])
        let (a, b, c) = (entry(file("a")).md5, entry(file("b")).md5, entry(file("c")).md5)
        for (files, known) in [
            ([file("a"), file("c")], [a, c]), ([file("b")], [b]),
            ([file("a"), file("aa"), file("b"), file("c")], [a, nil, b, c]),
            ([file("a"), file("b", size: 2), file("c")], [a, nil, c]), ([], []), ([file("z")], [nil]),
            ([file("a"), file("b"), file("c", modified: 2_000)], [a, b, nil]),
            ([file("a"), file("b"), file("c"), file("d")], [a, b, c, nil]),
            ([file("0"), file("a"), file("b"), file("c")], [nil, a, b, c]),
        ] as [([TrackedFile], [String?])] {
            #expect(memo.md5s(of: files) == known)
            #expect(try #require(memo.recall(files)).hash == nil)
        }
    }

    @Test func whatChangedJustNowIsNotReliedOn() throws {
        let folder = try TemporaryDirectory()
        let files = [file("a", modified: Clock.now())]
        #expect(memo(folder, files).md5s(of: files) == [nil])
    }

    @Test func aDamagedMemoIsAnEmptyOne() throws {
        let folder = try TemporaryDirectory()
        let files = [file("a"), file("b")]
        let memo = memo(folder, files)
        let path = folder.path.appending(MD5.hex(Array("/x".utf8)) + "-3")
        let bytes = try #require(try FileIO.read(path))
        for length in stride(from: 0, to: bytes.count, by: 7) {
            try FileIO.replace(path, with: Array(bytes[..<length]), sync: false)
            #expect(memo.recall(files)?.hash == nil)
        }
    }

    @Test func filesComeInTheOrderOfTheirPaths() throws {
        let folder = try TemporaryDirectory()
        let names = ["a/x", "a/b/y", "a-b", "a.txt", "a0", "a!/z", "é", "Z", "b/c.d/1", "b/c/2", "b/c-/3", "b/c"]
        for name in names.dropLast() {
            let path = folder.path.appending("data").pushing(FilePath(name))
            try FileIO.makeDirectories(path.removingLastComponent())
            try FileIO.replace(path, with: Array(name.utf8), sync: false)
        }
        let found = try TrackedFiles(
            of: folder.path.appending("data"), root: folder.path, ignoring: IgnoreRules()
        ).files.map(\.relative)
        #expect(found == names.dropLast().sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    }

    private static func sixHundredFiles(in folder: FilePath) throws -> (reader: DataReader, data: FilePath) {
        let data = folder.appending("data")
        try FileIO.makeDirectories(data)
        for number in 0..<600 {
            try FileIO.replace(data.appending(String(number)), with: Array("\(number)".utf8), sync: false)
        }
        let reader = DataReader(
            store: ObjectStore(directory: folder.appending("cache")),
            memo: StatMemo(file: folder.appending("memo")), root: folder)
        return (reader, data)
    }

    @Test func aFileThatLeavesTheCacheComesBackWithAChangeOfAnother() throws {
        let folder = try TemporaryDirectory()
        let (reader, data) = try Self.sixHundredFiles(in: folder.path)
        let before = try #require(try reader.hash(data, generation: .three, saving: true))
        // The folders of the cache and the files have to be older than the clock can tell apart.
        usleep(120_000)
        #expect(try reader.isCached(before))
        let object = reader.store.path(of: MD5.hex(Array("17".utf8)), .three)
        try FileIO.remove(object)
        try FileIO.replace(data.appending("3"), with: Array("other".utf8), sync: false)
        let after = try #require(try reader.hash(data, generation: .three, saving: true))
        #expect(after.md5 != before.md5)
        #expect(try FileStatus.of(object, followingLinks: false) != nil)
        #expect(try reader.store.contains(after))
        #expect(
            try FileIO.read(reader.store.path(of: after.md5, .three))
                == Manifest.bytes(of: reader.store.manifest(of: after).reversed()))
    }

    @Test func aFileThatLeavesTheCacheIsMissed() throws {
        let folder = try TemporaryDirectory()
        let (reader, data) = try Self.sixHundredFiles(in: folder.path)
        let hash = try #require(try reader.hash(data, generation: .three, saving: true))
        // The folders of the cache have to be older than the clock can tell apart.
        usleep(120_000)
        #expect(try reader.isCached(hash) && reader.isCached(hash))
        #expect(try FileIO.read(folder.path.pushing(".dvc/tmp/git-exp/folders/complete"))?.isEmpty == false)
        try FileIO.remove(reader.store.path(of: MD5.hex(Array("17".utf8)), .three))
        #expect(try !reader.isCached(hash))
        // Saving again brings it back although nothing changed in the workspace.
        #expect(try reader.hash(data, generation: .three, saving: true) == hash)
        #expect(try reader.isCached(hash))
    }
}

extension FolderMemo {
    fileprivate func md5s(of files: [TrackedFile]) -> [String?]? {
        recall(files).map { recall in files.indices.map { recall.md5($0) } }
    }
}
