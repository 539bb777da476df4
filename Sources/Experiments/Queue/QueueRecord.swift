import Files
import Formats
import Git
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What the attempts of an entry did, a line each: `attempt`, `checkpoint <id>`, `end <id> <how>`, `retry`.
///
/// A commit is here before the experiment's reference names it. So whoever finds the reference at one of these commits
/// knows that the entry made it, and after a last one that nothing is left to do.
struct QueueRecord {
    /// How a run ended that made a last commit.
    enum Ending: String {
        case success, failed, interrupted
    }

    private(set) var attempts = 0
    /// Whether an attempt was made since somebody last put the entry into the queue.
    private(set) var isBegun = false
    /// Attempts since the last commit.
    private(set) var idle = 0
    private(set) var commits: Set<CommitID> = []
    private(set) var ends: [CommitID: Ending] = [:]

    init(reading file: FilePath) throws {
        for line in (try FileIO.read(file) ?? []).split(separator: 10) {
            let words = String(decoding: line, as: UTF8.self).split(separator: " ")
            switch words.first {
            case "attempt":
                attempts += 1
                idle += 1
                isBegun = true
            case "checkpoint", "end":
                guard words.count > 1, let id = CommitID(String(words[1])) else { continue }
                commits.insert(id)
                idle = 0
                if words[0] == "end", words.count > 2 { ends[id] = Ending(rawValue: String(words[2])) }
            case "retry":
                ends = [:]
                idle = 0
                isBegun = false
            default: break
            }
        }
    }

    /// Adds a line, in one write.
    static func append(_ line: String, to file: FilePath) throws {
        let descriptor: FileDescriptor
        do {
            descriptor = try FileIO.retry {
                try FileDescriptor.open(
                    file, .writeOnly, options: [.create, .append, .closeOnExec],
                    permissions: FilePermissions(rawValue: 0o666))
            }
            defer { try? descriptor.close() }
            try Array((line + "\n").utf8).withUnsafeBytes { try FileIO.write($0, to: descriptor) }
        } catch {
            throw FileError("write", file, error as? Errno ?? .ioError)
        }
    }
}

/// How an entry ended: exactly once, whoever says so.
package struct QueueFinal: Sendable {
    /// How the last attempt ended; the raw value is the word of the record.
    package enum Outcome: String, Sendable {
        case success, failed, killed
    }

    /// Never changes once it is written.
    package let outcome: Outcome
    /// The experiment's last commit, where there is one.
    package let commit: CommitID?
    /// Seconds since 1970.
    package let seconds: Int64

    init(_ outcome: Outcome, commit: CommitID?) {
        self.outcome = outcome
        self.commit = commit
        seconds = Int64(time(nil))
    }

    init?(reading file: FilePath) throws {
        guard let bytes = try FileIO.read(file), let value = try? JSON.parse(bytes, file: file.string).mapping,
            let outcome = value["outcome"]?.string.flatMap(Outcome.init), let time = value["time"]?.int
        else { return nil }
        self.outcome = outcome
        commit = value["commit"]?.string.flatMap { CommitID($0) }
        seconds = Int64(time)
    }

    /// Makes the file, complete or not at all.
    ///
    /// - Returns: Whether it was not there before.
    func write(to file: FilePath) throws -> Bool {
        let value = Mapping([
            ("outcome", .string(outcome.rawValue)), ("commit", commit.map { .string($0.hex) } ?? .null),
            ("time", .int(Int(seconds))),
        ])
        let temporary = FileIO.sibling(of: file)
        try FileIO.replace(temporary, with: JSON.pythonDumpsBytes(.mapping(value)), sync: false)
        let status = temporary.withPlatformString { old in file.withPlatformString { link(old, $0) } }
        let code = Errno(rawValue: errno)
        try FileIO.remove(temporary)
        if status == 0 { return true }
        if code == .fileExists { return false }
        throw FileError("write", file, code)
    }
}
