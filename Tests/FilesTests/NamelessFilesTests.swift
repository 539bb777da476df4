import Files
import SystemPackage
import TestSupport
import Testing

@Suite struct NamelessFilesTests {
    @Test func aFileIsSeenOnceItHasItsName() throws {
        let folder = try TemporaryDirectory()
        let files = NamelessFiles(in: folder.path, mode: 0o644)
        files.prepare(2)
        #expect(try FileIO.list(folder.path)?.isEmpty == true)
        let file = try #require(files.takeReady())
        defer { try? file.close() }
        try Array("text".utf8).withUnsafeBytes { try FileIO.write($0, to: file) }
        try file.giveName(folder.path.appending("name"))
        #expect(try FileIO.read(folder.path.appending("name")) == Array("text".utf8))
    }

    @Test func aNameThatIsTakenIsNotReplaced() throws {
        let folder = try TemporaryDirectory()
        let path = folder.path.appending("name")
        try FileIO.replace(path, with: Array("old".utf8), sync: false)
        let file = try #require(NamelessFiles(in: folder.path, mode: 0o644).take())
        defer { try? file.close() }
        #expect(throws: Errno.fileExists) { try file.giveName(path) }
        #expect(try FileIO.read(path) == Array("old".utf8))
    }

    @Test func aFolderThatIsNotThereHasNone() throws {
        let folder = try TemporaryDirectory()
        #expect(NamelessFiles(in: folder.path.appending("missing"), mode: 0o644).take() == nil)
    }
}
