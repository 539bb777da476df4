import Cache
import Diagnostics
import Git
import Pipeline

/// Which experiments are shared, and how.
package struct SharingRequest: Sendable {
    /// Experiments by name or full reference; empty means those of `selection`.
    package var names: [String] = []
    /// The baselines whose experiments go where none is named.
    package var selection = BaselineSelection()
    /// All experiments, whatever their baseline.
    package var allExperiments = false
    /// Replace experiments that have diverged.
    package var force = false
    /// Whether data travels with the references.
    package var withData = true
    /// Of which checkpoints the data travels.
    package var checkpoints = CheckpointChoice()
    /// How the data travels, and through which remote.
    package var data = DataSharing.Options()

    /// The experiments of `HEAD` with all of their data.
    package init() {}
}

/// What became of experiments that were to be shared.
package struct SharingReport: Sendable {
    /// Those that were sent or fetched.
    package var done: [Experiment] = []
    /// Those that the other side had already.
    package var upToDate: [Experiment] = []
    /// Neither follows the other.
    package var diverged: [Experiment] = []
    /// Those for a push whose remote experiment has grown further.
    package var behind: [Experiment] = []
    /// What became of the data; `nil` where none was to travel.
    package var data: ExchangeReport?
    /// Data that is nowhere, with the path of the output that it belongs to.
    package var missing: [(path: String, md5: String)] = []
    /// What went wrong after all of the above.
    package var problem: SharingError?

    /// Nothing was shared yet.
    package init() {}
}

/// What pushing and pulling have in common.
struct SharingSelection {
    let context: ExperimentContext
    let request: SharingRequest
    let remote: GitRemote
    let chains: ChainReader

    /// The experiments of a catalog that are meant, each once.
    ///
    /// - Parameter isRemote: Whether the catalog is the remote's, for the words of the error.
    func experiments(in catalog: ExperimentCatalog, isRemote: Bool) throws -> [Experiment] {
        if !request.names.isEmpty {
            let resolver = RevisionResolver(context.repository, catalog: catalog, chains: chains)
            return try Removing(context).experiments(
                named: request.names, in: resolver, on: isRemote ? remote : nil)
        }
        if request.allExperiments { return catalog.experiments }
        return try request.selection.commits(in: context.repository, chains: chains).flatMap(catalog.experiments(of:))
    }

    /// Whether the commits of an experiment include a commit.
    func contains(_ commit: CommitID, in experiment: Experiment) throws -> Bool {
        try chains.chain(of: experiment).contains { $0.id == commit }
    }

    /// The outputs of items that are neither here nor there, by their path.
    func missing(_ items: [RemoteItem], of outputs: [UsedOutput], in store: ObjectStore) -> [(
        path: String, md5: String
    )] {
        if items.isEmpty { return [] }
        var paths: [RemoteItem: String] = [:]
        for output in outputs {
            paths[output.wanted.item] = output.path.string
            for file in store.known(output.wanted.hash) where output.wanted.hash.isDirectory {
                let item = RemoteItem.object(md5: file.md5, output.wanted.hash.generation)
                paths[item] = output.path.string + "/" + file.path
            }
        }
        return items.map { (paths[$0] ?? "", $0.shortName) }
    }
}

extension ObjectStore {
    /// The files of a directory as far as its list is in the cache.
    func known(_ hash: OutputHash) -> [ManifestEntry] { hash.isDirectory ? (try? manifest(of: hash)) ?? [] : [] }
}
