/// What a run did.
package struct RunResult {
    /// The stages that were looked at, with their entries, in order.
    package var visited: [(stage: Stage, entry: StageLock?)] = []
    /// Those of them whose command ran to its end, or to its interruption after a checkpoint, and those whose outputs
    /// were brought back instead.
    package var executed: [(stage: Stage, entry: StageLock)] = []
    /// Those of them that were skipped, because nothing about them changed.
    package var unchanged: [(stage: Stage, entry: StageLock)] = []
    /// The stage that ended early, but after a checkpoint: its address, why, and what was left out because of it.
    package var early: (stage: String, ending: StageEnding, skipped: [String])?

    /// Nothing was looked at yet.
    package init() {}
}

/// Keeps other writers of a project out while something is saved.
package protocol Exclusion {
    /// Waits until nobody else writes, and carries `body` out before anybody else may.
    ///
    /// - Throws: Where another writer does not end; what `body` throws.
    func exclusively(_ body: () throws -> Void) throws
}
