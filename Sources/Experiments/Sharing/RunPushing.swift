import Diagnostics
import Files
import Git
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

/// Sends the experiment of a run to a Git remote, where the settings of ``AutomaticPush`` say so: its checkpoints while
/// training goes on, and all of it in the end.
///
/// Processes of their own push, so that training waits for nothing, and signals end the wait for a remote that does not
/// answer. While one is busy no other starts: the next checkpoint sends what has gathered. What goes wrong is told by the
/// push in the end.
final class RunPushing {
    private let console: Console
    private let reference: ExperimentReference
    private let remote: String
    private let supervisor: StageProcess
    /// How long a run that was interrupted may still push, in milliseconds.
    private let patience: Int64
    private let background: ProcessCall
    private let last: ProcessCall
    private let log: FilePath
    private var process: SeparateProcess?

    /// - Returns: `nil` where nothing is to be pushed.
    init?(_ reference: ExperimentReference, _ context: ExperimentContext, _ supervisor: StageProcess) throws {
        let settings = AutomaticPush(context)
        guard settings.isWantedForSure else { return nil }
        console = context.console
        self.reference = reference
        self.supervisor = supervisor
        patience = max(try context.grace / 2, 4_000)
        remote = settings.remoteName
        let home = context.ticket?.home ?? context.project.root
        let target = ["--", settings.remoteName, reference.fullName]
        func call(_ options: [String]) -> ProcessCall {
            ProcessCall(
                executable: ProcessCall.ownProgram, arguments: ["push"] + options + target, directory: home)
        }
        background = call(["--quiet"])
        last = call(["--automatic"] + (console.verbosity == .quiet ? ["--quiet"] : []))
        log = ProjectWorkspace.scratch(of: home).appending("auto-push.log")
        try? FileIO.remove(log)
    }

    deinit {
        if let process, !process.hasEnded { process.sendToGroup(SIGTERM) }
    }

    /// Sends what there is now, or leaves it to the next call where a push is going on.
    func checkpointWasMade() {
        if let process, !process.hasEnded { return }
        // Without a terminal nothing can ask for a password there, and wait for it.
        process = try? SeparateProcess(background, output: log, leadsSession: true, isDependent: true)
    }

    /// Sends all of the experiment, and waits for it; not for long where the run was interrupted.
    func finish(wasInterrupted: Bool) {
        var left = wasInterrupted ? patience : Int64.max
        if let process {
            self.process = nil
            guard wait(for: process, &left) else {
                process.sendToGroup(SIGTERM)
                collect(process) { process.sendToGroup(SIGKILL) }
                return tellOfStop()
            }
        }
        do {
            let process = try SeparateProcess(last)
            if wait(for: process, &left) { return }
            process.send(SIGTERM)
            collect(process) { process.send(SIGKILL) }
            tellOfStop()
        } catch {
            console.warn("experiment '\(Console.sanitized(reference.name))' was not pushed: \(error.message)")
        }
    }

    private func tellOfStop() {
        console.warn("experiment '\(Console.sanitized(reference.name))' was not pushed: that was stopped")
        console.hint(
            "push it with 'git exp push \(ShellWord.shown(remote)) \(ShellWord.shown(reference.name))'")
    }

    /// - Parameter left: How many milliseconds there are.
    /// - Returns: Whether it has ended by itself; not where a signal came or the time was over.
    private func wait(for process: SeparateProcess, _ left: inout Int64) -> Bool {
        let slice: Int32 = 200
        var waited: Int64 = 0
        while !process.hasEnded {
            if left <= 0 || process.wait(milliseconds: slice, supervisor).signal != nil { return process.hasEnded }
            waited += Int64(slice)
            left -= min(left, Int64(slice))
            if waited == 2_000 { console.note("Pushing experiment '\(Console.sanitized(reference.name))' ...") }
        }
        return true
    }

    /// Waits two seconds for what was told to end, then insists.
    private func collect(_ process: SeparateProcess, insisting: () -> Void) {
        for _ in 0..<200 where !process.hasEnded { usleep(10_000) }
        if !process.hasEnded { insisting() }
        for _ in 0..<200 where !process.hasEnded { usleep(10_000) }
    }
}
