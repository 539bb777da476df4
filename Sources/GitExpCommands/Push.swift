import ArgumentParser
import Diagnostics
import Experiments

struct Push: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Send experiments to a Git remote, and their data to the data remote.",
        usage: "git exp push [<options>] [<remote> [<experiment> ...]]",
        discussion: """
            The data of all checkpoints goes first, then the references, all at once where the server can do that. A push \
            that was interrupted leaves no experiment without its data there; the next one goes on where it was.

            References go through 'git push', with your credentials, ssh settings, proxies and hooks. An experiment that \
            has grown replaces its older self; one that has diverged is only replaced with --force.

            Examples:
              git exp push origin
              git exp push origin brave-otter calm-heron
              git exp push origin brave-otter --best acc --last
            """)

    @OptionGroup var sharing: ExperimentSharingOptions

    @OptionGroup var global: GlobalOptions

    @Flag(help: ArgumentHelp("Be the push at the end of a run.", visibility: .private))
    var automatic = false

    func run() throws {
        let context = try Workspace.open(global.console)
        if automatic {
            for name in sharing.request.names {
                guard let reference = ExperimentReference(name) else { continue }
                AutomaticPush(context).send(reference, to: sharing.remote ?? "")
            }
            return
        }
        let remote = try GitRemote(sharing.remote, context)
        let report = try ExperimentPush(context, sharing.request, to: remote).run()
        let printer = SharingPrinter(
            verb: ("Pushed", "to", "push", "uploaded"), remote: remote.name, console: global.console,
            isQuiet: global.quiet, isOfHead: sharing.areOfHead)
        try printer.tell(report, replacing: "remote")
        if !sharing.cache, !report.done.isEmpty {
            global.console.note("To push the data too, run the command again without '--no-cache'.")
        }
    }
}

struct Pull: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring experiments from a Git remote, and their data from the data remote.",
        usage: "git exp pull [<options>] [<remote> [<experiment> ...]]",
        discussion: """
            The workspace stays as it is: 'git exp apply' brings an experiment into it. What --force replaces, \
            'git exp undo' brings back.

            Examples:
              git exp pull origin
              git exp pull origin brave-otter --last
              git exp pull origin --all-commits --no-cache
            """)

    @OptionGroup var sharing: ExperimentSharingOptions

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let context = try Workspace.open(global.console)
        let remote = try GitRemote(sharing.remote, context)
        let report = try ExperimentPull(context, sharing.request, from: remote).run()
        let printer = SharingPrinter(
            verb: ("Pulled", "from", "pull", "fetched"), remote: remote.name, console: global.console,
            isQuiet: global.quiet, isOfHead: sharing.areOfHead)
        try printer.tell(report, replacing: "local")
        if !sharing.cache, !report.done.isEmpty {
            global.console.note("To pull the data too, run the command again without '--no-cache'.")
        }
    }
}
