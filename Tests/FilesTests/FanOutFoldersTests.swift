import Files
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

@Suite struct FanOutFoldersTests {
    @Test func makesThoseThatAreMissing() throws {
        let folder = try TemporaryDirectory()
        let root = folder.path.appending("objects")
        let folders = FanOutFolders(in: root)
        #expect(!folders.makeNext())
        #expect(try FileIO.list(root) == nil)
        try FileIO.makeDirectories(root)
        try FileIO.setMode(root, 0o2775)
        try FileIO.makeDirectories(root.appending("a7"))
        try FileIO.replace(root.appending("a7").appending("file"), with: [1], sync: false)
        try FileIO.makeDirectories(root.appending("pack"))
        var count = 0
        while folders.makeNext() { count += 1 }
        #expect(count == 255)
        let names = try #require(try FileIO.list(root)).map(\.name)
        #expect(names.count == 257)
        #expect(names.first == "00" && names.dropLast().last == "ff")
        // Whoever shares the folder shares these, whatever the umask of one of them says.
        #expect(try FileStatus.of(root.appending("3c"), followingLinks: false)?.mode == 0o2775)
        #expect(try FileIO.read(root.appending("a7").appending("file")) == [1])
        #expect(!FanOutFolders(in: root).makeNext())
    }

    @Test func theSharedModeCountsWhateverTheFolderHas() throws {
        let folder = try TemporaryDirectory()
        try FileIO.setMode(folder.path, 0o755)
        #expect(FanOutFolders(in: folder.path, sharedMode: 0o2775).makeNext())
        #expect(try FileStatus.of(folder.path.appending("ff"), followingLinks: false)?.mode == 0o2775)
    }

    @Test func givesUpWhereNoneCanBeMade() throws {
        let folder = try TemporaryDirectory()
        let root = folder.path.appending("objects")
        let folders = FanOutFolders(in: root)
        try FileIO.replace(root, with: [], sync: false)
        #expect(!folders.makeNext())
        try FileIO.remove(root)
        try FileIO.makeDirectories(root)
        #expect(folders.makeNext())
        try FileIO.removeTree(root)
        #expect(!folders.makeNext())
        try FileIO.makeDirectories(root)
        #expect(!folders.makeNext())
    }

    /// What this user makes there would be in the way of the other one.
    @Test(.enabled(if: geteuid() == 0)) func leavesWhatBelongsToSomebodyElse() throws {
        let folder = try TemporaryDirectory()
        try FileIO.setMode(folder.path, 0o755)
        #expect(folder.path.withPlatformString { chown($0, 12_345, 12_345) } == 0)
        #expect(!FanOutFolders(in: folder.path).makeNext())
        // What is made there would not be of the folder's group.
        try FileIO.setMode(folder.path, 0o775)
        #expect(!FanOutFolders(in: folder.path).makeNext())
        #expect(!FanOutFolders(in: folder.path, sharedMode: 0o2775).makeNext())
        try FileIO.setMode(folder.path, 0o2775)
        #expect(FanOutFolders(in: folder.path).makeNext())
    }
}
