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
    @Flag var metrics = false

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let context = try Workspace.open(global.console)
        let ticket = try RunTicket(reading: FilePath(ticket))
        let report = try FrozenRunExecution(
            ticket, in: context, inheriting: lock, further: [lease, slot].compactMap { $0 }
        )
        .execute(askSecret: Question.secret) {
            if metrics { try MetricsPrinter(context).showWorkspace() }
        }
        if let failure = report.failure { throw failure }
        if report.isPreempted { throw ExitStatus.preempted }
    }
}
