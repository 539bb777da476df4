import Git

/// Which experiment shows a commit that several have: the same as in the table.
struct Ownership {
    private struct Line: OrderedLine {
        let experiment: Experiment
        /// Newest first.
        let commits: [Commit]

        var name: String { experiment.name }
        var length: Int { commits.count }
        func step(_ place: Int) -> (id: String, seconds: Int64) { (commits[place].id.hex, commits[place].seconds) }
    }

    private let lines: [Line]
    /// The number of the line that shows a commit.
    private var owners: [CommitID: Int] = [:]

    /// - Parameter experiments: Those of one baseline.
    init(_ experiments: [Experiment], _ chains: ChainReader) throws(GitError) {
        var lines: [Line] = []
        for experiment in experiments {
            lines.append(Line(experiment: experiment, commits: try chains.chain(of: experiment)))
        }
        LineOrder.sort(&lines)
        self.lines = lines
        for (number, line) in lines.enumerated() { for commit in line.commits { owners[commit.id] = number } }
    }

    /// The experiment below which a commit is shown.
    func owner(of commit: CommitID) -> Experiment? { owners[commit].map { lines[$0].experiment } }

    /// The commits that are shown below an experiment, oldest first.
    func own(of experiment: Experiment) -> [Commit] {
        guard let number = lines.firstIndex(where: { $0.experiment == experiment }) else { return [] }
        return lines[number].commits.filter { owners[$0.id] == number }.reversed()
    }
}
