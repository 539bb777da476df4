import Git

/// The name of an experiment's reference: `refs/exps/<2 hex>/<38 hex>/<name>`, where the digits are the baseline.
package struct ExperimentReference: Hashable, Sendable {
    package let baseline: CommitID
    package let name: String

    package init(baseline: CommitID, name: String) {
        self.baseline = baseline
        self.name = name
    }

    /// Reads a full reference name; `nil` for every other shape below `refs/exps/`, such as `refs/exps/exec/…`.
    package init?(_ reference: String) {
        let parts = reference.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0] == "refs", parts[1] == "exps", parts[2].utf8.count == 2,
            let baseline = CommitID(parts[2] + parts[3]), !parts[4].isEmpty
        else { return nil }
        self.baseline = baseline
        name = String(parts[4])
    }

    /// The folder of all experiments of a baseline, with `/` at its end.
    package static func folder(of baseline: CommitID) -> String {
        let hex = baseline.hex
        return "refs/exps/\(hex.prefix(2))/\(hex.dropFirst(2))/"
    }

    package var fullName: String { Self.folder(of: baseline) + name }
}

/// The references outside experiments that DVC knows and this program keeps.
package enum StateReference {
    /// The last checkpoint (or final) commit of the last checkpoint run.
    package static let checkpoint = "refs/exps/exec/EXEC_CHECKPOINT"
    /// The experiment commit that the workspace holds: the last applied one, or the last run's tip.
    package static let applied = "refs/exps/exec/EXEC_APPLY"
    /// DVC's mark of a run in progress; never written here.
    package static let baseline = "refs/exps/exec/EXEC_BASELINE"
    /// `HEAD` when something was last applied.
    package static let originalHead = "refs/exps/apply/ORIG_HEAD"
    /// What an apply replaced in the workspace, as a stash commit.
    package static let appliedStash = "refs/exps/apply/stash"
}
