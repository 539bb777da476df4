import ArgumentParser
import Cache
import Diagnostics
import Experiments
import Files
import Pipeline

extension DataCommand {
    struct CollectData: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "gc", abstract: "Remove data that nothing to be kept uses.",
            usage: "git exp data gc <options>",
            discussion: """
                At least one option says what stays besides the data of the workspace. Data of experiments and of their \
                checkpoints stays, too, unless --no-all-experiments is given; 'git exp gc' removes experiments.

                Example: git exp data gc --all-branches --all-tags --dry
                """)

        @Flag(name: .shortAndLong, help: "Keep data of the workspace.")
        var workspace = false

        @Flag(name: [.customShort("a"), .long], help: "Keep data of the tips of all branches.")
        var allBranches = false

        @Flag(name: [.customShort("T"), .long], help: "Keep data of all tags.")
        var allTags = false

        @Flag(name: [.customShort("A"), .long], help: "Keep data of all commits.")
        var allCommits = false

        @Option(
            name: .customLong("rev"), help: ArgumentHelp("Keep data of this commit; may be repeated.", valueName: "rev")
        )
        var revisions: [String] = []

        @Option(
            name: [.customShort("n"), .customLong("num")],
            help: ArgumentHelp(
                "How many commits count from each revision and branch, along first parents; -1 for all.",
                valueName: "num"))
        var count = 1

        @Option(help: "Keep data of commits made on or after this day: YYYY-MM-DD.")
        var date: String?

        @Flag(inversion: .prefixedNo, help: "Keep data of experiments and their checkpoints; the default.")
        var allExperiments: Bool?

        @Flag(help: "Remove only what is on the remote.")
        var notInRemote = false

        @Flag(name: .shortAndLong, help: "Remove it from the remote, too.")
        var cloud = false

        @Option(name: .shortAndLong, help: "The remote. Default: the one that 'git exp remote default' names.")
        var remote: String?

        @Option(
            name: [.customShort("j", allowingJoined: true), .long],
            help: ArgumentHelp("How many things are asked of the remote at the same time.", valueName: "number"))
        var jobs: Int?

        @Option(
            name: .shortAndLong, parsing: .upToNextOption,
            help: ArgumentHelp("Keep data of these projects, too, which share the cache.", valueName: "path"))
        var projects: [String] = []

        @Flag(help: "Pass over commits that cannot be read; their data goes.")
        var skipFailed = false

        @Flag(name: [.customLong("dry-run"), .customLong("dry")], help: "Only list what would go.")
        var dryRun = false

        @Flag(name: .shortAndLong, help: "Do not ask.")
        var force = false

        @OptionGroup var global: GlobalOptions

        func validate() throws {
            let says =
                workspace || allBranches || allTags || allCommits || !revisions.isEmpty || date != nil
                || allExperiments == true
            if !says {
                throw ValidationError(
                    "say what to keep: --workspace, --all-branches, --all-tags, --all-commits, --rev, --date or "
                        + "--all-experiments")
            }
            if let date, CalendarDay.seconds(date) == nil { throw ValidationError("--date takes YYYY-MM-DD") }
            if cloud, notInRemote { throw ValidationError("--cloud and --not-in-remote exclude each other") }
            guard jobs.map((1...1_000).contains) ?? true else {
                throw ValidationError("'--jobs' takes a number from 1 to 1000")
            }
        }

        private var retention: DataRetention {
            var retention = DataRetention()
            retention.allBranches = allBranches
            retention.allTags = allTags
            retention.allCommits = allCommits
            retention.revisions = revisions
            retention.count = count
            retention.since = date.flatMap(CalendarDay.seconds)
            retention.experiments = allExperiments ?? true
            retention.skipsUnreadable = skipFailed
            return retention
        }

        func run() throws {
            let context = try Workspace.openProject(global.console)
            let others = try projects.map { try Workspace.openProject(global.console, at: $0) }
            var options = DataSharing.Options()
            options.remote = remote
            options.jobs = jobs
            options.askSecret = Question.secret
            let contexts = [context] + others
            let garbage = try DataGarbage(contexts, retention)
            let storage =
                cloud || notInRemote
                ? try DataSharing(context, garbage.store, options).open(remote, writing: cloud) : nil
            let found = try find(garbage, storage)
            if dryRun || !force { list(found) }
            if dryRun { return tell(found) }
            if found.local.isEmpty && found.remote.isEmpty {
                try garbage.forgetOld()
                return tell(found)
            }
            let question = "Remove \(size(found.local + found.remote))?"
            guard force || Question.ask(question, global.console) else {
                global.console.note("Nothing was removed; --force does it without asking.")
                throw ExitStatus.no
            }
            var removed = found
            try ProjectLock(context).exclusively {
                // Somebody may have come to use some of it meanwhile.
                let now = try find(try DataGarbage(contexts, retention), storage)
                removed = (Self.common(found.local, now.local), Self.common(found.remote, now.remote))
                try garbage.remove(removed.local)
                try garbage.forgetOld()
                if cloud { try storage?.remove(removed.remote.map(\.item)) }
            }
            if cloud { try? storage?.sweep() }
            tell(removed)
        }

        private typealias Found = (local: [DataGarbage.Victim], remote: [DataGarbage.Victim])

        private func find(_ garbage: DataGarbage, _ storage: (any RemoteStorage)?) throws -> Found {
            var local = try garbage.victims()
            if notInRemote, let storage {
                let there = try storage.sizes(of: local.map(\.item))
                local.removeAll { there[$0.item] == nil }
            }
            guard cloud, let storage else { return (local, []) }
            return (local, try garbage.victims(on: storage))
        }

        private static func common(
            _ first: [DataGarbage.Victim], _ second: [DataGarbage.Victim]
        ) -> [DataGarbage.Victim] {
            let items = Set(second.map(\.item))
            return first.filter { items.contains($0.item) }
        }

        private func list(_ found: Found) {
            for (place, victims) in [("cache", found.local), ("remote", found.remote)] {
                for victim in victims {
                    global.console.print(
                        "\(place)\t\(victim.item.shortName)\t\(ProgressText.size(Double(victim.size)))")
                }
            }
        }

        private func tell(_ found: Found) {
            let verb = dryRun ? "Would remove" : "Removed"
            func line(_ victims: [DataGarbage.Victim], _ place: String) {
                global.console.note(
                    victims.isEmpty ? "No unused data in the \(place)." : "\(verb) \(size(victims)) from the \(place).")
            }
            line(found.local, "cache")
            if cloud { line(found.remote, "remote") }
        }

        private func size(_ victims: [DataGarbage.Victim]) -> String {
            let bytes = victims.reduce(0) { $0 + $1.size }
            return "\(victims.count) object\(victims.count == 1 ? "" : "s") (\(ProgressText.size(Double(bytes))))"
        }
    }
}
