/// What a run did.
package struct RunResult {
    /// The stages that were looked at, with their entries, in order.
    package var visited: [(stage: Stage, entry: StageLock?)] = []
    /// Those of them whose command ran to its end, or to its interruption after a checkpoint, and those whose outputs
    /// were brought back instead.
    package var executed: [(stage: Stage, entry: StageLock)] = []
    /// Those of them that were skipped, because nothing about them changed.
    package var unchanged: [(stage: Stage, entry: StageLock)] = []
    /// The address of the stage that was interrupted after a checkpoint, and of those that were left out.
    package var interrupted: (stage: String, skipped: [String])?

    package init() {}
}

/// Keeps other writers of a project out while something is saved.
package protocol Exclusion {
    func exclusively(_ body: () throws -> Void) throws
}
