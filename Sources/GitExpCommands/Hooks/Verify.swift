import ArgumentParser
import Diagnostics
import Experiments
import Formats
import Git
import HookActions
import Pipeline
import SystemPackage

struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check that commits and their dvc.lock tell the same.",
        usage: "git exp verify [<options>] [<revision> | <revision>..<revision>]",
        discussion: """
            Judges a commit by what is in it, not by the workspace: the command, the hashes of what a stage reads and the \
            values of its parameters must be those of its entry in dvc.lock, and its outputs must be in the cache, or in \
            git where the cache does not keep them. A stage without an entry never ran, and nothing is said of it. Pipeline \
            files must be readable and without the markers of a merge, and nothing that the cache keeps may be in git.

            Of one revision, HEAD if none is named, all stages are judged; of a range, the stages that each of its commits \
            touches; with --staged, those that the next commit would touch. The hook 'pre-commit' does the last of these. \
            The exit status is 1 where something is wrong.

            Examples:
              git exp verify --staged
              git exp verify --staged --fix
              git exp verify --allow-missing origin/main..HEAD
            """)

    @Argument(help: "A commit, an experiment, one of its checkpoints, or a range of commits.")
    var revision: String?

    @Flag(help: "Judge what is staged.")
    var staged = false

    @Flag(help: "Stage a lock file of the workspace that describes what is staged.")
    var fix = false

    @Flag(help: "Do not ask for outputs in the cache.")
    var allowMissing = false

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if staged, revision != nil { throw ValidationError("'--staged' goes without a revision") }
        if fix, !staged { throw ValidationError("'--fix' goes with '--staged'") }
    }

    func run() throws {
        let repository = try Repository(discovering: Workspace.currentFolder())
        var verification = Hooks.verification(repository, global.console)
        verification.requiresData = !allowMissing
        if staged {
            var verdict = try verification.verdict(on: .staged)
            if fix, !verdict.isSound { verdict = try repair(verdict, verification) }
            return try report([(nil, verdict)])
        }
        try report(try subjects(repository).map { ($0.commit, try verification.verdict(on: $0.subject)) })
    }

    private func repair(_ verdict: Verdict, _ verification: Verification) throws -> Verdict {
        for path in try verification.fix(verdict) { global.console.note("Staged \(Console.sanitized(path))") }
        return try verification.verdict(on: .staged)
    }

    /// The commits that are meant, oldest first.
    private func subjects(
        _ repository: Repository
    ) throws -> [(commit: CommitID?, subject: Verification.Subject)] {
        let text = revision ?? "HEAD"
        guard text.contains("..") else {
            if revision == nil, try repository.head() == nil { throw ExperimentError.noCommits }
            let commit = try resolver(repository).resolve(text).commit
            return [(commit, .everything(in: commit))]
        }
        return try repository.commits(inRange: text).map { ($0, .changes(of: $0)) }
    }

    /// Knows what is best only in a project.
    private func resolver(_ repository: Repository) throws -> RevisionResolver {
        if let context = try? Workspace.open(global.console) { return try Revisions.resolver(context) }
        return RevisionResolver(
            repository, catalog: try ExperimentCatalog(of: repository), chains: ChainReader(repository))
    }

    private func report(_ verdicts: [(commit: CommitID?, verdict: Verdict)]) throws {
        let isSound = verdicts.allSatisfy(\.verdict.isSound)
        if json {
            let list: [Value] = verdicts.map { commit, verdict in
                var entry = Mapping([("commit", commit.map { .string($0.hex) } ?? .null)])
                entry.entries += verdict.json.mapping?.entries ?? []
                return .mapping(entry)
            }
            global.console.print(JSON.pythonDumps(.list(list)))
        } else if !global.quiet {
            for (commit, verdict) in verdicts where !verdict.isSound {
                if verdicts.count > 1, let commit { global.console.print("commit \(commit.hex)") }
                global.console.printRaw(verdict.text)
            }
            if isSound {
                global.console.note(
                    staged
                        ? "Nothing that is staged makes a lock file wrong."
                        : "The lock files tell what is in the commits.")
            }
        }
        if !isSound { throw ExitStatus.no }
    }
}
