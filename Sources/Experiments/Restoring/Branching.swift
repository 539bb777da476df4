import Diagnostics
import Git

/// Turns an experiment into an ordinary branch.
package struct Branching {
    private let context: ExperimentContext
    private let resolver: RevisionResolver

    /// Takes the repository and who knows what its revisions mean.
    package init(_ context: ExperimentContext, _ resolver: RevisionResolver) {
        self.context = context
        self.resolver = resolver
    }

    /// Makes a branch at the tip of the experiment that a revision belongs to.
    ///
    /// - Parameters:
    ///   - name: The branch; `nil` names it after the experiment.
    ///   - isExact: Whether the branch points at the revision itself and not at the tip.
    /// - Returns: The experiment's name and the branch's.
    package func branch(
        from revision: String, name: String?, isExact: Bool
    ) throws -> (experiment: String, branch: String) {
        let resolved = try resolver.resolve(revision)
        guard let experiment = resolved.experiment else {
            let isBaseline = try resolver.catalog.baselines.contains {
                try context.repository.isAncestor(resolved.commit, of: $0)
            }
            throw isBaseline ? ExperimentError.isBaseline(revision) : .notAnExperiment(revision)
        }
        let branch = name ?? "\(experiment.name)-branch"
        let reference = "refs/heads/\(branch)"
        guard !branch.hasPrefix("-"), branch != "HEAD", Repository.isValidReferenceName(reference) else {
            throw ExperimentError.invalidBranchName(branch)
        }
        do throws(GitError) {
            try context.repository.setReference(
                reference, to: isExact ? resolved.commit : experiment.tip, expecting: .absent,
                log: "dvc: Created from experiment '\(experiment.name)'")
        } catch {
            if error.code == .exists { throw ExperimentError.branchExists(branch) }
            throw error
        }
        return (experiment.name, branch)
    }
}
