import Git

/// An experiment: a named line of commits on top of a baseline.
package struct Experiment: Hashable, Sendable {
    /// The baseline and the name.
    package let reference: ExperimentReference
    /// The newest commit.
    package let tip: CommitID

    /// As its reference has it.
    package var name: String { reference.name }
    /// The commit that it started from.
    package var baseline: CommitID { reference.baseline }

    /// Takes a reference with the commit that it names.
    package init(reference: ExperimentReference, tip: CommitID) {
        self.reference = reference
        self.tip = tip
    }
}

/// All experiments of a repository, read once.
package struct ExperimentCatalog: Sendable {
    /// In the order of their references.
    package let experiments: [Experiment]
    private let byBaseline: [CommitID: [Int]]

    /// Reads the references below `refs/exps/`; everything that is not an experiment is passed over.
    package init(of repository: Repository) throws(GitError) {
        let found = try repository.references(below: "refs/exps/").compactMap { reference in
            ExperimentReference(reference.name).map { Experiment(reference: $0, tip: reference.commit) }
        }
        self.init(found)
    }

    /// Takes experiments in the order in which they are to be found.
    package init(_ experiments: [Experiment]) {
        self.experiments = experiments
        byBaseline = Dictionary(grouping: experiments.indices) { experiments[$0].baseline }
    }

    /// The experiments of a baseline, by name.
    package func experiments(of baseline: CommitID) -> [Experiment] {
        (byBaseline[baseline] ?? []).map { experiments[$0] }
    }

    /// The experiments of a name, whatever their baseline.
    package func experiments(named name: String) -> [Experiment] {
        experiments.filter { $0.name.utf8.elementsEqual(name.utf8) }
    }

    /// Those that have experiments, in no order.
    package var baselines: Set<CommitID> { Set(byBaseline.keys) }
}

/// Follows first parents, each commit read once however many experiments share it.
package final class ChainReader {
    /// No experiment is followed beyond so many commits.
    package static let lengthLimit = 100_000

    private let repository: Repository
    private var commits: [CommitID: Commit] = [:]

    /// Reads nothing yet.
    package init(_ repository: Repository) { self.repository = repository }

    /// Reads a commit, or recalls it.
    ///
    /// - Throws: ``GitError`` where there is none.
    package func commit(_ id: CommitID) throws(GitError) -> Commit {
        if let known = commits[id] { return known }
        let commit = try repository.commit(id)
        commits[id] = commit
        return commit
    }

    /// The commits from the experiment's tip down to, not including, its baseline: newest first.
    ///
    /// A line that does not reach its baseline (a hand-made reference) ends at ``lengthLimit`` commits, or at a root.
    package func chain(of experiment: Experiment) throws(GitError) -> [Commit] {
        var result: [Commit] = []
        var next: CommitID? = experiment.tip
        while let id = next, id != experiment.baseline, result.count < Self.lengthLimit {
            let commit = try self.commit(id)
            result.append(commit)
            next = commit.parents.first
        }
        return result
    }
}
