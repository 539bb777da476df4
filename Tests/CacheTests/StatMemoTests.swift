import Files
import SystemPackage
import TestSupport
import Testing

@testable import Cache

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

@Suite struct StatMemoTests {
    /// Files, as many and as large, that were changed long ago, with a memo that has taken them in.
    private func saved(count: Int, size: Int) throws -> (folder: TemporaryDirectory, known: Int) {
        let folder = try TemporaryDirectory()
        let file = folder.path.appending("memo")
        let memo = StatMemo(file: file)
        var paths: [FilePath] = []
        for number in 0..<count {
            let path = folder.path.appending("\(number)")
            try FileIO.replace(path, with: [UInt8](repeating: 0, count: size), sync: false)
            paths.append(path)
        }
        usleep(100_000)
        for path in paths {
            let status = try #require(try FileStatus.of(path, followingLinks: false))
            memo.record(MD5.hex(Array(path.string.utf8)), of: path, status, .three)
        }
        memo.save()
        let again = StatMemo(file: file)
        let known = try paths.count { path in
            let status = try #require(try FileStatus.of(path, followingLinks: false))
            return again.md5(of: path, status, .three) == MD5.hex(Array(path.string.utf8))
        }
        return (folder, known)
    }

    @Test func whatTookLongIsRemembered() throws {
        #expect(try saved(count: 1, size: 1 << 20).known == 1)
        #expect(try saved(count: 100, size: 1).known == 100)
    }

    /// To write it would take longer than to hash the files again.
    @Test func aFewSmallFilesAreNot() throws {
        let (folder, known) = try saved(count: 3, size: 1_000)
        #expect(known == 0)
        #expect(try FileStatus.of(folder.path.appending("memo"), followingLinks: false) == nil)
    }
}
