import Diagnostics

/// Why something could not be done with experiments.
package enum ExperimentError: UserFacingError, Hashable {
    case noCommits
    case noWorkTree
    /// The project was made to do without git.
    case withoutGit
    /// The project's root, absolute.
    case projectOutside(String, workTree: String)
    case invalidName(String, reason: String)
    case nameTaken(
        String, baseline: String, hint: String = "replace it with '-f', or choose another name with '-n NAME'")
    /// A word that is neither an experiment nor a revision; `similar` are names to suggest.
    case unknown(String, similar: [String])
    /// A word for several experiments, by their references; without any, the beginning of several ids.
    case ambiguous(String, references: [String])
    /// `name@number`; `available` is how many checkpoints there are.
    case noSuchCheckpoint(String, available: Int)
    /// The experiment whose best checkpoint is asked for, where `exp.best` is not set.
    case noBestMetric(String)
    /// The metric that `exp.best` names is in none of the checkpoints; `available` are the numbers that are.
    case missingMetric(String, available: [String])
    /// Nowhere is a metrics file of this name, or one in such a folder; `available` are those of the workspace.
    case noMetrics(String, available: [String])
    /// The revision as the user named it.
    case notAnExperiment(String)
    /// The revision as the user named it.
    case isBaseline(String)
    /// An experiment where a commit is meant that experiments start from.
    case isNoBaseline(String, baselines: [String])
    /// The checkpoint's short id; `heads` are experiments that go on from it.
    case unchangedCheckpoint(String, heads: [String])
    case runInProgress(process: Int32, program: String)
    /// DVC was killed while it ran an experiment here.
    case killedElsewhere
    /// An experiment that somebody else runs; `isRepeated` says that the same call is to be made again later.
    case beingRun(String, by: ExperimentRunner, isRepeated: Bool)
    /// An experiment that is to go on, but with other files than it was begun with.
    case begunDifferently(String, paths: [String])
    /// What changed, worded as a subject.
    case stateMoved(String)
    case pipelineIgnored(String)
    /// The whole message.
    case rejectedOption(String, hint: String)
    case branchExists(String)
    case invalidBranchName(String)
    case missingCheckpointData(path: String, checkpoint: String)
    /// A file or folder of `--copy-paths`.
    case cannotCopy(String, reason: String)
    /// The description of a run in a folder of its own is none.
    case badTicket(String)
    /// Names where entries of the queue are meant; nothing was done to any of them.
    case notQueued([String])
    /// An entry of the queue in a state in which something cannot be done.
    case entryIs(String, state: String, hint: String)
    /// An entry of the queue that is no experiment that could be run.
    case badEntry(String, reason: String)
    case cannotInclude(String, reason: String)
    /// Names where experiments are meant; nothing was done to any of them.
    case notExperiments([String], similar: [String])
    /// It cannot be told where an experiment belongs now.
    case noNewBaseline(String)
    /// After a killed run it cannot be told on which branch `HEAD` was.
    case noBranchToReturnTo
    /// After a killed run `HEAD` was moved to a commit that is not of that run.
    case headMovedOn(String)
    case unknownBranch(String)
    case nothingToUndo
    /// An experiment that would be brought back has the name of one that is there.
    case existsAgain(String)
    case nothingToRestore(String)
    case badUndoDays(String)
    /// A commit whose data cannot be told, so that it cannot be kept.
    case unreadable(
        String, problem: String, hint: String = "'--skip-failed' passes over it, and removes its data")

    /// Names, revisions and paths have their control characters made visible.
    package var message: String {
        switch self {
        case .noCommits: "this branch has no commits yet, so an experiment has nothing to start from"
        case .noWorkTree: "this repository has no work tree"
        case .withoutGit: "this project works without git, and experiments are commits"
        case .projectOutside(let root, let workTree):
            "the project '\(Console.sanitized(root))' is not in the work tree '\(Console.sanitized(workTree))'"
        case .invalidName(let name, let reason):
            "'\(Console.sanitized(name))' cannot be the name of an experiment: \(reason)"
        case .nameTaken(let name, let baseline, _): "experiment '\(name)' already exists for commit \(baseline)"
        case .unknown(let name, _): "no experiment or commit named '\(Console.sanitized(name))'"
        case .ambiguous(let name, let references) where references.isEmpty:
            "'\(Console.sanitized(name))' is the beginning of several ids"
        case .ambiguous(let name, let references):
            "'\(Console.sanitized(name))' could be any of \(references.count): "
                + references.map(Console.sanitized).joined(separator: ", ")
        case .noSuchCheckpoint(let name, let available):
            "no checkpoint '\(Console.sanitized(name))': the experiment has \(available)"
        case .noBestMetric(let name): "cannot tell which checkpoint of '\(Console.sanitized(name))' is the best"
        case .missingMetric(let metric, _):
            "cannot tell which checkpoint is the best: none has the metric '\(Console.sanitized(metric))' of 'exp.best'"
        case .noMetrics(let file, _): "there are no metrics in '\(Console.sanitized(file))'"
        case .notAnExperiment(let revision): "'\(Console.sanitized(revision))' does not belong to an experiment"
        case .isBaseline(let revision):
            "'\(Console.sanitized(revision))' is the commit that experiments started from, or an older one"
        case .isNoBaseline(let name, let baselines):
            "'\(Console.sanitized(name))' is an experiment of \(baselines.joined(separator: " and ")), "
                + "and '--rev' takes a commit that experiments start from"
        case .unchangedCheckpoint(let id, _): "nothing to do: the workspace holds checkpoint \(id) unchanged"
        case .runInProgress(let process, let program):
            "another run is going on in this workspace: process \(process) (\(Console.sanitized(program)))"
        case .killedElsewhere: "a run of DVC was killed here and left HEAD detached (\(StateReference.baseline))"
        case .beingRun(let name, .queue(let state), _) where state.isWaiting:
            "experiment '\(Console.sanitized(name))' waits in the queue (\(state.rawValue.lowercased()))"
        case .beingRun(let name, let other, _):
            "experiment '\(Console.sanitized(name))' is being run by \(other.description)"
        case .begunDifferently(let name, let paths):
            "experiment '\(Console.sanitized(name))' was begun with something else in "
                + paths.prefix(5).map { "'\(Console.sanitized($0))'" }.joined(separator: ", ")
                + (paths.count > 5 ? " and \(paths.count - 5) more" : "")
        case .stateMoved(let what): "\(Console.sanitized(what)) changed while this ran"
        case .pipelineIgnored(let file):
            "'\(Console.sanitized(file))' is ignored by git, so its stages would not count"
        case .rejectedOption(let text, _): text
        case .branchExists(let name): "a branch named '\(Console.sanitized(name))' already exists"
        case .invalidBranchName(let name): "'\(Console.sanitized(name))' is not a valid branch name"
        case .cannotCopy(let path, let reason): "cannot copy '\(Console.sanitized(path))': \(reason)"
        case .badTicket(let file): "'\(Console.sanitized(file))' does not describe a run"
        case .notQueued(let names):
            "nothing in the queue is named \(names.map { "'\(Console.sanitized($0))'" }.joined(separator: ", "))"
        case .entryIs(let name, let state, _): "'\(Console.sanitized(name))' is \(state)"
        case .badEntry(let entry, let reason): "entry \(entry) of the queue cannot be run: \(reason)"
        case .missingCheckpointData(let path, let checkpoint):
            "cannot continue from checkpoint \(checkpoint): the data of '\(Console.sanitized(path))' is not in the cache"
        case .cannotInclude(let path, let reason): "cannot include '\(Console.sanitized(path))': \(reason)"
        case .notExperiments(let names, _):
            "no experiment named \(names.map { "'\(Console.sanitized($0))'" }.joined(separator: ", "))"
        case .noNewBaseline(let name):
            "cannot tell which commit '\(Console.sanitized(name))' should move to"
        case .noBranchToReturnTo: "cannot tell on which branch HEAD was when the run of DVC began"
        case .headMovedOn(let commit):
            "HEAD is detached at \(commit), which is not a commit of the run that was killed"
        case .unknownBranch(let name): "there is no branch '\(Console.sanitized(name))'"
        case .nothingToUndo: "nothing was removed or replaced that could be brought back"
        case .existsAgain(let name):
            "there is an experiment '\(Console.sanitized(name))' again, which is not the one to be brought back"
        case .nothingToRestore(let name): "no experiment '\(Console.sanitized(name))' that could be brought back"
        case .badUndoDays(let value): "'\(Console.sanitized(value))' is not a number of days ('exp.undoDays')"
        case .unreadable(let commit, let problem, _): "cannot tell which data \(commit) uses: \(problem)"
        }
    }

    /// A command that helps, or similar names; `nil` where the message says it all.
    package var hint: String? {
        switch self {
        case .noCommits: "make the first one with 'git commit'"
        case .noWorkTree: "run it in a clone, or in a linked worktree"
        case .withoutGit: "to use git, run 'git init' and set 'no_scm = False' in .dvc/config"
        case .projectOutside: "go to the project that belongs to it, or correct GIT_DIR and GIT_WORK_TREE"
        case .invalidName: "choose another one with '-n NAME'"
        case .nameTaken(_, _, let hint), .unreadable(_, _, let hint): hint
        case .unknown(_, let similar) where similar.isEmpty: "'git exp list' shows the experiments"
        case .unknown(_, let similar):
            "did you mean '\(similar.map(Console.sanitized).joined(separator: "' or '"))'?"
        case .ambiguous(_, let references):
            references.isEmpty ? "give more of the digits" : "give one of these in full"
        case .noSuchCheckpoint: "'git exp show' lists them"
        case .noBestMetric: "name the metric: git config exp.best acc (highest), or -loss (lowest)"
        case .missingMetric(_, let available) where available.isEmpty: "they have no metrics that are numbers"
        case .missingMetric(_, let available):
            "they have \(available.map { "'\(Console.sanitized($0))'" }.joined(separator: ", ")): "
                + "git config exp.best NAME (highest), or -NAME (lowest)"
        case .isNoBaseline(_, let baselines): "to see it: '--rev \(baselines[0])'"
        case .noMetrics(_, let available) where available.isEmpty:
            "no stage has metrics; '-M' of 'git exp stage add' names some"
        case .noMetrics(_, let available):
            "the project has \(available.map { "'\(Console.sanitized($0))'" }.joined(separator: ", "))"
        case .notAnExperiment: "'git exp list' shows the experiments"
        case .isBaseline: "name an experiment or one of its checkpoints; 'git exp list' shows them"
        case .unchangedCheckpoint(_, let heads):
            "change something (for example with -S), or continue from a tip: "
                + heads.prefix(3).map { "git exp apply \(Console.sanitized($0))" }.joined(separator: ", or ")
                + (heads.count > 3 ? " (\(heads.count - 3) more)" : "")
        case .runInProgress: "wait for it, or stop it with 'kill -INT' and its process number"
        case .killedElsewhere:
            "'git exp recover' puts HEAD back on your branch; your files stay, and checkpoints made so far are safe"
        case .beingRun(let name, .queue, isRepeated: false):
            "wait for it, or end it with 'git exp queue kill \(ShellWord.shown(name))'"
        case .beingRun(let name, .queue(.held), isRepeated: true):
            "'git exp queue release \(ShellWord.shown(name))' lets the queue run it; then run the command again"
        case .beingRun(_, .queue(let state), isRepeated: true) where state.isWaiting:
            "'git exp queue start' starts workers, if none is running; then run the command again"
        case .beingRun(_, .process(let process), isRepeated: false):
            "wait for it, or stop it with 'kill -INT \(process.map(String.init) ?? "PROCESS")'"
        case .beingRun: "wait for it, then run the command again"
        case .begunDifferently(let name, _):
            "'git exp apply \(Console.sanitized(name))' brings those files here, '--temp' goes on without the workspace; "
                + "for a new experiment choose another name"
        case .stateMoved: "another process was faster; run the command again"
        case .pipelineIgnored: "take it out of '.gitignore'; 'git check-ignore -v' names the pattern"
        case .rejectedOption(_, let hint): hint
        case .branchExists: "choose another name"
        case .invalidBranchName: "see 'git help check-ref-format'"
        case .cannotCopy: "'--copy-paths' takes files and folders of this repository"
        case .badTicket: "start runs with 'git exp run'"
        case .notQueued(let names):
            "'git exp queue status' shows the queue" + (names.count > 1 ? "; nothing was changed" : "")
        case .entryIs(_, _, let hint): hint
        case .badEntry: "take it out with 'git exp queue remove', and queue the experiment again"
        case .missingCheckpointData: "bring the cache back, apply another checkpoint, or start over with '--reset'"
        case .cannotInclude: "'-I' takes files and folders of the repository, seen from the current folder"
        case .notExperiments(let names, let similar):
            (similar.isEmpty
                ? "'git exp list -A' shows the experiments"
                : "did you mean '\(similar.map(Console.sanitized).joined(separator: "' or '"))'?")
                + (names.count > 1 ? "; nothing was changed" : "")
        case .noNewBaseline: "say it: '--onto COMMIT'"
        case .noBranchToReturnTo: "name it: git exp recover --branch NAME"
        case .headMovedOn: "put HEAD on a branch first, for example with 'git switch -c NAME', then do this again"
        case .unknownBranch: "'git branch' lists them"
        case .nothingToUndo, .nothingToRestore: "'git exp undo --list' shows what there is"
        case .existsAgain(let name):
            "rename it with 'git exp rename \(Console.sanitized(name)) NEW', or replace it with 'git exp undo --force'"
        case .badUndoDays: "for example: git config exp.undoDays 30"
        }
    }

    /// 129 for an option that does not apply, 128 for the rest.
    package var status: ExitStatus {
        switch self {
        case .rejectedOption: .usage
        case .beingRun(_, _, isRepeated: true): .preempted
        default: .failure
        }
    }
}
