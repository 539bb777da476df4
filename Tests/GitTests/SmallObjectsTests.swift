import Files
import SystemPackage
import TestSupport
import Testing

@testable import Git

@Suite struct SmallObjectsTests {
    @Test(arguments: [0, 1, 300, 3_900, 3_901, 70_000])
    func gitReadsWhatIsWritten(_ count: Int) throws {
        let sandbox = try Sandbox()
        let repository = try Repository(discovering: sandbox.root)
        try repository.prepareObjects(2)
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 5) | 0x80 }
        let blob = try repository.writeBlob(bytes)
        #expect(try sandbox.git("cat-file", "-s", blob.hex) == "\(count)\n")
        #expect(try repository.blob(blob) == bytes)
        #expect(try sandbox.git("fsck", "--strict", "--no-dangling").isEmpty)
        // The same object again is no second file and no mistake.
        #expect(try repository.writeBlob(bytes) == blob)
    }

    /// Larger ones than are read as a whole.
    @Test func largeFilesAreStreamed() throws {
        let sandbox = try Sandbox()
        let repository = try Repository(discovering: sandbox.root)
        try repository.prepareObjects(1)
        let settings = try GitSettings(of: repository)
        let index = try #require(
            try PlainIndex(repository, workTree: sandbox.root, file: repository.indexFile, settings: settings))
        let count = 8 << 20
        try FileIO.replace(sandbox.root.appending("a"), with: [UInt8](repeating: 7, count: count), sync: false)
        try index.add(["a"])
        #expect(try sandbox.git("cat-file", "-s", "\(index.writeTree().hex):a") == "\(count)\n")
        #expect(try sandbox.git("fsck", "--strict", "--no-dangling").isEmpty)
    }

    @Test func commitsAndTreesAreSoundWithAndWithoutPreparedFiles() throws {
        let sandbox = try Sandbox()
        try sandbox.write("a", "1")
        try sandbox.git("add", "a")
        try sandbox.git("commit", "-q", "-m", "first")
        let repository = try Repository(discovering: sandbox.root)
        try repository.prepareObjects(1)
        let index = try #require(
            try PlainIndex(
                repository, workTree: sandbox.root, file: repository.indexFile,
                settings: try GitSettings(of: repository)))
        try sandbox.write("a", "changed")
        try index.add(["a"])
        let tree = try index.writeTree()
        let identity = try Identity(of: repository, settings: try GitSettings(of: repository))
        let commit = try repository.writeCommit(
            tree: tree, parents: [try #require(try repository.head())], author: identity.signature(), message: "second")
        #expect(try sandbox.git("show", "\(commit.hex):a") == "changed")
        #expect(try sandbox.git("fsck", "--strict", "--no-dangling").isEmpty)
    }
}
