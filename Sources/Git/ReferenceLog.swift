import Files

/// A line of a reference's log.
package struct LogLine: Sendable {
    /// `nil` for the first one of a reference.
    package let old: CommitID?
    /// `nil` where the reference was deleted.
    package let new: CommitID?
    /// What was done, such as `commit: Add the model`, without a line feed.
    package let message: String
}

extension Repository {
    /// The log of `HEAD` of this work tree, oldest first; empty where git keeps none.
    package func headLog() throws(FileError) -> [LogLine] {
        guard let bytes = try FileIO.read(gitDirectory.pushing("logs/HEAD")) else { return [] }
        return bytes.split(separator: 10).compactMap { line in
            // old, new, who and when; then a tab and what was done.
            guard line.count > 82, let tab = line.firstIndex(of: 9) else { return nil }
            let start = line.startIndex
            return LogLine(
                old: CommitID(String(decoding: line[start..<(start + 40)], as: UTF8.self)),
                new: CommitID(String(decoding: line[(start + 41)..<(start + 81)], as: UTF8.self)),
                message: String(decoding: line[(tab + 1)...], as: UTF8.self))
        }
    }
}
