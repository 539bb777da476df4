import Files
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

    /// The commit with the best value, the oldest of equal ones.
    ///
    /// - Throws: ``ExperimentError/missingMetric(_:available:)`` where none has the metric.
    package func best(of commits: [Commit], reader: RevisionReader) throws -> CommitID {
        var available: [ExactString] = []
        var winner: (id: CommitID, value: Double)?
        for commit in commits {
            let all = try reader.data(of: commit).metricValues
            for leaf in all.flatMap({ $0.leaves ?? [] }) where leaf.value.isNumber {
                let name = ExactString(leaf.name)
                if !available.contains(name) { available.append(name) }
            }
            let leaves = all.flatMap { file in
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
        guard let winner else { throw ExperimentError.missingMetric(metric, available: available.map(\.text)) }
        return winner.id
    }
}

extension Value {
    fileprivate var isNumber: Bool {
        switch self {
        case .int, .float: true
        default: false
        }
    }
}
