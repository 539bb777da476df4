import Diagnostics
import Experiments
import Git
import HookActions
import HookScripts
import Pipeline
import Processes
import SystemPackage

/// Carries out what git's hooks ask for.
struct Hooks {
    let environment = ProcessCall.inheritedEnvironment()
    let console: Console
    /// What git said to the hook.
    let words: [String]

    /// - Parameter words: The name of the hook, and what git said to it.
    static func perform(_ words: ArraySlice<String>, _ console: Console) throws {
        guard let name = words.first, let script = HookScript(rawValue: name) else {
            throw HookError.unknownHook(words.first ?? "")
        }
        try Hooks(console: console, words: Array(words.dropFirst())).perform(script)
    }

    private func perform(_ script: HookScript) throws {
        let folder = Workspace.currentFolder()
        if HookSilence.holds(environment) || HookSilence.holds(in: folder) { return }
        switch script {
        case .preCommit: try preCommit(folder)
        case .postCheckout: try postCheckout(folder)
        case .postMerge: try postMerge(folder)
        case .postRewrite: try postRewrite(folder)
        case .prePush: try prePush(folder)
        }
    }

    /// Opens the repository; `nil` for one of a shape that we refuse: where many repositories share their hooks, git goes
    /// on in those without us.
    static func repository(around folder: FilePath) throws -> Repository? {
        do throws(GitError) {
            return try Repository(discovering: folder)
        } catch {
            if error.code == .refused { return nil }
            throw error
        }
    }

    // MARK: Before a commit

    private func preCommit(_ folder: FilePath) throws {
        guard let repository = try Self.repository(around: folder) else { return }
        let settings = try GitSettings(of: repository)
        let strictness = try settings.choice("exp.verify", of: CommitGate.Strictness.allCases, default: .block)
        let gate = CommitGate(Self.verification(repository, console), console: console)
        if try !gate.lets(strictness) { throw ExitStatus.no }
    }

    /// The judge of a repository's commits.
    static func verification(_ repository: Repository, _ console: Console) -> Verification {
        Verification(repository) { prefix in try project(at: prefix, of: repository, console).project }
    }

    /// Opens a project of the repository.
    static func project(
        at prefix: FilePath, of repository: Repository, _ console: Console
    ) throws -> ProjectContext {
        guard let workTree = repository.workTree else { throw HookError.noWorkTree }
        return try Workspace.openProject(console, at: workTree.pushing(prefix).string)
    }

    // MARK: After a checkout or a merge

    /// Git says the old and the new commit, and whether a branch was changed or only files.
    private func postCheckout(_ folder: FilePath) throws {
        // The framework 'pre-commit' says them in its own way.
        let old = words.first ?? environment["PRE_COMMIT_FROM_REF"] ?? ""
        let new = words.dropFirst().first ?? environment["PRE_COMMIT_TO_REF"] ?? ""
        let kind = words.dropFirst(2).first ?? environment["PRE_COMMIT_CHECKOUT_TYPE"] ?? ""
        guard kind == "1", let new = CommitID(new) else { return }
        let former = CommitID(old)
        if former == new { return }
        guard let repository = try Self.repository(around: folder) else { return }
        let changes = try RecordChanges(
            repository, from: former.flatMap { try? repository.commit($0).tree }, to: repository.commit(new).tree)
        try follow(changes, in: repository, ignoring: repository.isRebaseWithoutCommits() ? [.rebase] : [])
    }

    /// Git says whether the merge was squashed: then `HEAD` is where it was, and the index has the changes.
    private func postMerge(_ folder: FilePath) throws {
        guard let repository = try Self.repository(around: folder) else { return }
        let isSquashed = (words.first ?? environment["PRE_COMMIT_IS_SQUASH_MERGE"]) == "1"
        guard let head = try repository.head().map({ try repository.commit($0) }) else { return }
        if isSquashed {
            return try follow(
                RecordChanges(inIndexOf: repository, since: head.tree), in: repository, ignoring: [.merge])
        }
        let former = try repository.commit(named: "ORIG_HEAD").flatMap { try? repository.commit($0).tree }
        try follow(RecordChanges(repository, from: former, to: head.tree), in: repository, ignoring: [.merge])
    }

    /// Brings the data that goes with a change of commits.
    ///
    /// - Parameter operations: Those that are over although git has not cleared them away.
    func follow(
        _ changes: RecordChanges, in repository: Repository, ignoring operations: Set<GitOperation>
    ) throws {
        guard !changes.isEmpty, let workTree = repository.workTree else { return }
        let pending = repository.operations().subtracting(operations)
        if try !pending.isEmpty && !FollowingRule(GitSettings(of: repository)).allows(pending) { return }
        var report = FollowingReport()
        for prefix in try changes.projects(below: workTree) {
            let context = try Self.project(at: prefix, of: repository, console)
            try context.settleCache()
            try ProjectLock(context).exclusively {
                let workspace = try context.workspace(checking: false)
                let targets = try changes.targets(in: workspace, prefix: prefix)
                if targets.isEmpty { return }
                report.add(
                    try DataCheckout(workspace, options: DataCheckout.Options(), console: console)
                        .run(targets, isEverything: false), below: prefix)
                workspace.memo.save()
            }
        }
        if let line = report.line { console.note(line) }
    }
}
