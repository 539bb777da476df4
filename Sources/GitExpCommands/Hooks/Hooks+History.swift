import Diagnostics
import Experiments
import Files
import Git
import HookActions
import Pipeline
import SystemPackage

/// What hooks do about commits that were rewritten, and about those that leave the repository.
extension Hooks {
    // MARK: After commits were rewritten

    /// Git says `amend` or `rebase`, and on standard input what commits became.
    func postRewrite(_ folder: FilePath) throws {
        guard let repository = try Self.repository(around: folder) else { return }
        var lines = StandardInput.read()
        if lines.allSatisfy(\.isWhitespace) { lines = try rewrittenCommits(repository) }
        var rewritten: [CommitID: CommitID] = [:]
        for line in lines.split(separator: "\n") {
            let words = line.split(separator: " ").prefix(2).map { CommitID(String($0)) }
            if words.count == 2, let old = words[0], let new = words[1], old != new { rewritten[old] = new }
        }
        try moveExperiments(rewritten, in: repository)
        guard words.first ?? environment[Self.rewriting] == "rebase",
            let head = try repository.head().map({ try repository.commit($0) })
        else {
            return
        }
        // The rebase is done, though git clears it away only after this.
        let former = try repository.commit(named: "ORIG_HEAD").flatMap { try? repository.commit($0).tree }
        if let former {
            try follow(RecordChanges(repository, from: former, to: head.tree), in: repository, ignoring: [.rebase])
        }
    }

    private static var rewriting: String { "PRE_COMMIT_REWRITE_COMMAND" }

    /// What commits became, where the framework 'pre-commit' keeps git's words for itself.
    private func rewrittenCommits(_ repository: Repository) throws -> String {
        switch environment[Self.rewriting] {
        case "amend":
            guard let old = try repository.resolve("HEAD@{1}"), let new = try repository.head() else { return "" }
            return "\(old) \(new)"
        case "rebase":
            let list = repository.gitDirectory.appending("rebase-merge").appending("rewritten-list")
            return try FileIO.read(list).map { String(decoding: $0, as: UTF8.self) } ?? ""
        default: return ""
        }
    }

    private func moveExperiments(_ rewritten: [CommitID: CommitID], in repository: Repository) throws {
        if rewritten.isEmpty { return }
        let catalog = try ExperimentCatalog(of: repository)
        if catalog.baselines.isDisjoint(with: rewritten.keys) { return }
        // Whatever project of the repository is around here: references belong to all of them.
        let context = try anyProject(of: repository)
        let rehoming = Rehoming(context, try Revisions.resolver(context, among: catalog))
        let plan = try rehoming.plan(rewritten: rewritten)
        if !plan.moves.isEmpty {
            do {
                _ = try rehoming.carryOut(plan)
            } catch let error as ExperimentError {
                console.warn("experiments stay on the commits from before: \(error.message)")
                return console.hint("'git exp rehome' moves them later")
            }
            let names = plan.moves.prefix(3).map { "'\(Console.sanitized($0.experiment.name))'" }
            let more = plan.moves.count > 3 ? " and \(plan.moves.count - 3) more" : ""
            console.note(
                "git exp: moved \(names.joined(separator: ", "))\(more) to the new commits; 'git exp undo' takes it back"
            )
        }
        for move in plan.blocked {
            console.warn(
                "'\(Console.sanitized(move.experiment.name))' of \(move.experiment.baseline.short) stays: "
                    + "\(move.target.short) has an experiment of that name")
        }
    }

    private func anyProject(of repository: Repository) throws -> ExperimentContext {
        if let context = try? Workspace.open(console) { return context }
        let prefixes = try Verification.projects(in: repository.stagedFiles())
        guard let prefix = prefixes.first else { return try Workspace.open(console) }
        return try Self.project(at: prefix, of: repository, console).withGit()
    }

    // MARK: Before a push

    /// Git says the remote's name and address, and on standard input what goes where.
    func prePush(_ folder: FilePath) throws {
        var lines = StandardInput.read()
        if lines.allSatisfy(\.isWhitespace), let name = environment["PRE_COMMIT_LOCAL_BRANCH"] {
            // The framework 'pre-commit' keeps the lines for itself.
            let local = environment["PRE_COMMIT_TO_REF"] ?? ""
            let remote = environment["PRE_COMMIT_FROM_REF"] ?? ""
            lines = "\(name) \(local) \(environment["PRE_COMMIT_REMOTE_BRANCH"] ?? name) \(remote)"
        }
        guard let repository = try Self.repository(around: folder) else { return }
        let mode = try GitSettings(of: repository).choice("exp.pushData", of: DataPushing.allCases, default: .on)
        if mode == .off { return }
        let remote = words.first ?? environment["PRE_COMMIT_REMOTE_NAME"] ?? ""
        let pushed = try PushedCommits(lines, remote: remote, in: repository)
        if pushed.tips.isEmpty { return }
        do {
            try send(pushed, of: repository)
        } catch let error as any UserFacingError {
            if mode == .warn { return console.warn(error.message) }
            console.complain(error.message)
            if let hint = error.hint { console.hint(hint) }
            console.hint(Self.wayOn)
            throw error.status
        } catch {
            if mode == .warn { return }
            console.hint(Self.wayOn)
            throw error
        }
    }

    private static var wayOn: String { "push without data by 'git push --no-verify'" }

    private func send(_ pushed: PushedCommits, of repository: Repository) throws {
        var prefixes: [FilePath] = []
        for tip in pushed.tips {
            let listing = try repository.files(of: repository.commit(tip).tree)
            for prefix in Verification.projects(in: listing) where !prefixes.contains(prefix) {
                prefixes.append(prefix)
            }
        }
        var options = DataSharing.Options()
        options.askSecret = Question.secret
        var isComplete = true
        for prefix in prefixes {
            guard try isInWorkspace(prefix, of: repository) else {
                let name = prefix.isEmpty ? "this repository" : "'\(Console.sanitized(prefix.string))'"
                console.warn("the data of \(name) was not sent: its '.dvc' is not in the workspace")
                console.hint("check out what you push and call 'git exp data push'")
                continue
            }
            let context = try Self.project(at: prefix, of: repository, console).withGit()
            let report = try PushedData(context, options).send(pushed)
            if report.exchange.count > 0 {
                let files = report.exchange.count == 1 ? "1 file" : "\(report.exchange.count) files"
                console.note("git exp: sent \(files) of data")
            }
            for failure in report.exchange.failures.prefix(5) { console.complain(failure.error.message) }
            for output in report.lost.prefix(5) {
                console.complain(
                    "the data of '\(Console.sanitized(output.path.string))' is neither in the cache nor on the remote")
            }
            if report.lost.isEmpty, !report.exchange.missing.isEmpty {
                console.warn("some data of earlier commits is neither in the cache nor on the remote")
            }
            isComplete = isComplete && report.exchange.failures.isEmpty && report.lost.isEmpty
        }
        if !isComplete { throw ExitStatus.no }
    }
}

extension Hooks {
    /// Whether a project is where the commit has it: another branch may be checked out, or no work tree be known.
    private func isInWorkspace(_ prefix: FilePath, of repository: Repository) throws -> Bool {
        guard let workTree = repository.workTree else { return false }
        return try FileStatus.of(workTree.pushing(prefix).appending(".dvc"), followingLinks: true) != nil
    }
}

/// `exp.pushData`: whether data goes before commits.
enum DataPushing: String, CaseIterable {
    /// And the push stops where it cannot.
    case on
    /// And the push goes on where it cannot.
    case warn
    case off
}
