import Experiments
import Git

/// How commands find the revisions that a user names.
enum Revisions {
    static func resolver(_ context: ExperimentContext) throws -> RevisionResolver {
        let ranking = BestCheckpoint(setting: context.settings["exp.best"])
        return RevisionResolver(
            context.repository, catalog: try ExperimentCatalog(of: context.repository),
            chains: ChainReader(context.repository),
            best: { commits in
                guard let ranking else { return nil }
                return try ranking.best(of: commits, reader: RevisionReader(context))
            })
    }
}
