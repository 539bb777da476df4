import Diagnostics
import SystemPackage

/// Who runs an experiment, for those who have to wait for it.
package enum ExperimentRunner: Hashable, Sendable {
    /// A process; `nil` where its number is not known.
    case process(Int32?)
    /// A run in a folder of its own.
    case folder(FilePath)
    /// The queue, with the state of the entry.
    case queue(QueueEntry.State)

    /// As the end of "is being run by".
    var description: String {
        switch self {
        case .process(let number): number.map { "process \($0)" } ?? "another process"
        case .folder(let path): "a run in \(Console.sanitized(path.string))"
        case .queue(.running): "the queue"
        case .queue(let state): "the queue (\(state.rawValue.lowercased()))"
        }
    }
}
