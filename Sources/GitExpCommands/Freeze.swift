import ArgumentParser
import Diagnostics
import Experiments
import Pipeline

struct Freeze: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Let stages rest: they do not run again when what they read changes.")

    @Argument(help: "Stages and '.dvc' files.")
    var targets: [String]

    @OptionGroup var global: GlobalOptions

    func run() throws { try Freezing.set(true, targets, global.console) }
}

struct Unfreeze: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Let frozen stages run again when what they read changes.")

    @Argument(help: "Stages and '.dvc' files.")
    var targets: [String]

    @OptionGroup var global: GlobalOptions

    func run() throws { try Freezing.set(false, targets, global.console) }
}

private enum Freezing {
    static func set(_ frozen: Bool, _ targets: [String], _ console: Console) throws {
        let context = try Workspace.openProject(console)
        try ProjectLock(context).exclusively {
            let workspace = try context.workspace(checking: false)
            let stages = try workspace.targets(targets, in: context.folder).map(\.stage)
            for stage in stages where try workspace.setFrozen(frozen, stage, sync: context.isDurable) {
                let address = Console.sanitized(stage.address(relativeTo: context.folder))
                console.note("\(frozen ? "Froze" : "Unfroze") '\(address)'")
            }
        }
    }
}
