import Cache
import Diagnostics
import Files
import Formats
import Git
import Pipeline
import Processes
import SystemPackage

/// What `git exp run` was asked for.
package struct RunRequest {
    /// Of the experiment; `nil` makes one up.
    package var name: String?
    /// In the order of the command line.
    package var overrides: [ParameterOverride] = []
    /// A command that becomes a stage of the folder's `dvc.yaml`; the selection names it then.
    package var command: CommandStage?
    /// Which stages are to be looked at, with what they need.
    package var selection = StageSelection()
    /// How the stages are run.
    package var options = RunOptions()
    /// Start over instead of continuing from the last checkpoint.
    package var reset = false
    /// Whether data that is not here is brought from remotes; ``RunOptions/supply`` says how in this process.
    package var pulls = false
    /// The experiment to go on with, whatever the workspace holds; it must have been begun with the same files.
    package var resuming: Experiment?
    /// The message of the final commit.
    package var message: String?

    /// Runs what changed, and goes on from the last checkpoint.
    package init() {}
}

/// Runs the pipeline in the workspace and records it as an experiment.
package struct WorkspaceRun {
    private let context: ExperimentContext
    private var console: Console { context.console }
    private var repository: Repository { context.repository }

    /// Takes the project; nothing happens yet.
    package init(_ context: ExperimentContext) { self.context = context }

    /// What became of a run.
    package struct Report {
        /// `nil` for a dry run.
        package let experiment: Experiment?
        /// Why a command failed after its first checkpoint; the experiment is complete all the same.
        package let failure: RunError?
        /// Whether somebody ended it after a checkpoint.
        var wasInterrupted = false
        /// Whether that was to make room, so that it is to go on later.
        package var isPreempted = false
    }

    /// - Throws: ``ExperimentError`` and ``PipelineError`` before anything runs; ``RunError`` where a command failed
    ///   before anything of its stage was recorded.
    package func run(_ request: RunRequest) throws -> Report {
        let head = try context.head()
        let identity = try Identity(of: repository, settings: context.settings)
        let lock = try ProjectLock(context)
        try RunInfo.refuseOthers(context)
        try FileIO.makeDirectories(context.scratch)
        let journal = try RunJournal(scratch: context.scratch, program: "git exp run")
        defer { journal.close() }
        clearStaleSignal()
        let process = try StageProcess(signalFile: signalFile, grace: context.grace)
        // Mistakes are found before a parameter file changes; what overrides set may decide what stages there are.
        let workspace = try context.workspace(
            replacing: ParameterChanges.contents(for: request, in: context))
        let stages = try workspace.graph.order(request.selection, files: workspace.files.map(\.path))
        if let name = request.name { try ExperimentName.check(name, generation: workspace.generation) }
        warnAboutLive(workspace)
        // What continues an experiment may name it.
        if request.reset || request.options.dryRun || !stages.contains(where: \.hasCheckpoints) {
            try refuseTaken(request, head)
        }
        if request.options.dryRun {
            return try dryRun(process, request, workspace, stages)
        }
        try context.settleCache()
        // Before anything changes: preparing the outputs would disturb whoever uses them.
        try PathLocks(root: context.project.root).requireFree(stages) { $0.address(relativeTo: context.folder) }
        let undo = try ParameterChanges.apply(request, in: context)
        let plan: RunPlan
        let restoring: OutputRestoring
        do {
            workspace.reread()
            plan = try RunPlan.make(
                request, context: context, workspace: workspace, stages: stages, head: head,
                remains: journal.remains)
            if request.name?.isIdentical(to: plan.reference.name) != true { try refuseTaken(request, head) }
            restoring = try plan.restoring(context, workspace)
            if let supply = request.options.supply, !request.reset { try restoring.fetchData(of: stages, supply) }
            try restoring.requireData(of: stages)
        } catch {
            // Nothing ran, so the files are as they were.
            try undo()
            throw error
        }
        try journal.record(reference: plan.reference.fullName, whenContinuing: plan.isContinuing)
        return try execute(plan, stages, workspace, restoring, process, journal, lock, identity, request)
    }

    private func execute(
        _ plan: RunPlan, _ stages: [Stage], _ workspace: ProjectWorkspace, _ restoring: OutputRestoring,
        _ process: StageProcess, _ journal: RunJournal, _ lock: ProjectLock, _ identity: Identity,
        _ request: RunRequest
    ) throws -> Report {
        console.note("Reproducing experiment '\(Console.sanitized(plan.reference.name))'")
        try workspace.store.sweep()
        for stage in stages { try restoring.prepare(stage, reset: request.reset) }
        if context.ticket != nil { try restoring.bringInputs(of: stages) }
        let recorder = try ExperimentRecorder(
            context, workspace: workspace, index: plan.index, identity: identity, reference: plan.reference,
            start: plan.start, expecting: plan.expected, isContinuing: plan.isContinuing)
        var options = request.options
        options.sync = false
        var environment = journal.environment
        environment["DVC_EXP_BASELINE_REV"] = plan.reference.baseline.hex
        environment["DVC_EXP_NAME"] = plan.reference.name
        if plan.isContinuing { environment["DVCLIVE_RESUME"] = "1" }
        let runner = PipelineRun(
            workspace, process: process,
            environment: StageEnvironment(
                inherited: context.environment, root: context.project.root, additions: environment),
            options: options, folder: context.folder, console: console)
        let untracked = UntrackedFiles(context, plan.index)
        let pushing = try RunPushing(plan.reference, context, process)
        let info = RunAnnouncement(plan.reference, of: stages, options, context)
        defer { info.remove() }
        try info.begin()
        process.onStay = info.tell
        if stages.contains(where: \.hasCheckpoints) { process.onLeisure = recorder.makeFolders }
        defer {
            process.onStay = nil
            process.onLeisure = nil
        }
        let result: RunResult
        do {
            result = try runner.run(
                stages, exclusion: info.exclusion(lock),
                onIdle: { stage in
                    recorder.prepare(for: stage)
                    info.commandRuns()
                }
            ) { stage, entry, unchanged in
                if recorder.checkpoints == 0 { try journal.record(reference: plan.reference.fullName) }
                try recorder.recordCheckpoint(of: stage, entry: entry, unchanged: unchanged)
                pushing?.checkpointWasMade()
            }
        } catch {
            // What was reported before a later stage failed can still be continued.
            try? lock.exclusively { try recorder.recordEnd(with: error) }
            try recorder.keepForTheNextRun()
            tellWhatIsKept(plan, recorder, request, stages, workspace)
            if recorder.checkpoints > 0 { pushing?.finish(wasInterrupted: error.isInterruption) }
            throw error
        }
        try lock.exclusively { try recorder.recordEnd(result, message: request.message) }
        for path in try recorder.inputsChangedMeanwhile() {
            console.warn(
                "'\(Console.sanitized(path.string))' changed during the run; it is recorded as the command found it")
        }
        let experiment = Experiment(reference: plan.reference, tip: recorder.tip)
        untracked.announce()
        pushing?.finish(wasInterrupted: result.isPreempted)
        let failure = report(result, experiment)
        var report = Report(experiment: experiment, failure: failure)
        report.wasInterrupted = result.wasInterrupted
        report.isPreempted = result.isPreempted
        return report
    }

    /// Carries out a frozen run in the folder that was made for it.
    ///
    /// - Throws: As ``run(_:)``.
    func run(_ frozen: FrozenRun, _ request: RunRequest) throws -> Report {
        let identity = try Identity(of: repository, settings: context.settings)
        try FileIO.makeDirectories(context.scratch)
        let journal = try RunJournal(scratch: context.scratch, program: "git exp run")
        defer { journal.close() }
        let process = try StageProcess(signalFile: signalFile, grace: context.grace)
        let workspace = try context.workspace()
        let stages = try workspace.graph.order(request.selection, files: workspace.files.map(\.path))
        warnAboutLive(workspace)
        let plan = RunPlan(
            reference: frozen.reference, start: frozen.start,
            expected: frozen.extends ? .commit(frozen.start) : request.options.force ? .anything : .absent,
            isContinuing: frozen.isContinuing,
            index: try repository.workspaceIndex(settings: context.settings, scratch: context.scratch))
        let restoring = try plan.restoring(context, workspace)
        if let supply = request.options.supply, !request.reset { try restoring.fetchData(of: stages, supply) }
        try restoring.requireData(of: stages)
        try journal.record(reference: plan.reference.fullName, whenContinuing: plan.isContinuing)
        return try execute(
            plan, stages, workspace, restoring, process, journal, try ProjectLock(context), identity, request)
    }

    /// Says what a failed run leaves behind.
    private func tellWhatIsKept(
        _ plan: RunPlan, _ recorder: ExperimentRecorder, _ request: RunRequest, _ stages: [Stage],
        _ workspace: ProjectWorkspace
    ) {
        let name = Console.sanitized(plan.reference.name)
        if recorder.checkpoints > 0 {
            console.note(
                "Experiment '\(name)' keeps the checkpoints of this run (\(recorder.checkpoints)); "
                    + "'git exp run' goes on from the last one.")
        }
        let files = Set(request.overrides.map(\.file)).sorted()
        if !files.isEmpty {
            let list = files.map { "'\(Console.sanitized($0))'" }.joined(separator: ", ")
            console.note("The parameters that were set stay as they are in \(list).")
        }
        let lost = stages.flatMap { stage in
            stage.outputs.filter { output in
                output.isCached && workspace.lock(of: stage)?.output(output.path) != nil
                    && (try? FileStatus.of(context.project.root.pushing(output.rooted), followingLinks: false))
                        == .some(nil)
            }
        }
        if !lost.isEmpty { console.hint("'git exp checkout' brings back the outputs of the run before") }
    }

    /// Says how the run ended.
    ///
    /// - Returns: Why a command failed after its first checkpoint.
    private func report(_ result: RunResult, _ experiment: Experiment) -> RunError? {
        var failure: RunError?
        if let (stage, ending, skipped) = result.early {
            if case .failed(let error) = ending {
                failure = error
            } else {
                console.warn("stage '\(Console.sanitized(stage))' was interrupted after a checkpoint")
            }
            if !skipped.isEmpty {
                console.warn("skipped stages: " + skipped.map { "'\(Console.sanitized($0))'" }.joined(separator: ", "))
            }
        }
        console.note("")
        console.note("Ran experiment(s): \(Console.sanitized(experiment.name))")
        if context.ticket == nil {
            console.note("Experiment results have been applied to your workspace.")
        } else {
            console.note("To apply the results of an experiment to your workspace run:")
            console.note("")
            console.note("\tgit exp apply \(Console.sanitized(experiment.name))")
        }
        console.note("")
        console.note("To promote an experiment to a Git branch run:")
        console.note("")
        console.note("\tgit exp branch \(Console.sanitized(experiment.name)) <branch>")
        return failure
    }

    private func dryRun(
        _ process: StageProcess, _ request: RunRequest, _ workspace: ProjectWorkspace, _ stages: [Stage]
    ) throws -> Report {
        let runner = PipelineRun(
            workspace, process: process, environment: StageEnvironment(inherited: [:], root: context.project.root),
            options: request.options, folder: context.folder, console: console)
        _ = try runner.run(stages, exclusion: try ProjectLock(context), onCheckpoint: nil)
        return Report(experiment: nil, failure: nil)
    }

    private var signalFile: FilePath { context.project.root.pushing(".dvc/tmp/DVC_CHECKPOINT") }

    /// A request that nobody answered belongs to a run that is over.
    private func clearStaleSignal() {
        guard (try? FileStatus.of(signalFile, followingLinks: false)) ?? nil != nil else { return }
        try? FileIO.remove(signalFile)
        console.warn("removed a request for a checkpoint that an earlier run left behind")
    }

    private func refuseTaken(_ request: RunRequest, _ head: CommitID) throws {
        guard let name = request.name, !request.options.force else { return }
        if try ExperimentReference.isTaken(name, baseline: head, in: repository) {
            throw ExperimentError.nameTaken(name, baseline: head.short)
        }
    }

    private func warnAboutLive(_ workspace: ProjectWorkspace) {
        for file in workspace.files where !file.liveStages.isEmpty {
            console.warn(
                "'\(Console.sanitized(file.path.string))' has a 'live' section, which DVC 2.34 and later refuse to read"
            )
        }
    }
}

extension RunResult {
    /// Whether somebody ended a stage after a checkpoint.
    var wasInterrupted: Bool { if case .interrupted? = early?.ending { true } else { false } }

    /// Whether that was to make room.
    var isPreempted: Bool { if case .interrupted(_?)? = early?.ending { true } else { false } }
}

extension RunJournal {
    /// A run that continues an experiment is known by it from the start; a new one once it has a checkpoint.
    func record(reference: String, whenContinuing isContinuing: Bool) throws {
        if isContinuing { try record(reference: reference) } else { try forgetReference() }
    }
}
