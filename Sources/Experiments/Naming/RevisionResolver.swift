import Git

/// What a word on the command line means: an experiment, one of its checkpoints, or any commit.
package struct ResolvedRevision: Hashable, Sendable {
    /// Of an experiment as a whole its newest one.
    package let commit: CommitID
    /// The experiment that the word named, or that contains the commit; `nil` for any other commit.
    package let experiment: Experiment?
    /// Whether the word named the experiment as a whole and not one of its commits.
    package let isWhole: Bool

    /// Takes what was found out already.
    package init(commit: CommitID, experiment: Experiment?, isWhole: Bool) {
        self.commit = commit
        self.experiment = experiment
        self.isWhole = isWhole
    }
}

/// Finds what users name: an experiment's name, a full reference, `name@3`, `name@best`, `name@last`, a commit's id
/// or its beginning, a branch, a tag, and everything else git understands.
package struct RevisionResolver {
    /// For words that mean something to git alone.
    package let repository: Repository
    /// The experiments that names are looked up among.
    package let catalog: ExperimentCatalog
    /// Follows experiments to their checkpoints.
    package let chains: ChainReader
    /// Ranks a line of checkpoints, oldest first, and returns the best one; `nil` where no metric is configured.
    package let best: ([Commit]) throws -> CommitID?

    /// Takes the experiments that count, which need not be those of the repository.
    ///
    /// - Parameter best: What `name@best` means; without it nothing.
    package init(
        _ repository: Repository, catalog: ExperimentCatalog, chains: ChainReader,
        best: @escaping ([Commit]) throws -> CommitID? = { _ in nil }
    ) {
        self.repository = repository
        self.catalog = catalog
        self.chains = chains
        self.best = best
    }

    /// - Throws: ``ExperimentError`` where nothing, or more than one thing, has that name.
    package func resolve(_ text: String) throws -> ResolvedRevision {
        if let experiment = try experiment(named: text) {
            return ResolvedRevision(commit: experiment.tip, experiment: experiment, isWhole: true)
        }
        if let at = text.lastIndex(of: "@"), let experiment = try experiment(named: String(text[..<at])) {
            let commit = try checkpoint(String(text[text.index(after: at)...]), of: experiment, as: text)
            return ResolvedRevision(commit: commit, experiment: experiment, isWhole: false)
        }
        let commit = try anyCommit(text)
        guard let commit else { throw ExperimentError.unknown(text, similar: similar(to: text)) }
        return ResolvedRevision(commit: commit, experiment: try containing(commit).first, isWhole: false)
    }

    private func anyCommit(_ text: String) throws -> CommitID? {
        do throws(GitError) {
            return try repository.resolve(text)
        } catch {
            guard error.code == .ambiguous else { throw error }
            throw ExperimentError.ambiguous(text, references: repository.commits(beginningWith: text).map(\.hex))
        }
    }

    /// The experiment of this name: the only one, or the one of the commit that is checked out.
    package func experiment(named text: String) throws -> Experiment? {
        if text.hasPrefix("refs/") || text.hasPrefix("exps/") {
            let full = text.hasPrefix("refs/") ? text : "refs/" + text
            guard let reference = ExperimentReference(full) else { return nil }
            return catalog.experiments(of: reference.baseline).first { $0.reference == reference }
        }
        let found = catalog.experiments(named: text)
        if found.count <= 1 { return found.first }
        let head = try repository.head()
        if let here = found.first(where: { $0.baseline == head }) { return here }
        throw ExperimentError.ambiguous(text, references: found.map(\.reference.fullName))
    }

    private func checkpoint(_ which: String, of experiment: Experiment, as text: String) throws -> CommitID {
        switch which {
        case "last":
            return experiment.tip
        case "best":
            guard let commit = try best(chains.chain(of: experiment).reversed()) else {
                throw ExperimentError.noBestMetric(experiment.name)
            }
            return commit
        default:
            let numbered = try numbered(of: experiment)
            guard let number = Int(which), number > 0, number <= numbered.count else {
                throw ExperimentError.noSuchCheckpoint(text, available: numbered.count)
            }
            return numbered[number - 1].id
        }
    }

    /// The commits of an experiment that have numbers, oldest first: those that the table shows below it, without the
    /// rows that only repeat the one before, as the end of a run does.
    private func numbered(of experiment: Experiment) throws -> [Commit] {
        let own = try Ownership(catalog.experiments(of: experiment.baseline), chains).own(of: experiment)
        let whole = own.isEmpty ? try chains.chain(of: experiment).reversed() : own
        let changed = try whole.filter { commit in
            guard let parent = commit.parents.first, parent != experiment.baseline else { return true }
            return try chains.commit(parent).tree != commit.tree
        }
        return changed.isEmpty ? whole : changed
    }

    /// The experiments whose line holds the commit, those of the current baseline first; the baseline itself and
    /// what is older belongs to none.
    package func containing(_ commit: CommitID) throws -> [Experiment] {
        let head = try repository.head()
        let found = try catalog.experiments.filter { experiment in
            try chains.chain(of: experiment).contains { $0.id == commit }
        }
        return found.filter { $0.baseline == head } + found.filter { $0.baseline != head }
    }

    /// Names of experiments that look nearly like this text.
    func similar(to text: String) -> [String] {
        let names = Set(catalog.experiments.map(\.name))
        let ranked = names.map { ($0, editDistance($0, text)) }.filter { $0.1 <= max(2, text.utf8.count / 3) }
        return ranked.sorted { ($0.1, $0.0) < ($1.1, $1.0) }.prefix(3).map(\.0)
    }
}

/// The number of bytes to insert, delete or replace to make one text of the other.
func editDistance(_ left: String, _ right: String) -> Int {
    let left = Array(left.utf8)
    let right = Array(right.utf8)
    var row = Array(0...right.count)
    for (index, byte) in left.enumerated() {
        var diagonal = row[0]
        row[0] = index + 1
        for (column, other) in right.enumerated() {
            let above = row[column + 1]
            row[column + 1] = min(above + 1, row[column] + 1, diagonal + (byte == other ? 0 : 1))
            diagonal = above
        }
    }
    return row[right.count]
}
