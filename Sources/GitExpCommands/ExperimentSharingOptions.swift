import ArgumentParser
import Diagnostics
import Experiments

/// What `push` and `pull` share.
struct ExperimentSharingOptions: ParsableArguments {
    @Argument(help: "A Git remote or its address. Default: 'origin', or the only one.")
    var remote: String?

    @Argument(help: "Experiments by name, or by their full references. Default: those of HEAD.")
    var experiments: [String] = []

    @Flag(name: [.customShort("A"), .long], help: "All experiments.")
    var allCommits = false

    @Option(help: "The experiments of this commit; may be given more than once.")
    var rev: [String] = []

    // A negative number is a value, not another option.
    @Option(
        name: [.customShort("n", allowingJoined: true), .customLong("num")], parsing: .unconditional,
        help: "Also those of so many commits before, the first one included; negative: all.")
    var count: Int?

    @Flag(name: .shortAndLong, help: "Replace experiments of the same name that have diverged.")
    var force = false

    @Flag(inversion: .prefixedNo, help: "Also the data, or only the references.")
    var cache = true

    // A metric may begin with a dash: the lowest value is the best one then.
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Of checkpoints only the data of the best one by this metric; -METRIC: the lowest value.",
            valueName: "metric"))
    var best: String?

    @Flag(help: "Of checkpoints only the data of the last one.")
    var last = false

    @Flag(help: "Of checkpoints only the data of those that a tag of git names.")
    var tagged = false

    @Option(name: [.customShort("r"), .customLong("remote")], help: "The data remote. Default: the default one.")
    var dataRemote: String?

    @Option(
        name: [.customShort("j", allowingJoined: true), .long],
        help: ArgumentHelp("How many files are copied at the same time.", valueName: "number"))
    var jobs: Int?

    @Flag(inversion: .prefixedNo, help: "Also what the run cache knows of earlier runs.")
    var runCache = false

    func validate() throws {
        guard jobs.map((1...1_000).contains) ?? true else {
            throw ValidationError("'--jobs' takes a number from 1 to 1000")
        }
        if !experiments.isEmpty && (allCommits || !rev.isEmpty || count != nil) {
            throw ValidationError("names and '--rev', '--num' or '--all-commits' exclude each other")
        }
    }

    var areOfHead: Bool { experiments.isEmpty && !allCommits && rev.isEmpty && count == nil }

    var request: SharingRequest {
        var request = SharingRequest()
        request.names = experiments
        request.allExperiments = allCommits
        request.selection.revisions = rev
        request.selection.count = count ?? 1
        request.force = force
        request.withData = cache
        request.checkpoints.best = best
        request.checkpoints.last = last
        request.checkpoints.tagged = tagged
        request.data.remote = dataRemote
        request.data.jobs = jobs
        request.data.runCache = runCache
        request.data.askSecret = Question.secret
        return request
    }
}

/// Tells what became of experiments that were shared.
struct SharingPrinter {
    /// What is being done, as `Pushed`, and `pushed` of files.
    let verb: (done: String, of: String, infinitive: String, files: String)
    let remote: String
    let console: Console
    let isQuiet: Bool
    /// Whether nothing was named, so that only experiments of HEAD were meant.
    var isOfHead = false

    static func names(_ experiments: [Experiment]) -> String {
        var names = experiments.map { Console.sanitized($0.name) }
        if names.count > 50 { names = Array(names.prefix(50)) + ["\(names.count - 50) more"] }
        let last = names.removeLast()
        return (experiments.count == 1 ? "experiment " : "experiments ")
            + (names.isEmpty ? last : names.joined(separator: ", ") + " and " + last)
    }

    /// - Throws: ``ExitStatus/failure`` or the report's problem where a part failed, after all was told.
    func tell(_ report: SharingReport, replacing: String) throws {
        let place = "Git remote '\(Console.sanitized(remote))'"
        for experiment in report.diverged {
            console.warn(
                "Local experiment \(Console.sanitized(experiment.name)) has diverged from remote experiment with the same name."
            )
        }
        if !report.diverged.isEmpty {
            console.hint("To override the \(replacing) experiment re-run with '--force'.")
        }
        for experiment in report.behind {
            console.warn(
                "Experiment \(Console.sanitized(experiment.name)) on \(place) is newer than the local one; pull it.")
        }
        if !report.upToDate.isEmpty {
            let text = Self.names(report.upToDate)
            say("E\(text.dropFirst()) \(report.upToDate.count == 1 ? "is" : "are") up to date on \(place).")
        }
        if !report.done.isEmpty { say("\(verb.done) \(Self.names(report.done)) \(verb.of) \(place).") }
        if report.done.isEmpty && report.upToDate.isEmpty && report.problem == nil {
            say("No experiments to \(verb.infinitive).")
            if isOfHead, report.diverged.isEmpty, report.behind.isEmpty {
                console.hint("these are those of HEAD; '--rev <commit>' takes those of another commit, '-A' all")
            }
        }
        var isComplete = true
        if let data = report.data {
            if data.count > 0 { say("\(data.count) file\(data.count == 1 ? "" : "s") \(verb.files)") }
            if !report.missing.isEmpty {
                console.warn("Some of the data is neither in the cache nor on the remote:")
                for (path, md5) in report.missing.prefix(20) {
                    console.standardError("\t" + (path.isEmpty ? md5 : "\(Console.sanitized(path)) (\(md5))"))
                }
                if report.missing.count > 20 { console.standardError("\tand \(report.missing.count - 20) more") }
            }
            for failure in data.failures {
                isComplete = false
                console.complain(failure.error.message)
            }
            Set(data.failures.compactMap(\.error.hint)).sorted().prefix(5).forEach(console.hint)
        }
        if let problem = report.problem { throw problem }
        if !isComplete { throw ExitStatus.failure }
    }

    private func say(_ text: String) { if !isQuiet { console.print(text) } }
}
