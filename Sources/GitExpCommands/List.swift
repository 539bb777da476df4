import ArgumentParser
import Diagnostics
import Experiments
import Git

struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List experiments by their baseline.", usage: "git exp list [<options>]", aliases: ["ls"])

    @OptionGroup var baselines: SelectionOptions

    @Flag(name: [.long, .customLong("names-only")], help: "Only the names.")
    var nameOnly = false

    @Flag(name: [.long, .customLong("shas-only")], help: "Only the ids of the newest commits.")
    var shaOnly = false

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if nameOnly && shaOnly { throw ValidationError("--name-only and --sha-only exclude each other") }
    }

    func run() throws {
        let context = try Workspace.open(global.console)
        let listing = try ExperimentListing(context, baselines.selection)
        for group in listing.groups {
            if nameOnly {
                group.experiments.forEach { global.console.print(Console.sanitized($0.name)) }
            } else if shaOnly {
                group.experiments.forEach { global.console.print($0.tip.hex) }
            } else {
                global.console.print(Console.sanitized(group.label) + ":")
                for experiment in group.experiments {
                    global.console.print("\t\(experiment.tip.short) [\(Console.sanitized(experiment.name))]")
                }
            }
        }
    }
}
