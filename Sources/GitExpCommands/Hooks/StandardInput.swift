import Files
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What somebody says to this program while it runs.
enum StandardInput {
    /// All of it, to its end; nothing from a terminal, where someone would have to type it.
    static func read() -> String {
        if isatty(0) == 1 { return "" }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while let count = try? FileIO.retry({
            try buffer.withUnsafeMutableBytes { try FileDescriptor.standardInput.read(into: $0) }
        }),
            count > 0
        {
            bytes += buffer[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
