import ArgumentParser
import Diagnostics
import Experiments
import Git
import Reporting

struct GarbageCollection: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gc", abstract: "Remove experiments that are not of the commits to keep.",
        usage: "git exp gc <options>",
        discussion: """
            At least one option says what stays; experiments of all other commits go. The data in the cache stays. \
            'git exp undo' brings the experiments back.

            Example: git exp gc --workspace --dry-run
            """)

    @Flag(name: .shortAndLong, help: "Keep experiments of the commit that is checked out.")
    var workspace = false

    @Flag(name: [.customShort("a"), .long], help: "Keep experiments of the tips of all branches.")
    var allBranches = false

    @Flag(name: [.customShort("T"), .long], help: "Keep experiments of all tags.")
    var allTags = false

    @Flag(name: [.customShort("A"), .long], help: "Keep experiments of all commits.")
    var allCommits = false

    @Option(help: "Keep experiments of commits made on or after this day: YYYY-MM-DD.")
    var date: String?

    @Flag(help: "Accepted for compatibility; what is queued always stays.")
    var queued = false

    @Flag(help: "Only list what would go.")
    var dryRun = false

    @Flag(name: .shortAndLong, help: "Do not ask.")
    var force = false

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if !workspace && !allBranches && !allTags && !allCommits && date == nil {
            throw ValidationError(
                "say what to keep: --workspace, --all-branches, --all-tags, --all-commits or --date")
        }
        if let date, CalendarDay.seconds(date) == nil { throw ValidationError("--date takes YYYY-MM-DD") }
    }

    func run() throws {
        let context = try Workspace.open(global.console)
        let chains = ChainReader(context.repository)
        var keeping: Set<CommitID> = []
        if workspace { keeping.insert(try context.head()) }
        if allBranches || allTags || allCommits {
            var selection = BaselineSelection()
            selection.allBranches = allBranches
            selection.allTags = allTags
            selection.allCommits = allCommits
            keeping.formUnion(try selection.commits(in: context.repository, chains: chains))
        }
        let collecting = try GarbageCollecting(context, keeping: keeping, since: date.flatMap(CalendarDay.seconds))
        let victims = Victims(collecting.victims, console: global.console)
        guard try victims.areToGo(isDryRun: dryRun, asking: !force) else { return }
        let gone = try Removing(context).remove(collecting.victims, command: "gc")
        global.console.note(
            "Removed \(gone.count) experiment\(gone.count == 1 ? "" : "s"). 'git exp undo' brings them back.")
    }
}
