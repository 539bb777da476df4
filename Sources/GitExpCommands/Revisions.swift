import Experiments
import Git

/// How commands find the revisions that a user names.
enum Revisions {
    /// - Parameter catalog: The experiments that are meant; `nil` for those of the repository.
    static func resolver(
        _ context: ExperimentContext, among catalog: ExperimentCatalog? = nil
    ) throws -> RevisionResolver {
        let ranking = BestCheckpoint(setting: context.settings["exp.best"])
        return RevisionResolver(
            context.repository, catalog: try catalog ?? ExperimentCatalog(of: context.repository),
            chains: ChainReader(context.repository),
            best: { commits in
                guard let ranking else { return nil }
                return try ranking.best(of: commits, reader: RevisionReader(context))
            })
    }
}
