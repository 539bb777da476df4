import ArgumentParser
import Diagnostics
import Experiments
import Files
import Pipeline
import SystemPackage

extension StageCommand.Add {
    func validate() throws {
        if live != nil, liveNoCache != nil { throw ValidationError("--live and --live-no-cache exclude each other") }
    }

    func run() throws {
        let context = try Workspace.openProject(global.console)
        let file = context.folder.appending("dvc.yaml")
        let path = context.project.root.pushing(file)
        let request = request
        if let wdir {
            let folder = context.project.root.pushing(ProjectPath.rooted(wdir, in: context.folder))
            guard try FileStatus.of(folder, followingLinks: true)?.kind == .directory else {
                throw PipelineError.missingFolder(wdir)
            }
        }
        let old = try FileIO.read(path)
        let new = try request.apply(to: old, file: file, templates: context.project.templates())
        try context.checkGraph(with: new, at: file)
        let base = wdir.map { ProjectPath.rooted($0, in: context.folder) } ?? context.folder
        let cached = request.ignoredOutputs.map { output in
            (output, ProjectPath.rooted(output, in: base, root: context.project.root))
        }.filter { ProjectPath.isInside($0.1) }
        for (output, rooted) in cached where try context.sourceControl.isTracked(rooted) {
            throw RunError.outputTracked(path: output)
        }
        try FileIO.replace(path, with: new, sync: false)
        for (_, rooted) in cached where context.sourceControl.keepsIgnoreFiles {
            if try context.sourceControl.isIgnored(rooted, false) { continue }
            try StageSaver.ignore(rooted, root: context.project.root)
        }
        if live != nil || liveNoCache != nil {
            global.console.warn("DVC 2.34 and later refuse a dvc.yaml with a 'live' section")
        }
        global.console.note("Added stage '\(name)' in '\(Console.sanitized(file.string))'")
        if runsAfterwards {
            let graph = try context.workspace().graph
            if graph.stages.contains(where: { $0.hasCheckpoints && $0.name.isIdentical(to: name) }) {
                var request = RunRequest()
                request.selection = StageSelection(targets: [name], folder: context.folder)
                _ = try WorkspaceRun(context.withGit()).run(request)
            } else {
                try Reproduction(context).run(StageSelection(targets: [name], folder: context.folder), RunOptions())
            }
        }
    }

    private var request: StageAdd {
        var request = StageAdd(name: name)
        request.force = force
        request.dependencies = deps
        request.parameters = params
        for (paths, option) in [
            (outs, StageAdd.OutputRequest.Option.outs), (outsNoCache, .outsNoCache), (checkpoints, .checkpoints),
            (outsPersist, .outsPersist), (outsPersistNoCache, .outsPersistNoCache), (metrics, .metrics),
            (metricsNoCache, .metricsNoCache), (plots, .plots), (plotsNoCache, .plotsNoCache),
        ] {
            request.outputs += paths.map { StageAdd.OutputRequest($0, option) }
        }
        request.wdir = wdir
        request.isAlwaysChanged = alwaysChanged
        request.description = desc
        request.live = live ?? liveNoCache
        request.liveIsCached = liveNoCache == nil
        request.liveSummary = !liveNoSummary
        request.liveHTML = !liveNoHtml
        // A `--` in front of the command only ends the options.
        request.words = command.first == "--" ? Array(command.dropFirst()) : command
        return request
    }
}

extension StageCommand {
    struct ListStages: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List the stages of the current folder's dvc.yaml, or of others.",
            usage: "git exp stage list [<options>] [<target> ...]")

        @Argument(help: "dvc.yaml files, folders, or names of stages.")
        var targets: [String] = []

        @Flag(help: "All stages of the project.")
        var all = false

        @Flag(name: [.customShort("R"), .long], help: "Also those in folders below.")
        var recursive = false

        @Flag(help: "Only the names.")
        var nameOnly = false

        @Flag(help: .hidden)
        var namesOnly = false

        @Flag(help: "Accepted for compatibility; a file that cannot be read is always an error.")
        var fail = false

        @OptionGroup var global: GlobalOptions

        func run() throws {
            let context = try Workspace.openProject(global.console)
            let workspace = try context.workspace(checking: false)
            var selection = StageSelection(targets: targets, folder: context.folder)
            selection.recursive = recursive
            let isEmptyHere = targets.isEmpty && !recursive && !workspace.files.contains { $0.folder == context.folder }
            let stages =
                all
                ? workspace.graph.stages
                : isEmptyHere ? [] : try workspace.graph.targets(selection, files: workspace.files.map(\.path))
            let named = stages.map { (address: $0.address(relativeTo: context.folder), stage: $0) }
            if nameOnly || namesOnly {
                for (address, _) in named { global.console.print(Console.sanitized(address)) }
            } else {
                for line in StageList.lines(of: named) { global.console.print(line) }
            }
        }
    }
}
