import ArgumentParser
import Diagnostics
import Experiments
import Files
import Formats
import Pipeline

struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show which stages would run, and why.",
        usage: "git exp status [<options>] [<target> ...]",
        discussion: "With --quiet nothing is printed, and the exit status is 1 where something changed.")

    @Argument(
        help:
            "Stages, dvc.yaml and '.dvc' files, and outputs, of which nothing else is shown. Default: all of the project."
    )
    var targets: [String] = []

    @Flag(name: [.customShort("d"), .customLong("with-deps")], help: "Also the stages that the targets need.")
    var withDependencies = false

    @Flag(name: [.customShort("R"), .long], help: "Take targets as folders.")
    var recursive = false

    @Flag(help: "Do not look at where imported data came from.")
    var noUpdates = false

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(help: .hidden)
    var showJson = false

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let context = try Workspace.openProject(global.console)
        let workspace = try context.workspace(checking: false)
        let chosen = try workspace.targets(
            targets, in: context.folder, recursive: recursive, withDependencies: withDependencies)
        var report = StatusReport()
        var isUnknown = false
        for target in chosen {
            let stage = target.stage
            var status: StageStatus
            do {
                status = try workspace.status(of: stage)
            } catch let error as RunError where targets.isEmpty {
                // One stage that cannot be looked at leaves the others as they are.
                global.console.warn(error.message)
                isUnknown = true
                continue
            }
            if let output = target.output { status.outputs.removeAll { !$0.path.isIdentical(to: output.path) } }
            if noUpdates, stage.isTrackedData { status.dependencies = [] }
            let seen = status.seen(from: context.folder, stage: stage)
            report.add(stage, address: stage.address(relativeTo: context.folder), seen)
        }
        workspace.memo.save()
        if global.quiet {
            if isUnknown || !report.isClean { throw ExitStatus.no }
            return
        }
        warnOfGraph(workspace)
        warnOfConflicts(workspace)
        for address in report.frozen {
            global.console.warn("stage '\(Console.sanitized(address))' is frozen; its dependencies were not looked at")
        }
        if json || showJson {
            global.console.print(JSON.pythonDumps(report.json))
        } else if workspace.graph.stages.isEmpty {
            global.console.note("There are no stages in this project yet; 'git exp stage add' makes one.")
        } else if report.isClean {
            if !isUnknown { global.console.note("Data and pipelines are up to date.") }
        } else {
            global.console.printRaw(report.text)
        }
    }

    /// Says which stages a merge left between conflict markers.
    private func warnOfConflicts(_ workspace: ProjectWorkspace) {
        for (lock, name) in workspace.contestedStages {
            let (lock, name) = (Console.sanitized(lock.string), Console.sanitized(name))
            global.console.warn(
                "'\(lock)' has a merge conflict in stage '\(name)'; 'git exp repro' resolves it")
        }
    }

    /// Says what keeps the stages from running at all, such as a circle.
    private func warnOfGraph(_ workspace: ProjectWorkspace) {
        do {
            try workspace.check(workspace.graph.stages)
        } catch let error as any UserFacingError {
            global.console.warn(error.message + "; no stage can run")
        } catch {}
    }
}
