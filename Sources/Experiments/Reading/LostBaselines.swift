import Diagnostics
import Git

/// A commit that experiments started from and that no branch or tag reaches any more, because it was amended, rebased or
/// squashed away.
package struct LostBaseline: Sendable {
    /// It may be missing by now.
    package let commit: CommitID
    /// The first line of its message; empty where the commit is missing.
    package let subject: String
    /// Those that started from it, by name.
    package let experiments: [Experiment]
    /// The commit that it became; `nil` where that cannot be told.
    package let successor: CommitID?
}

/// Tells which baselines a rewrite of the history has left behind, and what they became.
package enum LostBaselines {
    /// The lost baselines of all experiments, those with the newest commit first.
    ///
    /// - Parameter known: Commits that are on a branch, which need not be looked for.
    package static func find(
        in context: ExperimentContext, catalog: ExperimentCatalog, besides known: Set<CommitID> = []
    ) throws -> [LostBaseline] {
        let repository = context.repository
        let doubtful = catalog.baselines.subtracting(known)
        if doubtful.isEmpty { return [] }
        let memo = try LostMemo(context, doubtful: doubtful)
        let fates: [CommitID: CommitID?]
        if let remembered = memo.read() {
            fates = remembered
        } else {
            let successors = Successors(repository)
            fates = try repository.unreachable(among: doubtful).reduce(into: [:]) { fates, id in
                fates.updateValue((try? repository.commit(id)).flatMap { successors.successor(of: $0) }, forKey: id)
            }
            memo.write(fates)
        }
        let lost = fates.map { id, successor in (id: id, commit: try? repository.commit(id), successor: successor) }
        return lost.sorted { ($0.commit?.seconds ?? 0, $0.id) > ($1.commit?.seconds ?? 0, $1.id) }.map { lost in
            LostBaseline(
                commit: lost.id, subject: lost.commit?.subject ?? "", experiments: catalog.experiments(of: lost.id),
                successor: lost.successor)
        }
    }

    /// What there is to say of them at the end of a table; `nil` where nothing is lost.
    package static func notice(_ lost: [LostBaseline]) -> String? {
        if lost.isEmpty { return nil }
        let count = lost.reduce(0) { $0 + $1.experiments.count }
        let subject = count == 1 ? "1 experiment hangs on a commit" : "\(count) experiments hang on commits"
        var lines = ["\(subject) that no branch has any more:"]
        for baseline in lost.prefix(10) {
            let now = baseline.successor.map { ", now \($0.short)" } ?? ""
            let names = baseline.experiments.prefix(8).map { Console.sanitized($0.name) }.joined(separator: ", ")
            let more = baseline.experiments.count > 8 ? " and \(baseline.experiments.count - 8) more" : ""
            lines.append("\t\(baseline.commit.short) \(Console.sanitized(baseline.subject))\(now): \(names)\(more)")
        }
        if lost.count > 10 { lines.append("\tand \(lost.count - 10) commits more") }
        lines.append("'git exp rehome' moves them to what those commits became; '-A' lists them here.")
        return lines.joined(separator: "\n")
    }
}

extension Commit {
    /// The first line of the message.
    var subject: String { message.split(separator: "\n").first.map(String.init) ?? "" }
}
