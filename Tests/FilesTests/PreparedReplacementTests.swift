import Files
import SystemPackage
import TestSupport
import Testing

@Suite struct PreparedReplacementTests {
    @Test func replacingUsesThePreparedFile() throws {
        let folder = try TemporaryDirectory()
        let path = folder.path.appending("name")
        try FileIO.replace(path, with: Array("old".utf8), mode: 0o600, sync: false)
        let replacement = PreparedReplacement(of: path)
        for text in ["new", "newer"] {
            replacement.prepare()
            try FileIO.replace(path, with: Array(text.utf8), sync: true, prepared: replacement)
            #expect(try FileIO.read(path) == Array(text.utf8))
            #expect(try FileStatus.of(path, followingLinks: false)?.mode == 0o600)
            #expect(replacement.takeReady() == nil)
            #expect(try FileIO.list(folder.path)?.count == 1)
        }
    }

    /// The file behind a link may be on another file system than the link.
    @Test func aLinkIsReplacedBehindIt() throws {
        let folder = try TemporaryDirectory()
        let link = folder.path.appending("link")
        try FileIO.replace(folder.path.appending("name"), with: Array("old".utf8), sync: false)
        try FileIO.makeSymlink(link, to: "name")
        let replacement = PreparedReplacement(of: link)
        replacement.prepare()
        try FileIO.replace(link, with: Array("new".utf8), sync: false, prepared: replacement)
        #expect(try FileIO.read(folder.path.appending("name")) == Array("new".utf8))
        #expect(try FileStatus.of(link, followingLinks: false)?.kind == .symlink)
        let ready = replacement.takeReady()
        #expect(ready != nil)
        try ready?.close()
    }

    @Test func whatIsNotThereYetIsMade() throws {
        let folder = try TemporaryDirectory()
        let path = folder.path.appending("name")
        let replacement = PreparedReplacement(of: path)
        replacement.prepare()
        #expect(try FileIO.list(folder.path)?.isEmpty == true)
        let bytes = [UInt8](repeating: 7, count: 10_000)
        try FileIO.replace(path, with: bytes, sync: false, prepared: replacement)
        #expect(try FileIO.read(path) == bytes)
    }
}
