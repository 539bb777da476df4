/// Counts what reading one file costs, so that a small text that stands for a huge pipeline ends in an error.
final class WorkMeter {
    /// A pipeline of ten thousand stages needs half of it.
    private static let limit = 1_500_000

    private var spent = 0

    /// - Returns: Whether there is enough left.
    func spend(_ units: Int) -> Bool {
        spent += min(units, Self.limit)
        return spent <= Self.limit
    }
}
