import Formats
import Git

/// Picks the best checkpoint by a metric, as the git setting `exp.best` names it: `acc` for the highest value,
/// `-loss` for the lowest.
package struct BestCheckpoint: Sendable {
    private let metric: String
    private let isLowestBest: Bool

    /// - Returns: `nil` without a setting.
    package init?(setting: String?) {
        guard let setting, !setting.isEmpty, setting != "-" else { return nil }
        isLowestBest = setting.hasPrefix("-")
        metric = isLowestBest ? String(setting.dropFirst()) : setting
    }

    /// The commit with the best value, the oldest of equal ones; `nil` where none has the metric.
    package func best(of commits: [Commit], reader: RevisionReader) throws -> CommitID? {
        var winner: (id: CommitID, value: Double)?
        for commit in commits {
            let leaves = try reader.data(of: commit).metricValues.flatMap { file in
                (file.leaves ?? []).filter { $0.name == metric || "\(file.file):\($0.name)" == metric }
            }
            let value: Double
            switch leaves.first?.value {
            case .int(let int): value = Double(int)
            case .float(let number) where !number.isNaN: value = number
            default: continue
            }
            let isBetter = winner.map { isLowestBest ? value < $0.value : value > $0.value } ?? true
            if isBetter { winner = (commit.id, value) }
        }
        return winner?.id
    }
}
