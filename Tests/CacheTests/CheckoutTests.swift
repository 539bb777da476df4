import Files
import SystemPackage
import TestSupport
import Testing

@testable import Cache

@Suite struct CheckoutTests {
    private func setUp() throws -> (TemporaryDirectory, DataReader) {
        let folder = try TemporaryDirectory()
        let reader = DataReader(
            store: ObjectStore(directory: folder.path.appending("cache"), linkTypes: [.copy]),
            memo: StatMemo(file: folder.path.appending("memo")), root: folder.path)
        return (folder, reader)
    }

    private func write(_ path: FilePath, _ text: String) throws {
        try FileIO.makeDirectories(path.removingLastComponent())
        try FileIO.replace(path, with: Array(text.utf8), sync: false)
    }

    @Test func aDirectoryComesBackAsItWas() throws {
        let (folder, reader) = try setUp()
        let data = folder.path.appending("data")
        for (name, text) in [("a", "1"), ("sub/b", "2"), ("e\u{301}", "nfd"), ("\u{e9}", "nfc")] {
            try write(data.pushing(FilePath(name)), text)
        }
        let hash = try #require(try reader.hash(data, generation: .three, saving: true))
        #expect(hash.nfiles == 4 && hash.isDirectory)
        try FileIO.removeTree(data)
        #expect(try Checkout(reader).bring(hash, to: data, overwriting: false) == .added)
        #expect(try FileIO.read(data.pushing("sub/b")) == Array("2".utf8))
        #expect(try FileIO.read(data.appending("e\u{301}")) == Array("nfd".utf8))
        #expect(try Checkout(reader).bring(hash, to: data, overwriting: false) == .none)
    }

    @Test func unsavedDataIsNotReplacedUnlessTold() throws {
        let (folder, reader) = try setUp()
        let file = folder.path.appending("model")
        try write(file, "saved")
        let hash = try #require(try reader.hash(file, generation: .three, saving: true))
        try write(file, "precious")
        #expect(throws: CacheError.unsavedData([file])) {
            try Checkout(reader).bring(hash, to: file, overwriting: false)
        }
        #expect(try FileIO.read(file) == Array("precious".utf8))
        try Checkout(reader).bring(hash, to: file, overwriting: true)
        #expect(try FileIO.read(file) == Array("saved".utf8))
    }

    @Test func aDamagedObjectIsMovedAside() throws {
        let (folder, reader) = try setUp()
        let file = folder.path.appending("model")
        try write(file, "saved")
        let hash = try #require(try reader.hash(file, generation: .three, saving: true))
        let object = reader.store.path(of: hash.md5, .three)
        try FileIO.remove(object)
        try write(object, "other")
        try FileIO.remove(file)
        #expect(throws: CacheError.self) { try Checkout(reader).bring(hash, to: file, overwriting: false) }
        #expect(try FileStatus.of(file, followingLinks: false) == nil)
        #expect(try FileStatus.of(object, followingLinks: false) == nil)
    }

    @Test(arguments: ["../x", "/etc/x", "a/../../x", "", "a//b", "a\u{0}b"])
    func aListThatLeadsOutIsRefused(_ path: String) {
        let entry = ManifestEntry(path: path, md5: String(repeating: "a", count: 32))
        #expect(throws: CacheError.self) { try Manifest.parse(Manifest.bytes(of: [entry]), name: "x.dir") }
    }

    @Test func aLinkOutOfTheProjectIsNotFollowed() throws {
        let (folder, reader) = try setUp()
        let outside = try TemporaryDirectory()
        let file = folder.path.appending("model")
        try write(file, "saved")
        let hash = try #require(try reader.hash(file, generation: .three, saving: true))
        let link = folder.path.appending("link")
        #expect(try DataLink.make(.symlink, from: outside.path, to: link))
        #expect(throws: CacheError.beyondLink(link)) {
            try Checkout(reader).bring(hash, to: link.appending("model"), overwriting: true)
        }
        #expect(try FileIO.list(outside.path)?.isEmpty == true)
    }

    @Test func linesOfGitignoreAreEscapedAndAddedOnce() {
        #expect(GitIgnoreFile.line(for: "st[r]*.txt") == "/st\\[r\\]\\*.txt")
        #expect(GitIgnoreFile.line(for: "a b #1!é") == "/a b \\#1\\!é")
        // A combining letter does not hide the star before it.
        #expect(Array(GitIgnoreFile.line(for: "*\u{301}").utf8) == Array("/\\*\u{301}".utf8))
        #expect(GitIgnoreFile.line(for: "o\nREADME") == "/o?README")
        #expect(GitIgnoreFile.line(for: "o\r\n") == "/o??")
        #expect(GitIgnoreFile.line(for: "a\\b  ") == "/a\\\\b\\ \\ ")
        let once = GitIgnoreFile.adding("b", to: Array("/a".utf8))
        #expect(once == Array("/a\n/b\n".utf8))
        #expect(once.flatMap { GitIgnoreFile.adding("b", to: $0) } == nil)
        #expect(GitIgnoreFile.removing("b", from: once ?? []) == Array("/a\n".utf8))
    }
}
