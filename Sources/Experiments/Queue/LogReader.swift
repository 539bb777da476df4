import Files
import SystemPackage

extension Queue {
    /// Where it is what an entry's attempts printed.
    func logFile(of entry: QueueEntry) -> String { folder.log(of: entry.stash).string }

    /// What an entry's attempts printed.
    package func log(of entry: QueueEntry) -> LogReader { LogReader(folder.log(of: entry.stash)) }
}

/// Reads a file that grows.
package struct LogReader {
    private let path: FilePath
    private var offset: Int

    init(_ path: FilePath, fromEnd: Bool = false) {
        self.path = path
        offset = fromEnd ? ((try? FileStatus.of(path, followingLinks: true)) ?? nil)?.size ?? 0 : 0
    }

    /// What came in since the last call.
    package mutating func news() -> [UInt8] {
        guard let file = try? FileDescriptor.open(path, .readOnly, options: [.closeOnExec]) else { return [] }
        defer { try? file.close() }
        var result: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while let count = try? buffer.withUnsafeMutableBytes({
            try file.read(fromAbsoluteOffset: Int64(offset), into: $0)
        }),
            count > 0
        {
            result += buffer[..<count]
            offset += count
        }
        return result
    }
}
