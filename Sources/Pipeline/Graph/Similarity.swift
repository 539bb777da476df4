/// Finds what a user may have meant.
package enum Similarity {
    /// The names nearest to a mistyped one, at most three; none where nothing is near.
    package static func closest(to name: String, among names: [String]) -> [String] {
        let limit = max(1, name.unicodeScalars.count / 3)
        let scored = names.map { (name: $0, distance: distance(name, $0)) }.filter { $0.distance <= limit }
        guard let best = scored.map(\.distance).min() else { return [] }
        return scored.filter { $0.distance == best }.prefix(3).map(\.name)
    }

    /// The number of letters to insert, drop, replace or swap with their neighbour; long names count as far apart.
    static func distance(_ left: String, _ right: String) -> Int {
        let left = Array(left.unicodeScalars)
        let right = Array(right.unicodeScalars)
        if left.count > 100 || right.count > 100 { return Int.max }
        var before = [Int](repeating: 0, count: right.count + 1)
        var previous = Array(0...right.count)
        for i in 0..<left.count {
            var current = [i + 1] + [Int](repeating: 0, count: right.count)
            for j in 0..<right.count {
                let replaced = previous[j] + (left[i] == right[j] ? 0 : 1)
                current[j + 1] = min(previous[j + 1] + 1, current[j] + 1, replaced)
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                    current[j + 1] = min(current[j + 1], before[j - 1] + 1)
                }
            }
            before = previous
            previous = current
        }
        return previous[right.count]
    }
}
