import ArgumentParser
import Diagnostics
import Experiments
import Pipeline

struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data",
        abstract: "Share data, remove what nothing uses, stop tracking data, or bring it to another format.",
        subcommands: [
            PushData.self, FetchData.self, PullData.self, DataStatus.self, CollectData.self, RemoveData.self,
            MigrateData.self,
        ])

    struct RemoveData: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove", abstract: "Stop tracking data, or take stages out of dvc.yaml.",
            discussion: "The data itself stays in the workspace and in the cache, unless --outs is given.")

        @Argument(help: "'.dvc' files and stages.")
        var targets: [String]

        @Flag(help: "Remove the data from the workspace, too.")
        var outs = false

        @Flag(name: .shortAndLong, help: "With --outs, also data that is saved nowhere.")
        var force = false

        @Flag(help: "Only list what would go.")
        var dryRun = false

        @OptionGroup var global: GlobalOptions

        func run() throws {
            let context = try Workspace.openProject(global.console)
            if dryRun {
                let removing = DataRemoving(
                    try context.workspace(checking: false), folder: context.folder, sync: try context.isDurable)
                for name in try removing.preview(targets, withData: outs, force: force) {
                    global.console.print(Console.sanitized(name))
                }
                return
            }
            try ProjectLock(context).exclusively {
                let removing = DataRemoving(
                    try context.workspace(checking: false), folder: context.folder, sync: try context.isDurable)
                try GitTracking(context).announce(try removing.remove(targets, withData: outs, force: force))
            }
        }
    }
}
