import ArgumentParser
import Experiments

/// Which baselines a command is about.
struct SelectionOptions: ParsableArguments {
    @Option(name: .long, help: "A commit whose experiments count; may be given more than once. Default: HEAD.")
    var rev: [String] = []

    // A negative number is a value, not another option.
    @Option(
        name: [.customShort("n", allowingJoined: true), .customLong("num")], parsing: .unconditional,
        help: "So many commits of each, itself and those before it; negative: all.")
    var count = 1

    @Flag(name: [.customShort("a"), .long], help: "The tips of all branches.")
    var allBranches = false

    @Flag(name: [.customShort("T"), .long], help: "All tags.")
    var allTags = false

    @Flag(name: [.customShort("A"), .long], help: "All commits.")
    var allCommits = false

    var selection: BaselineSelection {
        var selection = BaselineSelection()
        selection.revisions = rev
        selection.count = count
        selection.allBranches = allBranches
        selection.allTags = allTags
        selection.allCommits = allCommits
        return selection
    }
}
