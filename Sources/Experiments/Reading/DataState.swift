import Cache
import Files
import Git
import Pipeline
import SystemPackage

/// How the data of a project differs between the last commit, the files that track it, and the workspace.
///
/// Paths are seen from the project root; those of folders end with a slash.
package struct DataState {
    /// What differs between two of them, in the order of the paths.
    package struct Changes {
        /// In the later one only.
        package var added: [String] = []
        /// In the earlier one only.
        package var deleted: [String] = []
        /// In both, with other contents.
        package var modified: [String] = []
        /// Gone from one path and, with the same contents, new at another.
        package var renamed: [(old: String, new: String)] = []
        /// What is in a folder of which nobody knows what it held.
        package var unknown: [String] = []
        var unchanged: [String] = []

        /// Whether nothing differs.
        package var isEmpty: Bool {
            added.isEmpty && deleted.isEmpty && modified.isEmpty && renamed.isEmpty && unknown.isEmpty
        }
    }

    /// What the files name and the cache does not hold.
    package var notInCache: [String] = []
    /// What the remote does not hold; empty where it was not asked.
    package var notInRemote: [String] = []
    /// From the last commit to `dvc.lock` and the `.dvc` files.
    package var committed = Changes()
    /// From `dvc.lock` and the `.dvc` files to the data in the workspace.
    package var uncommitted = Changes()
    /// What neither git nor this program has; those that git ignores are left out.
    package var untracked: [String] = []
    /// What is the same in all three; empty where it was not asked for.
    package var unchanged: [String] = []
    /// Whether git would say that something else changed.
    package var isRepositoryDirty = false

    /// Whether nothing is to be told.
    package var isClean: Bool {
        notInCache.isEmpty && notInRemote.isEmpty && committed.isEmpty && uncommitted.isEmpty && untracked.isEmpty
            && unchanged.isEmpty
    }

    fileprivate init() {}
}

