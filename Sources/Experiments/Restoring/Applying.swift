import Cache
import Diagnostics
import Files
import Git
import Pipeline
import SystemPackage

/// Brings an experiment, or one of its checkpoints, into the workspace.
package struct Applying {
    private let context: ExperimentContext
    private var repository: Repository { context.repository }
    private var console: Console { context.console }

    /// Takes the project; nothing happens yet.
    package init(_ context: ExperimentContext) { self.context = context }

    /// Makes the files and the outputs of the workspace those of a commit; `HEAD` and the index stay.
    ///
    /// Local work that would be overwritten is saved first, and how to get it back is said.
    /// - Parameters:
    ///   - name: The commit as the user named it.
    ///   - baseline: The commit that the experiment started from, if it is one.
    /// - Returns: Whether all data of the commit was there.
    @discardableResult
    package func apply(_ commit: CommitID, named name: String, baseline: CommitID? = nil) throws -> Bool {
        let head = try context.head()
        let held = HeldCommit(context)
        try RunInfo.refuseOthers(context)
        try FileIO.makeDirectories(context.scratch)
        let target = try repository.commit(commit)
        // A commit whose pipeline cannot be read is found out before any file changes.
        _ = try ParseMemo(context).pipelineFiles(in: target.tree)
        try context.settleCache()
        var isComplete = true
        try ProjectLock(context).exclusively {
            // Others had time to begin while this waited.
            try RunJournal.refuseOthers(in: context.scratch)
            let index = try repository.workspaceIndex(settings: context.settings, scratch: context.scratch)
            var known = [try repository.commit(head).tree]
            if let applied = try held.read() {
                known.append(try repository.commit(applied).tree)
            }
            for tree in known.dropFirst() + [target.tree] { try index.track(filesOf: tree) }
            try index.refresh()
            let present = try index.writeTree()
            let change = try WorkspaceChange(
                repository, from: present, to: target.tree, known: known, results: results())
            try refuseObstacles(change)
            try saveLocalWork(change, present: present, head: head, target: target, known: known)
            let outputs = recordedOutputs()
            try WorkspaceFiles(context).bring(change, of: target.tree)
            isComplete = try bringOutputs(insteadOf: outputs)
            try repository.setReference(StateReference.originalHead, to: head, expecting: .anything)
            try held.write(commit)
            if try repository.commit(named: StateReference.checkpoint) == nil {
                try repository.setReference(StateReference.checkpoint, to: commit, expecting: .anything)
            }
        }
        console.note("Changes for experiment '\(Console.sanitized(name))' have been applied to your current workspace.")
        if let baseline, try repository.commit(baseline).tree != repository.commit(head).tree {
            console.note(
                "The experiment started from commit \(baseline.short), and HEAD is \(head.short): files in which the two differ are now "
                    + "as in the experiment. 'git exp apply HEAD' brings those of HEAD back.")
        }
        return isComplete
    }

    /// A folder where the commit has a file, and a file where it has a folder, are nobody's but the user's, unless git
    /// has all of them.
    private func refuseObstacles(_ change: WorkspaceChange) throws {
        guard let workTree = repository.workTree else { return }
        for path in change.written {
            if try FileStatus.of(workTree.pushing(FilePath(path)), followingLinks: false)?.kind == .directory,
                try !isWhollyCommitted(FilePath(path), workTree)
            {
                throw ApplyError.folderInTheWay(path)
            }
        }
        var clear: Set<FilePath> = []
        for path in change.written {
            var folder = FilePath(path).parent
            while !folder.isEmpty, clear.insert(folder).inserted {
                let kind = try FileStatus.of(workTree.pushing(folder), followingLinks: false)?.kind
                if let kind, kind != .directory, try !isAsCommitted(folder, workTree) {
                    throw ApplyError.fileInTheWay(folder.string)
                }
                folder = folder.parent
            }
        }
    }

    /// Whether `HEAD` has a file as it is in the workspace, so that git can give it back.
    private func isAsCommitted(_ path: FilePath, _ workTree: FilePath) throws -> Bool {
        let head = try repository.commit(context.head()).tree
        guard try repository.entry(at: path.string, in: head) != nil else { return false }
        let answer = try GitCommand(in: workTree).run(
            "-c", "core.fsmonitor=false", "--literal-pathspecs", "diff", "--quiet", "--no-ext-diff", "HEAD", "--",
            path.string)
        return answer.exit.isSuccess
    }

    /// Whether `HEAD` has a folder as it is in the workspace, and nothing else is in it.
    private func isWhollyCommitted(_ folder: FilePath, _ workTree: FilePath) throws -> Bool {
        guard try isAsCommitted(folder, workTree) else { return false }
        let git = GitCommand(in: workTree)
        // Without a rule to exclude any, so that files that git ignores are told, too.
        let others = try git.run("--literal-pathspecs", "ls-files", "--others", "-z", "--", folder.string)
        let own = try git.run("--literal-pathspecs", "ls-files", "--stage", "-z", "--", folder.string)
        guard others.exit.isSuccess, own.exit.isSuccess, others.output.isEmpty else { return false }
        // A submodule has more than the commit that it is at.
        return !own.output.split(separator: 0).contains { $0.starts(with: "160000 ".utf8) }
    }

    private func saveLocalWork(
        _ change: WorkspaceChange, present: TreeID, head: CommitID, target: Commit, known: [TreeID]
    ) throws {
        let unsaved = try (change.written + change.deleted).filter { path in
            guard let mine = try repository.entry(at: path, in: present) else { return false }
            return try !known.contains { try repository.entry(at: path, in: $0)?.isSameFile(as: mine) ?? false }
        }
        guard !unsaved.isEmpty else { return }
        let identity = try Identity(of: repository, settings: context.settings)
        let branch = try repository.headBranch().map { String($0.dropFirst("refs/heads/".count)) } ?? "(no branch)"
        let message = "On \(branch): dvc-exp-apply:\(head.hex):\(target.id.hex):\(target.id.short)"
        let headTree = try repository.commit(head).tree
        let staged = try repository.writeCommit(
            tree: headTree, parents: [head], author: identity.signature(),
            message: "index on \(branch): \(head.short)\n")
        let stash = try repository.writeCommit(
            tree: present, parents: [head, staged], author: identity.signature(), message: message)
        let git = GitCommand(in: repository.workTree ?? repository.gitDirectory)
        let answer = try git.run(
            "update-ref", "--create-reflog", "-m", message, StateReference.appliedStash, stash.hex)
        guard answer.exit.isSuccess else {
            throw GitCommandError.failed(arguments: ["update-ref"], complaint: answer.complaint)
        }
        let paths = unsaved.prefix(20).map { ShellWord.quoted($0) }.joined(separator: " ")
        console.note(
            "Saved your changes to \(unsaved.count) file\(unsaved.count == 1 ? "" : "s") first. To get them back:")
        console.note("\n\tgit restore --source=\(stash.short) -- \(Console.sanitized(paths))\n")
        if unsaved.count > 20 {
            console.note("These are the first 20; 'git diff --name-only \(stash.short)' lists all that differ now.")
        }
    }

    /// The files of the repository that running writes: the lock files, and outputs that git keeps.
    private func results() -> Set<String> {
        guard let workspace = try? context.workspace(checking: false) else { return [] }
        // A `.dvc` file is the user's, not the result of a command.
        let paths = workspace.graph.stages.filter { !$0.isTrackedData }.flatMap { stage in
            [stage.lockFile] + stage.outputs.filter { !$0.isCached }.map(\.rooted)
                + (stage.live.map { [stage.rooted($0.path + ".json")] } ?? [])
        }
        return Set(paths.map { context.inRepository($0).string })
    }

    /// The outputs that the workspace's lock files name, with what they name.
    private func recordedOutputs() -> [FilePath: OutputHash] {
        // A pipeline that cannot be read is about to be replaced; it says nothing about what may go.
        guard let workspace = try? context.workspace(checking: false) else { return [:] }
        var result: [FilePath: OutputHash] = [:]
        for stage in workspace.graph.stages {
            let lock = workspace.lock(of: stage)
            for output in stage.outputs where output.isCached {
                if let hash = lock?.output(output.path)?.hash { result[output.rooted] = hash }
            }
        }
        return result
    }

    /// - Parameter before: What the lock files named until now; an output that only they name goes away.
    private func bringOutputs(insteadOf before: [FilePath: OutputHash]) throws -> Bool {
        let workspace = try context.workspace(checking: false)
        let checkout = Checkout(workspace.reader)
        var isComplete = true
        for stage in workspace.graph.stages {
            let lock = workspace.lock(of: stage)
            for output in stage.outputs where try output.isCached && workspace.isReallyInside(output.rooted) {
                guard let hash = lock?.output(output.path)?.hash else {
                    try remove(output, ifStill: before[output.rooted], workspace)
                    continue
                }
                guard try workspace.store.contains(hash) else {
                    console.warn(
                        "the data of '\(Console.sanitized(output.path))' is not in the cache; it was left as it is")
                    isComplete = false
                    continue
                }
                isComplete = try bringWhole(hash, output, workspace, checkout) && isComplete
            }
        }
        workspace.memo.save()
        return isComplete
    }

    /// Removes an output that the commit does not have, where the cache holds what it contains.
    private func remove(_ output: Output, ifStill hash: OutputHash?, _ workspace: ProjectWorkspace) throws {
        guard let hash, try workspace.store.contains(hash) else { return }
        let path = workspace.root.pushing(output.rooted)
        guard try workspace.reader.hash(path, generation: hash.generation, saving: false)?.md5 == hash.md5 else {
            return
        }
        guard hash.isDirectory else { return try FileIO.remove(path) }
        // Files that are no part of the output, because '.dvcignore' hides them, stay.
        for entry in try workspace.store.manifest(of: hash) {
            let file = path.pushing(FilePath(entry.path))
            try FileIO.remove(file)
            WorkspaceFiles(context).removeEmptyFolders(above: file, upTo: path.parent)
        }
    }

    /// - Returns: Whether the cache held what it should.
    private func bringWhole(
        _ hash: OutputHash, _ output: Output, _ workspace: ProjectWorkspace, _ checkout: Checkout
    ) throws -> Bool {
        do {
            try bring(hash, output, workspace, checkout)
            return true
        } catch let error as CacheError {
            guard case .corruptObject = error else { throw error }
            console.warn("the data of '\(Console.sanitized(output.path))' was left as it is: \(error.message)")
            if let hint = error.hint { console.hint(hint) }
            return false
        }
    }

    private func bring(
        _ hash: OutputHash, _ output: Output, _ workspace: ProjectWorkspace, _ checkout: Checkout
    ) throws {
        let path = workspace.root.pushing(output.rooted)
        do {
            try checkout.bring(hash, to: path, overwriting: false)
        } catch CacheError.unsavedData {
            // Noted before anything is overwritten: this may be killed at any time.
            if let saved = try workspace.reader.hash(path, generation: workspace.generation, saving: true) {
                try workspace.tellKept(output.rooted.string, had: "changes that were saved nowhere", as: saved, console)
            }
            try checkout.bring(hash, to: path, overwriting: true)
        }
    }
}

/// Why an experiment cannot be applied.
package enum ApplyError: UserFacingError, Hashable {
    case folderInTheWay(String)
    case fileInTheWay(String)

    /// Paths have their control characters made visible.
    package var message: String {
        switch self {
        case .folderInTheWay(let path): "a folder is in the way of the file '\(Console.sanitized(path))'"
        case .fileInTheWay(let path): "'\(Console.sanitized(path))' is in the way of a folder of that name"
        }
    }

    /// Always the same: somebody has to decide which of the two stays.
    package var hint: String? { "move it away; nothing was changed" }
}
