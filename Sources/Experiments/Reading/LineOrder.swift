import Files

/// An experiment's commits, as far as their order asks.
protocol OrderedLine {
    var name: String { get }
    /// The number of its commits.
    var length: Int { get }
    /// The commit at a place and its time in seconds since 1970; the newest is at 0.
    func step(_ place: Int) -> (id: String, seconds: Int64)
}

extension ExperimentReport.Line: OrderedLine {
    var length: Int { revisions.count }
    func step(_ place: Int) -> (id: String, seconds: Int64) { (revisions[place].id, revisions[place].seconds ?? 0) }
}

/// The order in which the experiments of a baseline are shown.
enum LineOrder {
    /// The newest tip first.
    ///
    /// Commits that experiments share are shown under the last of them, which should be the one that the others left:
    /// of tips of the same second, the one whose first own commit is younger comes first. Where that is the same second
    /// too, the name decides between forks, and otherwise the greater id comes first, as in DVC 3.
    static func sort<Line: OrderedLine>(_ lines: inout [Line]) {
        func seconds(_ line: Line) -> Int64 { line.length == 0 ? 0 : line.step(0).seconds }
        lines.sort { seconds($0) > seconds($1) }
        var start = 0
        while start < lines.count {
            var end = start + 1
            while end < lines.count, seconds(lines[end]) == seconds(lines[start]) { end += 1 }
            if end - start > 1 { lines.replaceSubrange(start..<end, with: sorted(Array(lines[start..<end]), from: 0)) }
            start = end
        }
    }

    /// Lines that go on with the same commit.
    private struct Branch<Line: OrderedLine> {
        /// The commit's time.
        let seconds: Int64
        /// The greatest id of their tips.
        let tip: String
        /// The first of their names.
        let name: ExactString
        let lines: [Line]

        /// - Parameter depth: Which of the commits it is, counted from the baseline; the first is 1.
        init(_ lines: [Line], at depth: Int) {
            seconds = lines[0].step(lines[0].length - depth).seconds
            tip = lines.map { $0.step(0).id }.max() ?? ""
            name = lines.map { ExactString($0.name) }.min() ?? ""
            self.lines = lines
        }
    }

    /// - Parameter depth: How many commits all of the lines share, counted from the baseline.
    private static func sorted<Line: OrderedLine>(_ lines: [Line], from depth: Int) -> [Line] {
        var depth = depth
        while true {
            // What all others go on from was there before them.
            let ended = lines.filter { $0.length <= depth }
            let branches = Dictionary(grouping: lines.filter { $0.length > depth }) { line in
                ExactString(line.step(line.length - 1 - depth).id)
            }
            depth += 1
            if ended.isEmpty, branches.count == 1 { continue }
            let isFork = depth > 1
            let ordered = branches.values.map { Branch($0, at: depth) }.sorted { left, right in
                if left.seconds != right.seconds { return left.seconds > right.seconds }
                return isFork ? left.name < right.name : left.tip > right.tip
            }
            return ordered.flatMap { $0.lines.count == 1 ? $0.lines : sorted($0.lines, from: depth) }
                + ended.sorted { left, right in ExactString(left.name) < ExactString(right.name) }
        }
    }
}
