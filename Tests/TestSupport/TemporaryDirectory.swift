import Files
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A fresh folder that goes away with the object.
package final class TemporaryDirectory: Sendable {
    package let path: FilePath

    package init() throws {
        var template = Array("/tmp/git-exp-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Errno(rawValue: errno) }
        path = FilePath(String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }

    deinit { try? FileIO.removeTree(path) }
}
