import ArgumentParser
import Cache
import Diagnostics
import Experiments
import Pipeline
import Processes

/// What commands that copy data between the cache and remotes share: which data, and where.
struct SharingOptions: ParsableArguments {
    @Argument(help: "Stages, '.dvc' files, outputs, or paths in tracked folders. Default: all of the project.")
    var targets: [String] = []

    @Option(name: .shortAndLong, help: "The remote. Default: the one that 'git exp remote default' names.")
    var remote: String?

    @Option(
        name: [.customShort("j", allowingJoined: true), .long],
        help: ArgumentHelp("How many files are copied at the same time.", valueName: "number"))
    var jobs: Int?

    @Flag(name: [.customShort("a"), .long], help: "Also data of the tips of all branches.")
    var allBranches = false

    @Flag(name: [.customShort("T"), .long], help: "Also data of all tags.")
    var allTags = false

    @Flag(name: [.customShort("A"), .long], help: "Also data of all commits.")
    var allCommits = false

    @Flag(name: [.customShort("d"), .customLong("with-deps")], help: "Also what the targets need.")
    var withDependencies = false

    @Flag(name: [.customShort("R"), .long], help: "Take targets as folders: everything in and below them.")
    var recursive = false

    @Flag(help: "Take targets as patterns with *, ? and [...].")
    var glob = false

    func validate() throws {
        guard jobs.map((1...1_000).contains) ?? true else {
            throw ValidationError("'--jobs' takes a number from 1 to 1000")
        }
    }

    /// An option that is given and says which data is meant, or how it is copied; targets and the remote are none.
    var nameOfSelection: String? {
        let given = [
            ("--all-branches", allBranches), ("--all-tags", allTags), ("--all-commits", allCommits),
            ("--with-deps", withDependencies), ("--recursive", recursive), ("--glob", glob), ("--jobs", jobs != nil),
        ]
        return given.first { $0.1 }?.0
    }

    var selection: DataSelection {
        var selection = DataSelection()
        selection.targets = targets
        selection.glob = glob
        selection.recursive = recursive
        selection.withDependencies = withDependencies
        selection.allBranches = allBranches
        selection.allTags = allTags
        selection.allCommits = allCommits
        return selection
    }

    func options(runCache: Bool = false) -> DataSharing.Options {
        var options = DataSharing.Options()
        options.remote = remote
        options.jobs = jobs
        options.runCache = runCache
        options.askSecret = Question.secret
        return options
    }
}

/// Tells what became of a transfer.
struct TransferReport {
    let console: Console

    /// Tells of data that could not be copied.
    ///
    /// - Parameter allowMissing: Whether data that is nowhere is fine.
    /// - Throws: `ExitStatus.failure` where there was any, after all of it was told.
    func complain(_ report: ExchangeReport, allowMissing: Bool) throws {
        var isComplete = report.failures.isEmpty
        var hints: [String] = []
        for failure in report.failures {
            console.complain(failure.error.message)
            if let hint = failure.error.hint, !hints.contains(hint) { hints.append(hint) }
        }
        hints.prefix(5).forEach(console.hint)
        if !report.missing.isEmpty, !allowMissing {
            isComplete = false
            console.complain(
                "\(Self.files(report.missing.count)) neither in the cache nor on the remote, such as "
                    + report.missing.prefix(3).map(\.shortName).joined(separator: ", "))
            console.hint("push from where the data is; or make it again with 'git exp repro'")
        }
        if !isComplete { throw ExitStatus.failure }
    }

    private static func files(_ count: Int) -> String { count == 1 ? "1 file is" : "\(count) files are" }

    /// A number of files with what happened to them: `5 files pushed`.
    static func counted(_ parts: [(count: Int, done: String)]) -> String {
        let texts = parts.filter { $0.count > 0 }.map { "\($0.count) file\($0.count == 1 ? "" : "s") \($0.done)" }
        guard let last = texts.last else { return "Everything is up to date." }
        return texts.count == 1 ? last : texts.dropLast().joined(separator: ", ") + " and " + last
    }
}
