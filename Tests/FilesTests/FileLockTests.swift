import Files
import SystemPackage
import TestSupport
import Testing

@Suite struct FileLockTests {
    /// Who waits has the file open that the holder removes.
    @Test func aLockIsNotTakenOnAFileThatIsGone() throws {
        let folder = try TemporaryDirectory()
        let path = folder.path.appending("lock")
        var first: FileLock? = try FileLock(path)
        withExtendedLifetime(first) {}
        let second = try FileLock(path, patience: 60_000) { _ in
            try? FileIO.remove(path)
            first = nil
        }
        #expect(try FileStatus.of(path, followingLinks: false) != nil)
        #expect(throws: FileLockError.self) { try FileLock(path) }
        withExtendedLifetime(second) {}
    }
}
