import Files
import SystemPackage
import TestSupport
import Testing

@Suite struct IgnoreRulesTests {
    @Test(arguments: [
        ("*.log", "a/b.log", true), ("/a", "a", true), ("/a", "b/a", false), ("a/b", "x/a/b", false),
        ("**/b", "x/y/b", true), ("a/**", "a/x/y", true), ("a/**/z", "a/z", true), ("[ab].txt", "b.txt", true),
        ("[!ab].txt", "b.txt", false), ("\\#x", "#x", true), ("a?c", "abc", true),
        ("*.log\n!keep.log", "keep.log", false),
        ("dir/", "dir", false), ("# note", "# note", false),
    ])
    func patternsOfGit(_ rules: String, _ path: String, _ isIgnored: Bool) {
        var ignore = IgnoreRules()
        ignore.add(Array(rules.utf8), in: "")
        #expect(ignore.ignores(FilePath(path), isFolder: false) == isIgnored)
    }

    @Test func deeperFilesAddToThoseAbove() {
        var ignore = IgnoreRules()
        ignore.add(Array("*.x\n".utf8), in: "")
        ignore.add(Array("!keep.x\n".utf8), in: "sub")
        #expect(ignore.ignores("keep.x", isFolder: false))
        #expect(!ignore.ignores("sub/keep.x", isFolder: false))
        #expect(ignore.ignores("dir", isFolder: true) == false)
    }

    @Test func replacingKeepsModesAndLinks() throws {
        let folder = try TemporaryDirectory()
        let file = folder.path.appending("script")
        try FileIO.replace(file, with: [1], mode: 0o777, sync: false)
        try FileIO.setMode(file, 0o750)
        try FileIO.replace(file, with: [2], sync: true)
        #expect(try FileStatus.of(file, followingLinks: false)?.mode == 0o750)
        #expect(try FileIO.list(folder.path)?.map(\.name) == ["script"])
        #expect(throws: FileError.self) { try FileIO.replace(file.appending("x"), with: [], sync: false) }
    }

    @Test func aLockIsHeldOnceAndFreedAtTheEnd() throws {
        let folder = try TemporaryDirectory()
        let path = folder.path.appending("lock")
        do {
            let lock = try FileLock(path)
            let refusal = #expect(throws: FileLockError.self) { try FileLock(path) }
            #expect(refusal?.holder == ownProcess())
            withExtendedLifetime(lock) {}
        }
        _ = try FileLock(path)
        #expect(try FileIO.read(path) == Array(" \(ownProcess())\n".utf8))
    }
}
