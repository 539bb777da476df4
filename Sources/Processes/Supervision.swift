import CSys
import Diagnostics
import Files

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What is known of a running command, and what is done to it on signals.
struct Supervision {
    let child: pid_t
    let hasOwnGroup: Bool
    let grace: Int64
    private(set) var interruption: Int32?
    private var lastSignal: (number: Int32, time: Int64) = (0, 0)
    private var interrupts = 0
    private var killTime: Int64?
    /// What the command started, where it has no group of its own.
    private var family: ProcessFamily?

    init(child: pid_t, hasOwnGroup: Bool, grace: Int64) {
        self.child = child
        self.hasOwnGroup = hasOwnGroup
        self.grace = grace
    }

    var millisecondsToKill: Int64? { killTime.map { max(1, $0 - now()) } }

    mutating func received(_ signal: csys_signal) {
        // `git exp` passes a signal of its group on to us, so one key press may arrive twice.
        let isEcho = signal.number == lastSignal.number && now() - lastSignal.time < 500
        lastSignal = (signal.number, now())
        if isEcho { return }
        // Whoever terminates us wants more than somebody who interrupts.
        if interruption == nil || interruption == SIGINT { interruption = signal.number }
        if signal.number != SIGINT { return terminate(with: signal.number) }
        interrupts += 1
        switch interrupts {
        case 1:
            // The terminal's Ctrl-C has reached the command already where it is in the foreground group.
            if hasOwnGroup || signal.from_terminal == 0 { send(SIGINT) }
        case 2: send(SIGTERM)
        default: send(SIGKILL)
        }
    }

    /// Tells the command to end, and has it killed where it takes longer than it may.
    ///
    /// - Parameter patience: How long it may take, in milliseconds; `nil` is the time for who was asked to end.
    mutating func terminate(with signal: Int32 = SIGTERM, patience: Int64? = nil) {
        guard killTime == nil else { return }
        if !hasOwnGroup { family = ProcessFamily(of: child) }
        send(signal)
        killTime = now() + (patience ?? grace)
    }

    /// Kills the command and all that it started, where that time has come.
    ///
    /// - Returns: Whether it did.
    @discardableResult
    mutating func killIfOverdue() -> Bool {
        guard let killTime, now() >= killTime else { return false }
        send(SIGKILL)
        return true
    }

    /// Whether processes that were told to end with the command are still at it, though it is gone itself.
    ///
    /// A shell ends at once, and the program that it ran may be writing its last checkpoint.
    var hasStragglers: Bool {
        guard killTime != nil else { return false }
        return hasOwnGroup ? ProcessFamily.isAlive(group: child) : family?.isAlive ?? false
    }

    func send(_ signal: Int32) {
        kill(hasOwnGroup ? -child : child, signal)
        if !hasOwnGroup, signal != SIGINT { family?.send(signal) }
    }

    /// How the child ended; `nil` if it has not.
    func reap() -> ProcessExit? {
        var status: Int32 = 0
        guard waitpid(child, &status, WNOHANG) == child else { return nil }
        return ProcessExit(waitStatus: status)
    }

    /// Whether the child is gone, collected now or before.
    func isReaped() -> Bool {
        var status: Int32 = 0
        let result = waitpid(child, &status, WNOHANG)
        return result == child || (result < 0 && errno == ECHILD)
    }

    private func now() -> Int64 { Clock.steady() / 1_000_000 }
}
