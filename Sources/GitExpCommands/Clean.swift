import ArgumentParser
import Diagnostics
import Experiments

struct Clean: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Remove temporary files that killed processes left.",
        usage: "git exp clean [<options>]",
        discussion: """
            Also what 'git exp undo' could have brought back goes once it is older than exp.undoDays. Experiments and \
            data stay.
            """)

    @Flag(help: "Only list what would go.")
    var dryRun = false

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let cleaning = Cleaning(try Workspace.open(global.console))
        let leftovers = try dryRun ? cleaning.leftovers() : cleaning.clean()
        let names = leftovers.files.map(\.string) + leftovers.records.map(\.name)
        if dryRun { return names.forEach { global.console.print(Console.sanitized($0)) } }
        global.console.note(
            names.isEmpty ? "Nothing to clean up." : "Removed \(names.count) leftover\(names.count == 1 ? "" : "s").")
    }
}
