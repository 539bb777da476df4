import ArgumentParser
import Diagnostics
import Experiments
import Pipeline
import SystemPackage

struct Commit: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Take outputs into the cache as they are, without running anything.",
        discussion: """
            Lock files and '.dvc' files then say what is in the workspace. What differs from them needs --force, or a yes at \
            the terminal.
            """)

    @Argument(help: "Stages, '.dvc' files, outputs, or paths in tracked folders. Default: all of the project.")
    var targets: [String] = []

    @Flag(name: .shortAndLong, help: "Also what changed.")
    var force = false

    @Flag(name: [.customShort("d"), .customLong("with-deps")], help: "Also the stages that the targets need.")
    var withDependencies = false

    @Flag(name: [.customShort("R"), .long], help: "Take targets as folders: everything in and below them.")
    var recursive = false

    @Flag(help: "Leave the files of the workspace as they are, also where 'cache.type' asks for links.")
    var noRelink = false

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let context = try Workspace.openProject(global.console)
        try context.settleCache()
        try ProjectLock(context).exclusively {
            let workspace = try context.workspace(checking: false)
            let chosen = try workspace.targets(
                targets, in: context.folder, recursive: recursive, withDependencies: withDependencies)
            let committing = DataCommitting(
                workspace, folder: context.folder, console: global.console, sync: try context.isDurable,
                relinks: !noRelink)
            defer { workspace.memo.save() }
            try committing.commit(chosen, allows: force ? nil : { Question.ask($0, global.console) })
            try PlacedData(workspace).record(chosen)
        }
    }
}
