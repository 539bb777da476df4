import Files
import Git
import Pipeline
import SystemPackage

/// What a DVC left that was killed in the middle of a run in the workspace: `HEAD` detached, and references that say that
/// the run is still going on.
package struct KilledRun {
    /// The commit that the run started from.
    package let baseline: CommitID
    /// The experiment with the checkpoints that it made; `nil` before the first one.
    package let experiment: Experiment?
    /// The files as they were when the run began, changes included, as a stash commit.
    package let stash: CommitID?
    /// The commit of a detached `HEAD`; `nil` where `HEAD` is on a branch.
    package let detached: CommitID?
    /// The branch that `HEAD` was on, by its full name; `nil` where it cannot be told.
    package let branch: String?
    /// Files that say that the run is going on, or that ask for a checkpoint.
    package let files: [FilePath]

    /// - Returns: `nil` where there is no such thing, or the run's process is alive.
    package init?(_ context: ExperimentContext) throws {
        let repository = context.repository
        guard let baseline = try repository.commit(named: StateReference.baseline),
            RunInfo.running(in: context.project.root) == nil
        else { return nil }
        self.baseline = baseline
        stash = try repository.commit(named: StateReference.merge)
        if let name = try repository.symbolicTarget(of: StateReference.branch),
            let reference = ExperimentReference(name), let tip = try repository.commit(named: name)
        {
            experiment = Experiment(reference: reference, tip: tip)
        } else {
            experiment = nil
        }
        let current = try repository.headBranch()
        detached = try current == nil ? repository.head() : nil
        branch = try current ?? Self.branch(before: baseline, in: repository)
        let candidates =
            [".dvc/tmp/DVC_CHECKPOINT"]
            + ["workspace.json", "workspace.run"].map { ".dvc/tmp/exps/run/workspace/" + $0 }
        files = try candidates.map { FilePath($0) }.filter { path in
            try FileStatus.of(context.project.root.pushing(path), followingLinks: false) != nil
        }
    }

    /// The branch from which `HEAD` went to the baseline; without a log, the only one that is there.
    private static func branch(before baseline: CommitID, in repository: Repository) throws -> String? {
        let start = "checkout: moving from "
        let end = " to " + baseline.hex
        let line = try repository.headLog().last { $0.message.hasPrefix(start) && $0.message.hasSuffix(end) }
        if let line {
            let name = "refs/heads/" + line.message.dropFirst(start.count).dropLast(end.count)
            if try repository.commit(named: name) != nil { return name }
        }
        let there = try repository.references(below: "refs/heads/").filter { $0.commit == baseline }
        return there.count == 1 ? there[0].name : nil
    }
}

extension KilledRun {
    /// Tells of a killed run, where what is printed depends on `HEAD`.
    package static func warn(_ context: ExperimentContext) throws {
        guard try context.repository.commit(named: StateReference.baseline) != nil,
            RunInfo.running(in: context.project.root) == nil
        else { return }
        let error = ExperimentError.killedElsewhere
        context.console.warn(error.message)
        if let hint = error.hint { context.console.hint(hint) }
    }
}

/// Mends what a killed DVC left.
package struct Recovering {
    private let context: ExperimentContext
    private var repository: Repository { context.repository }

    /// Takes the project; nothing is looked at yet.
    package init(_ context: ExperimentContext) { self.context = context }

    /// Puts `HEAD` and the index back, and takes the marks of the run away; the files of the workspace stay.
    ///
    /// What may be called for again is done last, so that a recovery that is killed can be repeated.
    /// - Parameter branch: Where `HEAD` belongs, by its short name; `nil` is the branch that it was on.
    /// - Returns: What was done; `nil` where there is nothing to mend.
    /// - Throws: ``ExperimentError/noBranchToReturnTo``, ``ExperimentError/headMovedOn(_:)``; nothing changed then.
    package func recover(branch: String?) throws -> KilledRun? {
        var mended: KilledRun?
        try FileIO.makeDirectories(context.scratch)
        try ProjectLock(context).exclusively {
            guard let run = try KilledRun(context) else { return }
            let target = try target(of: run, chosen: branch)
            if let target { try attachHead(to: target, from: run) }
            if let stash = run.stash {
                try UndoRecords(context).keep(
                    command: "recover",
                    changes: [ReferenceChange(StateReference.merge, before: stash, after: nil)])
            }
            if let tip = run.experiment?.tip {
                try repository.setReference(StateReference.checkpoint, to: tip, expecting: .anything)
                try HeldCommit(context).write(tip)
            }
            for file in run.files { try FileIO.remove(context.project.root.pushing(file)) }
            var transaction = ReferenceTransaction()
            for mark in [StateReference.merge, StateReference.branch, StateReference.baseline] {
                transaction.delete(mark, holding: nil)
            }
            try transaction.commit(in: repository)
            mended = run
        }
        return mended
    }

    /// Where `HEAD` has to go; `nil` where it is on a branch already.
    package func target(of run: KilledRun, chosen: String?) throws -> String? {
        guard let detached = run.detached else { return nil }
        var own: Set<CommitID> = [run.baseline]
        if let experiment = run.experiment {
            own.formUnion(try ChainReader(repository).chain(of: experiment).map(\.id))
        }
        // DVC moves HEAD before the reference of a checkpoint.
        let isOwn = try own.contains(detached) || repository.commit(detached).parents.first.map(own.contains) ?? false
        guard isOwn else { throw ExperimentError.headMovedOn(detached.short) }
        if let chosen {
            let name = "refs/heads/" + chosen
            guard try repository.commit(named: name) != nil else { throw ExperimentError.unknownBranch(chosen) }
            return name
        }
        guard let branch = run.branch else { throw ExperimentError.noBranchToReturnTo }
        return branch
    }

    private func attachHead(to branch: String, from run: KilledRun) throws {
        guard let workTree = repository.workTree else { throw ExperimentError.noWorkTree }
        let git = GitCommand(in: workTree)
        // The index first: while HEAD is detached, a repetition knows that it has to be written.
        for arguments in [
            ["read-tree", branch], ["update-index", "-q", "--refresh"],
            ["symbolic-ref", "-m", "git exp recover: back to the branch", "HEAD", branch],
        ] {
            let answer = try git.run(["-c", "core.fsmonitor=false"] + arguments)
            // A refresh says by its status that files differ, which they may.
            guard answer.exit.isSuccess || arguments[0] == "update-index" else {
                throw GitCommandError.failed(arguments: arguments, complaint: answer.complaint)
            }
        }
    }
}
