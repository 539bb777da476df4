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

    @Test func whatIsNotThereYetIsMade() throws {
        let folder = try TemporaryDirectory()
        let path = folder.path.appending("name")
        let replacement = PreparedReplacement(of: path)
        replacement.prepare()
        #expect(try FileIO.list(folder.path)?.isEmpty == true)
        // Longer than the room that was made for it.
        let bytes = [UInt8](repeating: 7, count: 10_000)
        try FileIO.replace(path, with: bytes, sync: false, prepared: replacement)
        #expect(try FileIO.read(path) == bytes)
    }
}
