import ArgumentParser
import Diagnostics
import Experiments
import Git

struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List experiments by their baseline.", usage: "git exp list [<options>] [<remote>]",
        aliases: ["ls"])

    @Argument(help: "A Git remote or its address, whose experiments are meant.")
    var remote: String?

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
        if let remote {
            let catalog = try GitRemote(remote, context).experiments(forPushing: false)
            return try show(ExperimentListing(context, baselines.selection, on: catalog))
        }
        try KilledRun.warn(context)
        try show(ExperimentListing(context, baselines.selection, findingLost: !nameOnly && !shaOnly))
    }

    private func show(_ listing: ExperimentListing) {
        // In one piece: a line for each of thousands would be as many system calls.
        var text = ""
        for group in listing.groups {
            if !nameOnly && !shaOnly { text += Console.sanitized(group.label) + ":\n" }
            for experiment in group.experiments {
                if shaOnly {
                    text += experiment.tip.hex + "\n"
                } else {
                    let name = Console.sanitized(experiment.name)
                    text += nameOnly ? name + "\n" : "\t\(experiment.tip.short) [\(name)]\n"
                }
            }
        }
        global.console.printRaw(text)
        if let notice = LostBaselines.notice(listing.lost) { global.console.note(notice) }
    }
}
