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

/// Several commands that run at the same time.
///
/// Each one leads a process group of its own and reads nothing from the terminal. A signal to this process reaches all
/// of them, in the way of ``StageProcess``; nobody answers requests for checkpoints, because they do not say whose
/// they are.
package final class CommandCrowd {
    /// A command that has ended.
    package struct Ended {
        /// The number that it was started with.
        package let number: Int
        /// With the interruption of all the commands, where there was one.
        package let outcome: CommandOutcome
    }

    private struct Member {
        let number: Int
        let handle: Int32
        var supervision: Supervision
    }

    private let process: StageProcess
    private let nothing: Int32
    private var members: [Member] = []
    /// The first of SIGINT, SIGTERM and SIGHUP that reached us.
    package private(set) var interruption: Int32?

    /// - Parameter process: Holds this process' signals back.
    package init(_ process: StageProcess) {
        self.process = process
        nothing = open("/dev/null", O_RDONLY | O_CLOEXEC)
    }

    deinit {
        for member in members {
            member.supervision.send(SIGKILL)
            while !member.supervision.isReaped() { usleep(1_000) }
            csys_child_close(member.handle)
        }
        close(nothing)
    }

    /// How many commands are running.
    package var count: Int { members.count }

    /// Starts a command.
    ///
    /// - Parameters:
    ///   - number: By what the caller knows it.
    ///   - output: Gets what it prints.
    /// - Throws: ``ProcessError`` where it did not start.
    package func start(_ call: ProcessCall, number: Int, output: CommandOutput) throws(ProcessError) {
        let descriptors = (nothing, output.descriptors.output, output.descriptors.error)
        let child = try call.spawn(descriptors: descriptors, ownGroup: true, deathSignal: SIGKILL)
        let supervision = Supervision(child: child, hasOwnGroup: true, grace: process.grace)
        let handle = csys_child_open(child)
        guard handle >= 0 else {
            let code = Errno(rawValue: errno)
            supervision.send(SIGKILL)
            while !supervision.isReaped() { usleep(1_000) }
            throw ProcessError(program: call.executable, code: code)
        }
        members.append(Member(number: number, handle: handle, supervision: supervision))
    }

    /// Waits until commands have ended.
    ///
    /// - Parameter milliseconds: The longest time to wait.
    /// - Returns: Those that have ended; none where a signal came or the time is over.
    package func wait(milliseconds: Int) -> [Ended] {
        var signals = [csys_signal](repeating: csys_signal(), count: 8)
        var count: Int32 = 0
        var ended = [Int32](repeating: 0, count: members.count)
        let overdue = members.compactMap(\.supervision.millisecondsToKill).min() ?? Int64(milliseconds)
        csys_watch_wait_many(
            &process.watch, members.map(\.handle), &ended, Int32(members.count),
            Int32(min(Int64(milliseconds), overdue)), &signals, &count)
        for signal in signals.prefix(Int(count)) {
            interruption = interruption ?? signal.number
            for index in members.indices { members[index].supervision.received(signal) }
        }
        for index in members.indices { members[index].supervision.killIfOverdue() }
        var result: [Ended] = []
        for index in members.indices.reversed() where ended[index] != 0 {
            let member = members[index]
            guard let exit = member.supervision.reap() else { continue }
            csys_child_close(member.handle)
            members.remove(at: index)
            let outcome = CommandOutcome(exit: exit, interruption: member.supervision.interruption)
            result.append(Ended(number: member.number, outcome: outcome))
        }
        return result.sorted { $0.number < $1.number }
    }

    /// Lets commands go on that wait for the answer to a request for a checkpoint.
    ///
    /// - Returns: Whether there was such a request.
    package func dismissRequest() throws -> Bool {
        guard process.signalFileExists else { return false }
        try FileIO.remove(process.signalFile)
        return true
    }
}
