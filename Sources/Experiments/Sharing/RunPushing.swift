import Diagnostics
import Files
import Pipeline
import Processes
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Sends checkpoints to a Git remote while training goes on, where the settings of ``AutomaticPush`` say so.
///
/// A process of its own pushes, so that nothing waits for it. While it is busy no other one starts: the next checkpoint
/// sends what has gathered. What goes wrong is told by the push at the end of the run.
final class CheckpointPushing {
    private let call: ProcessCall
    private let log: FilePath
    private var process: SeparateProcess?

    /// - Returns: `nil` where nothing is to be pushed.
    init?(_ context: ExperimentContext, _ reference: ExperimentReference) {
        let settings = AutomaticPush(context)
        guard (try? settings.isWanted) ?? false else { return nil }
        let home = context.ticket?.home ?? context.project.root
        call = ProcessCall(
            executable: ProcessCall.ownProgram,
            arguments: ["push", "--quiet", "--", settings.remoteName, reference.fullName], directory: home)
        log = ProjectWorkspace.scratch(of: home).appending("auto-push.log")
        try? FileIO.remove(log)
    }

    /// Sends what there is now, or leaves it to the next call where a push is going on.
    func start() {
        if let process, !process.hasEnded { return }
        // Without a terminal nothing can ask for a password there, and wait for it.
        process = try? SeparateProcess(call, output: log, leadsSession: true)
    }

    /// Waits for a push that is going on; a signal that reaches this process ends it.
    func finish(_ supervisor: StageProcess) {
        guard let process else { return }
        while !process.hasEnded {
            if process.wait(milliseconds: 1_000, supervisor).signal != nil { process.sendToGroup(SIGTERM) }
        }
        self.process = nil
    }
}
