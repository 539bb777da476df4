import Git

/// An experiment that is queued, or was.
package struct QueueEntry: Sendable {
    package enum State: String, Sendable {
        case queued = "Queued"
        /// An attempt ended before the experiment was complete; it goes on where the last checkpoint is.
        case interrupted = "Interrupted"
        case held = "Held"
        case running = "Running"
        case success = "Success"
        case failed = "Failed"
        case killed = "Killed"
        /// A worker of DVC took it and is gone.
        case unknown = "Unknown"

        /// Whether the experiment is still to come.
        package var isOpen: Bool { [.queued, .interrupted, .held, .running].contains(self) }
        package var isWaiting: Bool { [.queued, .interrupted, .held].contains(self) }
    }

    let message: QueueMessage
    package let state: State
    /// How it ended, if this program ran it.
    package let final: QueueFinal?
    package let attempts: Int
    /// When it was queued, in seconds since 1970.
    package let seconds: Int64?

    package var stash: CommitID { message.stash }
    package var name: String { message.name }
    package var baseline: CommitID { message.baseline }
    /// The process that runs it.
    package let process: Int32?
}
