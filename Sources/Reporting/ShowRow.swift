import Formats

/// The values of one metrics or parameter file at one revision.
package struct FileValues: Sendable {
    /// Seen from the project root.
    package let file: String
    /// The values by dotted name; `nil` where the file could not be read.
    package let leaves: [(name: String, value: Value)]?

    /// Takes a file that was read already, or `nil` for the values of one that could not be.
    package init(file: String, leaves: [(name: String, value: Value)]?) {
        self.file = file
        self.leaves = leaves
    }
}

/// A line of the table of experiments.
package struct ShowRow: Sendable {
    /// The place of the line in the tree, in the words of DVC's CSV.
    package enum Kind: String, Sendable {
        case baseline
        case branchCommit = "branch_commit"
        case branchBase = "branch_base"
        case checkpointTip = "checkpoint_tip"
        case checkpointCommit = "checkpoint_commit"
        case checkpointBase = "checkpoint_base"

        var tree: String {
            switch self {
            case .baseline: ""
            case .branchCommit: "├── "
            case .branchBase: "└── "
            case .checkpointTip: "│ ╓ "
            case .checkpointCommit: "│ ╟ "
            case .checkpointBase: "├─╨ "
            }
        }
    }

    /// Decides which branch of the tree is drawn in front.
    package var kind: Kind
    /// The full id of a commit, or `workspace`.
    package var revision: String
    /// An experiment's name, or what a baseline is called.
    package var name: String?
    /// The full id of the parent, where the line does not go on with it.
    package var parent: String?
    /// The committer's time in seconds since 1970, UTC.
    package var created: Int64?
    /// How far the run of it is, such as `Running`; `nil` for the most part, where nothing runs or waits.
    package var state: String?
    /// Where it runs, such as `Workspace`; `nil` where it does not.
    package var executor: String?
    /// A new name makes a column, which stands where the first row with it has it.
    package var metrics: [FileValues]
    /// Likewise; their columns stand behind those of the metrics.
    package var parameters: [FileValues]
    /// The files and folders that stages depend on, with their hashes; columns are sorted by path.
    package var dependencies: [(path: String, hash: String)]

    /// Takes a line of the table; what is not given, its cells leave empty.
    package init(
        kind: Kind, revision: String, name: String? = nil, parent: String? = nil, created: Int64? = nil,
        state: String? = nil, executor: String? = nil, metrics: [FileValues] = [], parameters: [FileValues] = [],
        dependencies: [(path: String, hash: String)] = []
    ) {
        self.kind = kind
        self.revision = revision
        self.name = name
        self.parent = parent
        self.created = created
        self.state = state
        self.executor = executor
        self.metrics = metrics
        self.parameters = parameters
        self.dependencies = dependencies
    }
}

/// How the checkpoints of an experiment are laid out.
package enum CheckpointLayout: String, Sendable, CaseIterable {
    /// Each commit once; a fork ends with its parent in parentheses.
    case once
    /// All commits of each experiment; shared ones are repeated.
    case repeated
    /// Only the newest commit of each experiment.
    case tips
}

/// Lays out the lines of experiments below their baseline.
package enum CheckpointTree {
    /// An experiment's line of commits.
    package struct Line: Sendable {
        /// The experiment that they belong to.
        package let name: String
        /// Newest first, without the baseline.
        package let commits: [String]

        /// Takes an experiment with its commits, the newest first.
        package init(name: String, commits: [String]) {
            self.name = name
            self.commits = commits
        }
    }

    /// Where one commit is shown.
    package struct Place: Sendable, Hashable {
        /// Decides which branch of the tree is drawn in front.
        package let kind: ShowRow.Kind
        /// The full id.
        package let commit: String
        /// Only at the newest commit that the line shows; `nil` below it.
        package let name: String?
        /// The full id of the commit that a fork goes on from in another line; `nil` elsewhere.
        package let parent: String?
        /// The number of the line that shows the commit.
        package let line: Int
    }

    /// - Parameter lines: In the order in which they are shown, the newest first.
    package static func places(of lines: [Line], layout: CheckpointLayout) -> [Place] {
        var owners: [String: Int] = [:]
        // The oldest experiment that holds a commit is the one that shows it.
        for (index, line) in lines.enumerated() { for commit in line.commits { owners[commit] = index } }
        return lines.enumerated().flatMap { index, line in
            let isLast = index == lines.count - 1
            let branch: ShowRow.Kind = isLast ? .branchBase : .branchCommit
            guard let tip = line.commits.first else { return [Place]() }
            if line.commits.count == 1 || layout == .tips {
                return [Place(kind: branch, commit: tip, name: line.name, parent: nil, line: index)]
            }
            if layout == .repeated { return repeated(line, index) }
            let own = line.commits.indices.filter { owners[line.commits[$0]] == index }
            if own.isEmpty { return [Place(kind: branch, commit: tip, name: line.name, parent: nil, line: index)] }
            return own.enumerated().map { position, number in
                let next = number + 1 < line.commits.count ? line.commits[number + 1] : nil
                let name = position == 0 ? line.name : nil
                let commit = line.commits[number]
                if let next, owners[next] != index {
                    return Place(kind: .checkpointCommit, commit: commit, name: name, parent: next, line: index)
                }
                let kind: ShowRow.Kind =
                    next == nil ? .checkpointBase : position == 0 ? .checkpointTip : .checkpointCommit
                return Place(kind: kind, commit: commit, name: name, parent: nil, line: index)
            }
        }
    }

    private static func repeated(_ line: Line, _ index: Int) -> [Place] {
        line.commits.enumerated().map { number, commit in
            let kind: ShowRow.Kind =
                number == 0 ? .checkpointTip : number == line.commits.count - 1 ? .checkpointBase : .checkpointCommit
            return Place(kind: kind, commit: commit, name: number == 0 ? line.name : nil, parent: nil, line: index)
        }
    }
}
