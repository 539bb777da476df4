import CSys
import Files
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// How a command ended, and whether someone asked us to stop it.
package struct CommandOutcome: Hashable, Sendable {
    /// That of the command alone, not of what it started.
    package let exit: ProcessExit
    /// The first of SIGINT, SIGTERM and SIGHUP that reached us while the command ran, SIGINT only without the others.
    package let interruption: Int32?

    /// The signal by which somebody asked us to make room: SIGTERM or SIGHUP.
    package var termination: Int32? { interruption == SIGINT ? nil : interruption }

    /// Whether the command ended because someone wanted it to, and not by itself.
    package var wasAskedToEnd: Bool {
        interruption != nil || exit == .signal(SIGINT) || exit == .status(128 + SIGINT)
    }
}

/// Runs the commands of a stage and answers their requests for checkpoints.
///
/// Child, signal file and our own signals are waited for at once. With a terminal the command stays in the
/// foreground group, so that it can read from it and the terminal's Ctrl-C reaches it; otherwise it leads a group of
/// its own, so that whoever signals our group reaches it exactly once, through us. As long as the object lives,
/// SIGINT, SIGTERM and SIGHUP do not end this process.
package final class StageProcess {
    /// The file whose creation asks for a checkpoint.
    package let signalFile: FilePath
    /// Called once for each command that does not end within a moment, some 25 milliseconds.
    package var onStay: (() -> Void)?
    /// Called while the command stays and there is nothing to answer, until it says that there is nothing left to do.
    /// A request waits for as long as a call takes.
    package var onLeisure: (() -> Bool)?
    /// How long a command that was told to end may take before it is killed, in milliseconds.
    let grace: Int64
    /// The same for a command whose checkpoint could not be made.
    private static let patienceAfterFailure: Int64 = 5_000
    var watch = csys_watch()

    /// - Throws: ``FileError`` where the folder of the signal file cannot be watched.
    package init(signalFile: FilePath, grace: Int64 = 20_000) throws {
        self.signalFile = signalFile
        self.grace = grace
        let code = csys_watch_open(&watch)
        guard code == 0 else { throw FileError("watch", signalFile, Errno(rawValue: code)) }
    }

    deinit { csys_watch_close(&watch) }

    /// The signal that arrived while no command ran; `nil` where none did.
    package func pendingInterruption() -> Int32? {
        var signals = [csys_signal](repeating: csys_signal(), count: 8)
        var count: Int32 = 0
        _ = csys_watch_wait(&watch, 0, &signals, &count)
        return count > 0 ? signals[0].number : nil
    }

    /// Runs the command to its end.
    ///
    /// - Parameters:
    ///   - onIdle: Called once the command runs, and again after each request: time for work that must not wait later.
    ///   - onRequest: Called with the command still waiting; the signal file is removed after it returns.
    /// - Throws: What `onRequest` threw, after the command was stopped; ``ProcessError`` where it did not start.
    package func run(
        _ call: ProcessCall, onIdle: () -> Void = {}, onRequest: () throws -> Void
    ) throws -> CommandOutcome {
        let isForeground = isatty(0) == 1 && tcgetpgrp(0) == getpgrp()
        let child = try call.spawn(ownGroup: !isForeground, deathSignal: SIGKILL)
        csys_watch_child(&watch, child)
        defer { csys_watch_forget_child(&watch) }
        var state = Supervision(child: child, hasOwnGroup: !isForeground, grace: grace)
        onIdle()
        return try supervise(&state, onIdle, onRequest)
    }

    private func supervise(
        _ state: inout Supervision, _ onIdle: () -> Void, _ onRequest: () throws -> Void
    ) throws -> CommandOutcome {
        var failure: (any Error)?
        var hasLeisureWork = onLeisure != nil
        func answer() {
            guard failure == nil, signalFileExists else { return }
            do {
                try onRequest()
                try FileIO.remove(signalFile)
                onIdle()
                hasLeisureWork = onLeisure != nil
            } catch {
                failure = error
            }
        }
        // Letting go of file events takes the kernel some ten milliseconds, so a command that is over before that is
        // looked at every millisecond instead.
        var shortWaits = 25
        var exit: ProcessExit?
        while true {
            if shortWaits == 0 {
                signalFile.parent.withPlatformString { csys_watch_files(&watch, $0) }
                onStay?()
            }
            shortWaits -= 1
            // One second is the safety net for a signal file that no event told of.
            var signals = [csys_signal](repeating: csys_signal(), count: 8)
            var count: Int32 = 0
            // What was made before files were watched is looked for at once.
            let isAtLeisure = hasLeisureWork && shortWaits < 0 && exit == nil
            let longest: Int64 =
                exit != nil ? 10 : shortWaits >= 0 ? 1 : shortWaits == -1 || isAtLeisure ? 0 : 1_000
            let timeout = min(longest, state.millisecondsToKill ?? 1_000)
            let events = csys_watch_wait(&watch, Int32(timeout), &signals, &count)
            for signal in signals.prefix(Int(count)) { state.received(signal) }
            let isKilled = state.killIfOverdue()
            answer()
            let hasEnded = events & Int32(CSYS_CHILD_ENDED.rawValue) != 0
            if isAtLeisure, !hasEnded, count == 0 { hasLeisureWork = onLeisure?() ?? false }
            if failure != nil { state.terminate(patience: Self.patienceAfterFailure) }
            if exit == nil, hasEnded, let ending = state.reap() {
                exit = ending
                csys_watch_forget_child(&watch)
                if ending.isTermination, state.interruption == nil { awaitSignal(&state) }
            }
            if let exit, isKilled || !state.hasStragglers {
                // A request made just before the end counts, too.
                answer()
                if let failure {
                    // Nobody waits for an answer any more.
                    try? FileIO.remove(signalFile)
                    throw failure
                }
                return CommandOutcome(exit: exit, interruption: state.interruption)
            }
        }
    }

    /// Whoever terminates a whole job tells the command and us one after the other, and it may be the faster one.
    private func awaitSignal(_ state: inout Supervision) {
        var signals = [csys_signal](repeating: csys_signal(), count: 8)
        var count: Int32 = 0
        _ = csys_watch_wait(&watch, 200, &signals, &count)
        for signal in signals.prefix(Int(count)) { state.received(signal) }
    }

    var signalFileExists: Bool { signalFile.withPlatformString { access($0, F_OK) } == 0 }
}
