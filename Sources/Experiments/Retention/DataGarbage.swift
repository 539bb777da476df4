import Cache
import Diagnostics
import Files
import Git
import Pipeline
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Which data stays when the rest is removed.
package struct DataRetention: Sendable {
    /// That of the tips of all branches.
    package var allBranches = false
    /// That of all tags.
    package var allTags = false
    /// That of every commit that `HEAD`, a branch or a tag reaches.
    package var allCommits = false
    /// That of what these name, as users do.
    package var revisions: [String] = []
    /// How many commits count from each revision and branch along first parents; negative follows all.
    package var count = 1
    /// That of commits made at or after this time, in seconds since 1970.
    package var since: Int64?
    /// That of experiments and checkpoints.
    package var experiments = true
    /// Pass over commits whose files cannot be read, so that their data goes.
    package var skipsUnreadable = false

    /// The data of the workspace, experiments and checkpoints.
    package init() {}

    /// Whether commits are named, so that there is nothing to do without git.
    var hasRevisions: Bool { allBranches || allTags || allCommits || !revisions.isEmpty || since != nil }
}

/// Finds data in the cache and on remotes that nothing to be kept uses, and removes it.
///
/// What is named anywhere in a lock file or a `.dvc` file of a commit to keep is kept, cached output or not.
package struct DataGarbage {
    /// The cache that is cleaned.
    package let store: ObjectStore
    /// What stays: outputs, files of directories as far as their lists are in the cache.
    private var kept: Set<RemoteItem> = []
    /// Directories whose lists are not in the cache.
    private var unlisted: Set<RemoteItem> = []
    /// Where it is noted what was saved only because it would have been lost, and the time up to which that counts.
    private var notes: [(kept: KeptObjects, limit: Int64)] = []

    /// Finds out what is kept: the data of the workspaces, and that of what `retention` names.
    ///
    /// - Parameter contexts: All projects that use the cache; the first one's is meant.
    /// - Throws: ``ExperimentError/unreadable(_:problem:)`` for a commit whose files cannot be read, and what reading throws.
    package init(_ contexts: [ProjectContext], _ retention: DataRetention) throws {
        var stores: [ObjectStore] = []
        var hashes: Set<OutputHash> = []
        for context in contexts {
            let workspace = try context.workspace(checking: false)
            stores.append(workspace.store)
            // The workspace's lock files are as good as those of a commit: no commit may have them yet.
            hashes.formUnion(workspace.recordedHashes)
            let notes = try Self.notes(context, workspace)
            for (kept, limit) in notes { hashes.formUnion(try kept.hashes(since: limit)) }
            self.notes += notes
            if !retention.hasRevisions, !(context is ExperimentContext) { continue }
            let context = try context.withGit()
            let files = RevisionFiles(context)
            for commit in try Self.commits(context, retention, isOther: stores.count > 1) {
                do {
                    hashes.formUnion(try files.hashes(in: commit.tree))
                } catch let error as any UserFacingError {
                    guard retention.skipsUnreadable else {
                        throw ExperimentError.unreadable(commit.id.short, problem: error.message)
                    }
                    context.console.warn("passed over \(commit.id.short): \(error.message)")
                }
            }
        }
        store = stores[0]
        for hash in hashes where ObjectStore.isObjectName(hash.md5) { try keep(hash) }
    }

    /// The notes of a project and of its other work trees, which share the cache; what they name is kept for as long as
    /// removed experiments are.
    private static func notes(
        _ context: ProjectContext, _ workspace: ProjectWorkspace
    ) throws -> [(kept: KeptObjects, limit: Int64)] {
        let git = context as? ExperimentContext
        let days = try git.map { try UndoRecords($0).days } ?? UndoRecords.standardDays
        let limit = Int64(time(nil)) - Int64(days) * 86_400
        let others = try git.map { git in
            try git.repository.otherWorkTrees().map { $0.pushing(git.prefix) }
        }
        return ([workspace.root] + (others ?? [])).map { (KeptObjects($0), limit) }
    }

    /// Forgets what was saved only because it would have been lost, and is not kept any more.
    package func forgetOld() throws { for (kept, limit) in notes { try kept.forget(before: limit) } }

    private mutating func keep(_ hash: OutputHash) throws {
        let item = RemoteItem(of: hash)
        kept.insert(item)
        guard hash.isDirectory else { return }
        do {
            let entries = try store.manifest(of: hash)
            kept.formUnion(entries.map { .object(md5: $0.md5, hash.generation) })
        } catch is CacheError {
            unlisted.insert(item)
        }
    }

    /// - Parameter isOther: Whether it is another project, which need not know the revisions.
    private static func commits(
        _ context: ExperimentContext, _ retention: DataRetention, isOther: Bool
    ) throws -> [Commit] {
        let chains = ChainReader(context.repository)
        var ids: [CommitID] = []
        var selection = BaselineSelection()
        selection.count = retention.count
        selection.allTags = retention.allTags
        selection.allCommits = retention.allCommits
        selection.revisions = try retention.revisions.filter {
            try !isOther || context.repository.resolve($0) != nil
        }
        if retention.allBranches {
            selection.revisions += try context.repository.references(below: "refs/heads/").map(\.name)
        }
        if retention.allCommits || retention.allTags || !selection.revisions.isEmpty {
            ids += try selection.commits(in: context.repository, chains: chains)
        }
        if let since = retention.since {
            ids += try context.repository.reachableCommits().filter { try chains.commit($0).seconds >= since }
        }
        var seen: Set<CommitID> = []
        var commits = try ids.filter { seen.insert($0).inserted }.map { try chains.commit($0) }
        guard retention.experiments else { return commits }
        for experiment in try ExperimentCatalog(of: context.repository).experiments {
            commits += try chains.chain(of: experiment).filter { seen.insert($0.id).inserted }
        }
        // What was removed can be brought back, with its data.
        for record in try UndoRecords(context).all() {
            for lost in record.lostExperiments {
                commits += try chains.chain(of: lost).filter { seen.insert($0.id).inserted }
            }
            for entry in record.removedEntries where seen.insert(entry.stash).inserted {
                commits.append(try chains.commit(entry.stash))
            }
        }
        // What runs, queues and applied experiments point to.
        for reference in try context.repository.references(below: "refs/exps/")
        where seen.insert(reference.commit).inserted {
            commits.append(try chains.commit(reference.commit))
        }
        return commits
    }

    // MARK: Removing

    /// An object that nothing to be kept uses.
    package struct Victim: Sendable {
        /// As the cache and remotes have it.
        package let item: RemoteItem
        /// In bytes.
        package let size: Int
    }

    /// What may go from the cache, in the order in which it goes: lists of files before the files.
    package func victims() throws -> [Victim] {
        Self.sorted(try FolderRemote(store.directory, jobs: Parallel.width).everything(runCache: false), without: kept)
    }

    /// What may go from a remote, in the order in which it goes.
    package func victims(on remote: any RemoteStorage) throws -> [Victim] {
        let there = try remote.everything(runCache: false)
        var kept = kept
        let lists = try remote.contents(of: unlisted.filter { there[$0] != nil })
        for (item, bytes) in lists {
            guard case .object(let md5, let generation) = item else { continue }
            kept.formUnion(try store.members(of: bytes, named: md5, generation))
        }
        return Self.sorted(there, without: kept)
    }

    private static func sorted(_ present: [RemoteItem: Int], without kept: Set<RemoteItem>) -> [Victim] {
        present.filter { !kept.contains($0.key) }
            .map { (path: $0.key.path, victim: Victim(item: $0.key, size: $0.value)) }
            .sorted { left, right in
                if left.victim.item.isManifest != right.victim.item.isManifest { return left.victim.item.isManifest }
                return left.path.utf8.lexicographicallyPrecedes(right.path.utf8)
            }.map(\.victim)
    }

    /// Removes objects from the cache; the caller keeps other writers out.
    package func remove(_ victims: [Victim]) throws {
        for victim in victims { try FileIO.remove(store.path(of: victim.item)) }
    }
}
