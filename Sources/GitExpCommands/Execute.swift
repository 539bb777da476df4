import ArgumentParser
import Diagnostics
import Experiments
import SystemPackage

/// How a run in a folder of its own goes on in its process; not for users.
struct Execute: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "execute", abstract: "Carry out a run in a folder that was made for it.", shouldDisplay: false)

    @Option var ticket: String
    @Option var lock: Int32
    @Option var lease: Int32?
    @Option var slot: Int32?
    @Option var turn: Int32?
    @Flag var metrics = false

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let ticket = try RunTicket(reading: FilePath(ticket))
        let context: ExperimentContext
        do {
            context = try Workspace.open(global.console)
        } catch {
            try FrozenRunExecution.fail(ticket, of: Workspace.open(global.console, at: ticket.home.string))
            throw error
        }
        let report = try FrozenRunExecution(
            ticket, in: context, inheriting: lock, further: [lease, slot, turn].compactMap { $0 }
        )
        .execute(askSecret: Question.secret) {
            if metrics { try MetricsPrinter(context).showWorkspace() }
        }
        if let failure = report.failure { throw failure }
        if report.isPreempted { throw ExitStatus.preempted }
    }
}