/// Compares the data of a project with the last commit and the workspace.
package struct DataStateReader {
    /// What to find out besides changes.
    package struct Options: Sendable {
        /// Also single files of folders.
        package var granular = false
        /// Also what did not change.
        package var unchanged = false
        /// Also what neither git nor this program has.
        package var untracked = false

        /// Changes alone.
        package init() {}
    }

    private let context: ProjectContext
    private let workspace: ProjectWorkspace
    private let options: Options

    /// Takes what it compares; nothing is read yet.
    package init(_ context: ProjectContext, _ workspace: ProjectWorkspace, _ options: Options) {
        self.context = context
        self.workspace = workspace
        self.options = options
    }

    /// - Parameters:
    ///   - targets: Files and folders that are meant, seen from the folder of the call; empty means all.
    ///   - sharing: Asked for what the remote does not have; `nil` leaves that out.
    /// - Throws: What reading the commit, the workspace and the cache throws; what asking the remote throws.
    package func state(of targets: [String], sharing: DataSharing?) throws -> DataState {
        let wanted = targets.map { ProjectPath.rooted($0, in: context.folder, root: context.project.root) }
        func isMeant(_ path: FilePath) -> Bool {
            wanted.isEmpty || wanted.contains { path.starts(with: $0) || $0.starts(with: path) }
        }
        func isShown(_ path: String) -> Bool {
            wanted.isEmpty || wanted.contains { FilePath(path).starts(with: $0) || $0 == FilePath(path) }
        }
        let outputs = workspace.graph.stages.flatMap { stage in
            stage.outputs.filter { $0.isCached && isMeant($0.rooted) }.map { output in
                (path: output.rooted, hash: workspace.lock(of: stage)?.output(output.path)?.hash)
            }
        }
        var state = DataState()
        let index = DataTree(granular: options.granular)
        let present = DataTree(granular: options.granular)
        for (path, hash) in outputs {
            if let hash {
                try index.add(path, hash, listed: options.granular ? list(of: hash) : nil)
                state.notInCache += try absent(hash, at: path)
            }
            let place = workspace.root.pushing(path)
            let generation = hash?.generation ?? workspace.generation
            if let now = try workspace.reader.hash(place, generation: generation, saving: false) {
                let isListed = options.granular && now.isDirectory
                try present.add(
                    path, now,
                    listed: isListed
                        ? workspace.reader.entries(of: place, generation: generation, saving: false).entries : nil)
            }
        }
        workspace.memo.save()
        state.uncommitted = index.changes(to: present)
        if let git = context as? ExperimentContext {
            let head = try headTree(git, isMeant)
            state.committed = head.changes(to: index)
            try readRepository(git, into: &state)
        } else {
            state.committed.unchanged = state.uncommitted.unchanged
        }
        if options.unchanged {
            let committed = Set(state.committed.unchanged.map { ExactString($0) })
            state.unchanged = state.uncommitted.unchanged.filter { committed.contains(ExactString($0)) }
        }
        if let sharing { state.notInRemote = try absent(from: sharing, isMeant) }
        return wanted.isEmpty ? state : state.limited(isShown)
    }

    private func headTree(_ context: ExperimentContext, _ isMeant: (FilePath) -> Bool) throws -> DataTree {
        let tree = DataTree(granular: options.granular)
        guard let head = try context.repository.head() else { return tree }
        let commit = try ChainReader(context.repository).commit(head)
        for output in try RevisionOutputs(context).outputs(of: commit.tree, DataSelection()) where isMeant(output.path)
        {
            let hash = output.wanted.hash
            try tree.add(output.path, hash, listed: options.granular ? list(of: hash) : nil)
        }
        return tree
    }

    /// What is in a folder; `nil` for a file, and where the cache does not know.
    private func list(of hash: OutputHash) throws -> [ManifestEntry]? {
        guard hash.isDirectory, try workspace.store.hasObject(hash.md5, hash.generation) else { return nil }
        return try workspace.store.manifest(of: hash)
    }

    private func absent(_ hash: OutputHash, at path: FilePath) throws -> [String] {
        guard try workspace.store.hasObject(hash.md5, hash.generation) else {
            return [path.string + (hash.isDirectory ? "/" : "")]
        }
        guard options.granular, hash.isDirectory else { return [] }
        return try workspace.store.manifest(of: hash).filter { entry in
            try !workspace.store.hasObject(entry.md5, hash.generation)
        }.map { path.string + "/" + $0.path }
    }

    private func absent(from sharing: DataSharing, _ isMeant: (FilePath) -> Bool) throws -> [String] {
        let outputs = try UsedDataReader(context, workspace).outputs(of: DataSelection()).filter { isMeant($0.path) }
        let folders = Set(outputs.filter(\.wanted.hash.isDirectory).map { ExactString($0.path.string) })
        let tops = Set(outputs.map { ExactString($0.path.string) })
        return try sharing.compare(outputs).filter { found in
            (found.place == .new || found.place == .missing)
                && (options.granular || tops.contains(ExactString(found.path)))
        }.map { folders.contains(ExactString($0.path)) ? $0.path + "/" : $0.path }.sortedByBytes()
    }

    /// Asks git what it would tell beside the data.
    private func readRepository(_ context: ExperimentContext, into state: inout DataState) throws {
        let git = GitCommand(in: context.project.root)
        let kind = options.untracked ? "all" : "no"
        let status = try git.run("--no-optional-locks", "status", "--porcelain", "--untracked-files=\(kind)", "--", ".")
        state.isRepositoryDirty = !status.output.isEmpty
        guard options.untracked else { return }
        let answer = try git.run("ls-files", "-z", "--others", "--exclude-standard")
        state.untracked = answer.output.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }.sortedByBytes()
    }
}

extension DataState {
    /// Only what is asked for.
    fileprivate func limited(_ isShown: (String) -> Bool) -> DataState {
        var state = self
        state.notInCache = notInCache.filter(isShown)
        state.notInRemote = notInRemote.filter(isShown)
        state.committed = committed.limited(isShown)
        state.uncommitted = uncommitted.limited(isShown)
        state.untracked = untracked.filter(isShown)
        state.unchanged = unchanged.filter(isShown)
        return state
    }
}

extension DataState.Changes {
    fileprivate func limited(_ isShown: (String) -> Bool) -> DataState.Changes {
        var changes = self
        changes.added = added.filter(isShown)
        changes.deleted = deleted.filter(isShown)
        changes.modified = modified.filter(isShown)
        changes.renamed = renamed.filter { isShown($0.old) || isShown($0.new) }
        changes.unknown = unknown.filter(isShown)
        changes.unchanged = unchanged.filter(isShown)
        return changes
    }
}

extension Sequence<String> {
    fileprivate func sortedByBytes() -> [String] { sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } }
}
