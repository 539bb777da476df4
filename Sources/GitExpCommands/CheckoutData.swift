import ArgumentParser
import Diagnostics
import Experiments
import Pipeline
import SystemPackage

struct CheckoutData: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkout", abstract: "Bring data from the cache into the workspace.",
        discussion: """
            The data is that which the lock files and '.dvc' files of the workspace name; 'git checkout' brings those. Data \
            that is saved nowhere is not replaced without --force.
            """)

    @Argument(help: "Stages, '.dvc' files, outputs, or paths in tracked folders. Default: all of the project.")
    var targets: [String] = []

    @Flag(help: "Only show how many files changed.")
    var summary = false

    @Flag(name: [.customShort("d"), .customLong("with-deps")], help: "Also what the targets need.")
    var withDependencies = false

    @Flag(name: [.customShort("R"), .long], help: "Take targets as folders: everything in and below them.")
    var recursive = false

    @Flag(name: .shortAndLong, help: "Replace data that is saved nowhere.")
    var force = false

    @Flag(help: "Make all files links of the type that 'cache.type' asks for.")
    var relink = false

    @Flag(help: "Leave out data that is not in the cache.")
    var allowMissing = false

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let context = try Workspace.openProject(global.console)
        try context.settleCache()
        var report = DataCheckout.Report()
        try ProjectLock(context).exclusively {
            let workspace = try context.workspace(checking: false)
            let chosen = try workspace.targets(
                targets, in: context.folder, recursive: recursive, withDependencies: withDependencies)
            var options = DataCheckout.Options()
            options.force = force
            options.relink = relink
            options.allowMissing = allowMissing
            report = try DataCheckout(workspace, options: options, console: global.console)
                .run(chosen, isEverything: targets.isEmpty)
            workspace.memo.save()
        }
        let changes = CheckoutPrinter(report, folder: context.folder)
        if !global.quiet {
            if summary {
                let isClean = changes.counts.allSatisfy { $0.count == 0 }
                global.console.print(isClean ? "No changes." : TransferReport.counted(changes.counts))
            } else {
                changes.printPaths(global.console)
            }
            if relink {
                global.console.note("Relinked \(report.relinked) file\(report.relinked == 1 ? "" : "s")")
            }
        }
        try changes.complain(global.console)
    }
}
