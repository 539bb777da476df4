import ArgumentParser
import Diagnostics
import Experiments
import Pipeline
import SystemPackage

struct MigrateData: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Bring a project of DVC 2 to the formats of DVC 3.",
        discussion: """
            All objects of the cache get their places in DVC 3's part of it, as hard links, so they take no room; texts with \
            Windows line ends get other hashes there. Then the entries of all dvc.lock and '.dvc' files follow, and those of \
            the run cache. DVC 2 can no longer read the project then.

            What other branches and earlier commits need stays in the old part of the cache; migrate each branch after \
            switching to it. An entry whose data is neither in the workspace nor in the cache stays as it is, and is named. \
            The command may be interrupted at any time, and called again.
            """)

    @Flag(name: [.customShort("n"), .long, .customLong("dry")], help: "Only show what would change.")
    var dryRun = false

    @Flag(
        help: """
            Also remove the old part of the cache where the new one has its objects. Commits that were not migrated can no \
            longer bring their data from this cache then.
            """)
    var dropOld = false

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let context = try Workspace.openProject(global.console)
        if context.settings["exp.generation"] == "2" { throw MigrationError.olderWanted }
        try ProjectLock(context).exclusively {
            let workspace = try context.workspace(checking: false)
            let report = try DataMigration(workspace, dry: dryRun, sync: try context.isDurable)
                .run(droppingOld: dropOld)
            workspace.memo.save()
            show(report)
            if !dryRun { try GitTracking(context).announce(report.files.map(\.path)) }
            if !report.missing.isEmpty || !report.damaged.isEmpty { throw MigrationError.incomplete }
        }
    }

    private func show(_ report: DataMigration.Report) {
        let console = global.console
        let done = dryRun ? "Would migrate" : "Migrated"
        var lines = report.files.map {
            "\(done) '\(Console.sanitized($0.path.string))' (\(counted($0.entries, "entry")))"
        }
        if report.objects > 0 { lines.append("\(done) \(counted(report.objects, "object")) of the cache") }
        if report.runs > 0 { lines.append("\(done) \(counted(report.runs, "entry")) of the run cache") }
        if report.relinked > 0 { lines.append("Relinked \(counted(report.relinked, "file"))") }
        if report.dropped > 0 {
            lines.append(
                "\(dryRun ? "Would remove" : "Removed") \(counted(report.dropped, "object")) from the old part of the cache"
            )
        }
        if !global.quiet { for line in lines { console.print(line) } }
        for (path, file) in report.missing {
            console.warn(
                "'\(Console.sanitized(file.string))' keeps its entry of '\(Console.sanitized(path))', whose data is not here"
            )
        }
        for (path, file) in report.changed {
            console.warn(
                "'\(Console.sanitized(file.string))' keeps its entry of '\(Console.sanitized(path))', which changed since"
            )
        }
        for md5 in report.damaged { console.warn("object \(md5) in the cache does not hold what its name says") }
        if dropOld, !report.missing.isEmpty || !report.changed.isEmpty {
            console.warn("the old part of the cache stays, because entries need it")
        }
        if report.isEmpty { console.note("Nothing to migrate.") }
    }

    private func counted(_ number: Int, _ noun: String) -> String {
        if number == 1 { return "1 \(noun)" }
        return "\(number) " + (noun.hasSuffix("y") ? noun.dropLast() + "ies" : noun + "s")
    }
}

/// Why a project is not, or not wholly, migrated.
enum MigrationError: UserFacingError {
    case olderWanted
    case incomplete

    var message: String {
        switch self {
        case .olderWanted: "'exp.generation' asks for entries that DVC 2 can read"
        case .incomplete: "some data could not be migrated"
        }
    }

    var hint: String? {
        switch self {
        case .olderWanted: "'git config --unset exp.generation' lets the project go on to DVC 3"
        case .incomplete: "bring the data, for example from a remote, and call the command again"
        }
    }
}
