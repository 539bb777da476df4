import Diagnostics
import Experiments
import Processes

/// Shows long results page by page, as git's commands do.
struct Pager {
    private let command: String?
    private let environment: [String: String]

    /// - Parameter isWanted: Whether the user did not refuse a pager.
    init(_ context: ProjectContext, isWanted: Bool) {
        environment = context.environment
        let chosen =
            context.environment["GIT_PAGER"] ?? context.settings["core.pager"] ?? context.environment["DVC_PAGER"]
            ?? context.environment["PAGER"] ?? "less"
        let isUsable = isWanted && TerminalStyle.isOutputTerminal && !chosen.isEmpty && chosen != "cat"
        command = isUsable ? chosen : nil
    }

    func print(_ text: String, _ console: Console) {
        guard let command else { return console.printRaw(text) }
        var environment = environment
        // One screen needs no pager, colours pass, long lines scroll sideways, and the screen stays.
        environment["LESS"] = environment["LESS"] ?? "FRSX"
        let call = ProcessCall(
            executable: "/bin/sh", arguments: ["-c", command], environment: environment, input: Array(text.utf8))
        do {
            try call.feed()
        } catch {
            console.printRaw(text)
        }
    }
}
