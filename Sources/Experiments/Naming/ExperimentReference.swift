import Files
import Git

/// The name of an experiment's reference: `refs/exps/<2 hex>/<38 hex>/<name>`, where the digits are the baseline.
package struct ExperimentReference: Hashable, Sendable {
    /// The commit that the experiment started from.
    package let baseline: CommitID
    /// The last part; it may be any text that git allows there.
    package let name: String

    /// Takes both parts; whether git allows the name is not checked.
    package init(baseline: CommitID, name: String) {
        self.baseline = baseline
        self.name = name
    }

    /// Names are compared by their bytes, as git does.
    package static func == (left: Self, right: Self) -> Bool {
        left.baseline == right.baseline && left.name.isIdentical(to: right.name)
    }

    /// Of the baseline and the bytes of the name.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(baseline)
        hasher.combine(ExactString(name))
    }

    /// Reads a full reference name; `nil` for every other shape below `refs/exps/`, such as `refs/exps/exec/…`.
    package init?(_ reference: String) {
        var reference = reference
        let parts = reference.withUTF8 { text -> (CommitID, String)? in
            // refs/exps/ + 2 + / + 38 + / + at least one byte of a name.
            let slash = UInt8(ascii: "/")
            guard text.count > 52, text.starts(with: "refs/exps/".utf8), text[12] == slash, text[51] == slash,
                !text[52...].contains(slash)
            else { return nil }
            let baseline = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 40) { digits in
                for number in 0..<40 { digits[number] = text[number < 2 ? 10 + number : 11 + number] }
                return CommitID(digits: UnsafeBufferPointer(digits).prefix(40))
            }
            return baseline.map { ($0, String(decoding: text[52...], as: UTF8.self)) }
        }
        guard let parts else { return nil }
        (baseline, name) = parts
    }

    /// The folder of all experiments of a baseline, with `/` at its end.
    package static func folder(of baseline: CommitID) -> String {
        let hex = baseline.hex
        return "refs/exps/\(hex.prefix(2))/\(hex.dropFirst(2))/"
    }

    /// `refs/exps/<2 hex>/<38 hex>/<name>`.
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
    /// The files with which DVC began a run in progress, as a stash commit; never written here.
    package static let merge = "refs/exps/exec/EXEC_MERGE"
    /// Symbolic: the experiment of DVC's run in progress, once it has a commit; never written here.
    package static let branch = "refs/exps/exec/EXEC_BRANCH"
    /// `HEAD` when something was last applied.
    package static let originalHead = "refs/exps/apply/ORIG_HEAD"
    /// What an apply replaced in the workspace, as a stash commit.
    package static let appliedStash = "refs/exps/apply/stash"
}
