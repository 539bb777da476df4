import Diagnostics
import Files
import Git
import Pipeline
import Processes
import SystemPackage

/// Runs the pipeline in the workspace without recording an experiment, as `repro` does.
package struct Reproduction {
    private let context: ProjectContext

    /// Takes the project; git is not needed.
    package init(_ context: ProjectContext) { self.context = context }

    /// - Throws: ``RunError/checkpointStages(_:)`` where a stage asks for checkpoints; what running throws.
    package func run(_ selection: StageSelection, _ options: RunOptions) throws {
        let console = context.console
        let workspace = try context.workspace(checking: !selection.singleItem)
        let stages = try workspace.graph.order(selection, files: workspace.files.map(\.path))
        let refused = stages.filter(\.hasCheckpoints)
        if !refused.isEmpty {
            throw RunError.checkpointStages(refused.map { $0.address(relativeTo: context.folder) })
        }
        if !options.dryRun { try context.settleCache() }
        try FileIO.makeDirectories(context.scratch)
        // The command of a stage may call us, too: it belongs to the run that is going on.
        let outer = context.environment[RunJournal.tokenVariable]
        let isNested = RunJournal.token(in: context.scratch) == outer && outer != nil
        let journal = try isNested ? nil : RunJournal(scratch: context.scratch, program: "git exp repro")
        defer { journal?.close() }
        let process = try StageProcess(
            signalFile: context.project.root.pushing(".dvc/tmp/DVC_CHECKPOINT"), grace: context.grace)
        try workspace.store.sweep()
        let runner = PipelineRun(
            workspace, process: process,
            environment: StageEnvironment(
                inherited: context.environment, root: context.project.root, additions: journal?.environment ?? [:]),
            options: options, folder: context.folder, console: console)
        let result = try runner.run(stages, exclusion: try ProjectLock(context)) { _, _, _ in
            console.warn("the command asked for a checkpoint, which only 'git exp run' records")
        }
        if result.executed.isEmpty, !options.dryRun { console.note("Data and pipelines are up to date.") }
    }
}

extension ProjectContext {
    /// Reads the project as it would be with other contents of one `dvc.yaml`.
    ///
    /// - Throws: ``PipelineError`` where the graph of all stages would not be sound.
    package func checkGraph(with bytes: [UInt8], at file: FilePath) throws {
        guard try !sourceControl.isIgnored(file, false) else {
            throw ExperimentError.pipelineIgnored(file.string)
        }
        let workspace = try workspace(checking: false)
        let changed = try PipelineFile.parse(bytes, path: file, root: project.root, templates: project.templates())
        let others = workspace.files.filter { $0.path != file }
        try workspace.check((others + [changed].compactMap { $0 }).flatMap(\.stages))
    }
}
