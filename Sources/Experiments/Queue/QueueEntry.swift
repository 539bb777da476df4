import Git

/// An experiment that is queued, or was.
package struct QueueEntry: Sendable {
    /// Where an entry is on its way; the raw value is the word that `queue status` shows.
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
        /// Whether no process has it: it is queued, held, or to go on.
        package var isWaiting: Bool { [.queued, .interrupted, .held].contains(self) }
    }

    let message: QueueMessage
    /// As it was when the queue was read.
    package let state: State
    /// How it ended, if this program ran it.
    package let final: QueueFinal?
    /// How often a process of ours began with it.
    package let attempts: Int
    /// When it was queued, in seconds since 1970.
    package let seconds: Int64?

    /// The commit that holds its code and parameters, which also names the entry.
    package var stash: CommitID { message.stash }
    /// Of the experiment that it becomes.
    package var name: String { message.name }
    /// The commit that it started from.
    package var baseline: CommitID { message.baseline }
    /// The process that runs it.
    package let process: Int32?
}
