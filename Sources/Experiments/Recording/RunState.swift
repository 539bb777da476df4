/// How far the run is that an experiment's newest commit is of.
///
/// A trailer of the commit's message says so, and travels with it. Commits without one, such as those of DVC, are of runs
/// that are complete.
package enum RunState: String, Sendable {
    case complete
    /// A checkpoint: the run goes on, or was killed.
    case unfinished
    /// Somebody ended the run; it can go on.
    case interrupted
    /// A command failed after a checkpoint.
    case failed

    private static let key = "Experiment-State: "

    /// - Parameter message: The message of a commit.
    package init(of message: String) {
        let bytes = message.utf8
        // Nearly all messages are one short line.
        guard let end = bytes.lastIndex(where: { $0 != UInt8(ascii: "\n") }),
            let before = bytes[...end].lastIndex(of: UInt8(ascii: "\n"))
        else {
            self = .complete
            return
        }
        let line = bytes[bytes.index(after: before)...end]
        let key = Self.key.utf8
        self =
            line.starts(with: key)
            ? Self(rawValue: String(Substring(line.dropFirst(key.count)))) ?? .complete : .complete
    }

    /// A message that says so, too.
    func note(on message: String) -> String {
        if self == .complete { return message }
        var text = message
        while text.utf8.last == UInt8(ascii: "\n") { text.removeLast() }
        return "\(text)\n\n\(Self.key)\(rawValue)\n"
    }
}
