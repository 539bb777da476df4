import Files
import SystemPackage
import TestSupport
import Testing

@Suite struct FileLockTests {
    /// Who waits has the file open that the holder removes.
    @Test func aLockIsNotTakenOnAFileThatIsGone() async throws {
        let folder = try TemporaryDirectory()
        let path = folder.path.appending("lock")
        var first: FileLock? = try FileLock(path)
        let (waits, waiting) = AsyncStream.makeStream(of: Void.self)
        let second = Task.detached {
            let lock = try FileLock(path, patience: 60_000) { _ in waiting.finish() }
            defer { withExtendedLifetime(lock) {} }
            let isThere = try FileStatus.of(path, followingLinks: false) != nil
            return isThere && (try? FileLock(path)) == nil
        }
        for await _ in waits {}
        try FileIO.remove(path)
        withExtendedLifetime(first) {}
        first = nil
        #expect(try await second.value)
    }
}
