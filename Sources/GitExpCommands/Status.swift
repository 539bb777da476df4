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
        discussion: """
            With --quiet nothing is printed, and the exit status is 1 where something changed.

            With --cloud, the cache is compared with a remote instead: 'new' is only in the cache, 'deleted' only on the \
            remote, 'missing' in neither.
            """)

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

    @Flag(name: .shortAndLong, help: "Compare the cache with a remote.")
    var cloud = false

    @Option(name: .shortAndLong, help: "The remote to compare with, in place of the default one; implies --cloud.")
    var remote: String?

    @Option(
        name: [.customShort("j", allowingJoined: true), .long],
        help: ArgumentHelp("With --cloud: how many questions are asked at the same time.", valueName: "number"))
    var jobs: Int?

    @Flag(name: [.customShort("a"), .long], help: "With --cloud: also data of the tips of all branches.")
    var allBranches = false

    @Flag(name: [.customShort("T"), .long], help: "With --cloud: also data of all tags.")
    var allTags = false

    @Flag(name: [.customShort("A"), .long], help: "With --cloud: also data of all commits.")
    var allCommits = false

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(help: .hidden)
    var showJson = false

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard jobs.map((1...1_000).contains) ?? true else {
            throw ValidationError("'--jobs' takes a number from 1 to 1000")
        }
        if cloud || remote != nil { return }
        let given = [
            ("--all-branches", allBranches), ("--all-tags", allTags), ("--all-commits", allCommits),
            ("--jobs", jobs != nil),
        ]
        if let (name, _) = given.first(where: \.1) { throw ValidationError("'\(name)' goes with '--cloud'") }
    }

    private func compare(in context: ProjectContext) throws {
        var selection = DataSelection()
        selection.targets = targets
        selection.withDependencies = withDependencies
        selection.recursive = recursive
        selection.allBranches = allBranches
        selection.allTags = allTags
        selection.allCommits = allCommits
        var options = DataSharing.Options()
        options.remote = remote
        options.jobs = jobs
        options.askSecret = Question.secret
        try RemoteComparison(context: context, console: global.console)
            .print(selection, options, json: json || showJson, isQuiet: global.quiet)
    }

    func run() throws {
        let context = try Workspace.openProject(global.console)
        if cloud || remote != nil { return try compare(in: context) }
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
                "'\(lock)' has a merge conflict in stage '\(name)'; 'git exp run' resolves it")
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
