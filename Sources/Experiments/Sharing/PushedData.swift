import Cache
import Diagnostics
import Git
import Pipeline

/// The commits that a 'git push' is about to send, as git tells them to the hook 'pre-push'.
package struct PushedCommits: Sendable {
    /// Those that the remote does not have yet, as far as that is known here.
    package let commits: [CommitID]
    /// What the references are going to name.
    package let tips: Set<CommitID>
    /// Their parents that the remote has.
    package let boundary: [CommitID]

    /// - Parameters:
    ///   - lines: `<local name> <local id> <remote name> <remote id>` each; an id of zeros means that there is none.
    ///   - remote: The name of the Git remote, or its address.
    package init(_ lines: String, remote: String, in repository: Repository) throws {
        var locals: [CommitID] = []
        var excluded: [CommitID] = []
        for line in lines.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 4 else { continue }
            // Tags of other things than commits have no data.
            if CommitID(String(words[1])) != nil, let id = try? repository.resolve(String(words[1])) {
                locals.append(id)
            }
            if let id = CommitID(String(words[3])), (try? repository.commit(id)) != nil { excluded.append(id) }
        }
        tips = Set(locals)
        if locals.isEmpty {
            commits = []
            boundary = []
            return
        }
        excluded += try repository.references(below: "refs/remotes/\(remote)/").map(\.commit)
        let input = locals.map(\.hex) + excluded.map { "^" + $0.hex }
        let git = GitCommand(in: repository.workTree ?? repository.gitDirectory)
        let answer = try git.run(
            ["rev-list", "--boundary", "--ignore-missing", "--stdin"],
            input: Array(input.map { $0 + "\n" }.joined().utf8))
        guard answer.exit.isSuccess else {
            throw GitCommandError.failed(arguments: ["rev-list"], complaint: answer.complaint)
        }
        let ids = answer.text.split(separator: "\n")
        commits = ids.compactMap { CommitID(String($0)) }
        boundary = ids.filter { $0.hasPrefix("-") }.compactMap { CommitID(String($0.dropFirst())) }
    }
}

/// Sends the data of commits that are about to be pushed.
package struct PushedData {
    private let context: ExperimentContext
    private let options: DataSharing.Options

    /// Prepares for the commits of a project; nothing is read yet.
    package init(_ context: ExperimentContext, _ options: DataSharing.Options) {
        self.context = context
        self.options = options
    }

    /// What became of the data.
    package struct Report {
        /// What was sent, what was nowhere, and what failed.
        package var exchange = ExchangeReport()
        /// Outputs of the commits that references are going to name, of which something is nowhere.
        package var lost: [UsedOutput] = []

        /// A report of nothing.
        package init() {}
    }

    /// Sends what the remote's commits do not name already; nothing where no data remote is the default one.
    ///
    /// - Throws: ``RemoteSettingsError``, ``RemoteError`` and what reading commits throws.
    package func send(_ pushed: PushedCommits) throws -> Report {
        let outputs = RevisionOutputs(context)
        let store = try context.project.config.cache(root: context.project.root).store
        let sharing = DataSharing(context, store, options)
        let hasDefault = context.project.config["core.remote"] != nil
        func isSent(_ output: UsedOutput) -> Bool { output.isPushed && (hasDefault || output.remote != nil) }
        // A data remote that is about to be made, or was just set up, has nothing, whatever the remote's commits name.
        var usedByTips: [CommitID: [UsedOutput]] = [:]
        for tip in pushed.tips { usedByTips[tip] = try? self.outputs(of: tip, outputs) }
        let ofAllTips = usedByTips.values.joined().filter(isSent)
        let isNew = try !ofAllTips.isEmpty && (hasOtherSettings(pushed) || sharing.hasNewRemote(ofAllTips))
        let known = Set(pushed.boundary.flatMap { (try? self.outputs(of: $0, outputs)) ?? [] }.map(\.wanted))
        var wanted: [UsedOutput] = []
        var ofTips: [UsedOutput] = []
        var seen: Set<UsedOutput> = []
        let others = isNew ? pushed.tips.subtracting(pushed.commits) : []
        for commit in pushed.commits + others {
            let used: [UsedOutput]
            do {
                used = try usedByTips[commit] ?? self.outputs(of: commit, outputs)
            } catch let error as any UserFacingError {
                context.console.warn("the data of commit \(commit.short) cannot be told: \(error.message)")
                continue
            }
            for output in used where isSent(output) {
                let isKnown = known.contains(output.wanted)
                // What the remote's commits name already may be elsewhere by now, but never holds a push up.
                if isKnown && !(isNew && isHere(output, store)) { continue }
                if !isKnown && pushed.tips.contains(commit) { ofTips.append(output) }
                if seen.insert(output).inserted { wanted.append(output) }
            }
        }
        var report = Report()
        if wanted.isEmpty { return report }
        report.exchange = try sharing.push(wanted)
        let missing = Set(report.exchange.missing)
        let sent = Set(wanted)
        report.lost = ofTips.filter { output in
            sent.contains(output)
                && (missing.contains(output.wanted.item)
                    || output.wanted.members(of: store.known(output.wanted.hash)).contains(where: missing.contains))
        }
        return report
    }

    /// Whether a commit that is pushed has other settings than one that the remote has.
    private func hasOtherSettings(_ pushed: PushedCommits) throws -> Bool {
        let file = context.inRepository(".dvc/config").string
        func settings(_ trees: [TreeID]) throws -> Set<BlobID?> {
            Set(try trees.map { try context.repository.entry(at: file, in: $0)?.blob })
        }
        // A shallow clone lacks commits that the remote has.
        let known = try settings(pushed.boundary.compactMap { try? context.repository.commit($0).tree })
        if known.isEmpty { return false }
        return try !settings(pushed.tips.map { try context.repository.commit($0).tree }).isSubset(of: known)
    }

    /// Whether the cache has all of an output.
    private func isHere(_ output: UsedOutput, _ store: ObjectStore) -> Bool {
        let items = [output.wanted.item] + output.wanted.members(of: store.known(output.wanted.hash))
        return items.allSatisfy { item in ((try? store.size(of: item)) ?? nil) != nil }
    }

    private func outputs(of commit: CommitID, _ reader: RevisionOutputs) throws -> [UsedOutput] {
        try reader.outputs(of: context.repository.commit(commit).tree, DataSelection())
    }
}
