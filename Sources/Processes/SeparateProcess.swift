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

/// A program that runs beside this one, with a file for what it prints, and outlives it.
package final class SeparateProcess {
    /// The number of the process, which nobody else gets while its end was not collected.
    package let id: Int32
    private let handle: Int32
    private var exit: ProcessExit?

    /// Starts the program, with nothing to read.
    ///
    /// - Parameters:
    ///   - output: What it prints is added to this file.
    ///   - leadsSession: Whether it has a session of its own, and so no terminal, and not only a process group.
    ///   - isDependent: Whether the program gets SIGTERM when this process is killed, where the system can do that.
    /// - Throws: ``FileError`` for the file, ``ProcessError`` where the program did not start.
    package init(_ call: ProcessCall, output: FilePath, leadsSession: Bool = false, isDependent: Bool = false) throws {
        try FileIO.makeDirectories(output.parent)
        let nothing = try FileDescriptor.open("/dev/null", .readOnly, options: [.closeOnExec])
        defer { try? nothing.close() }
        let file: FileDescriptor
        do {
            file = try FileIO.retry {
                try FileDescriptor.open(
                    output, .writeOnly, options: [.create, .append, .closeOnExec],
                    permissions: FilePermissions(rawValue: 0o666))
            }
        } catch {
            throw FileError("write", output, error)
        }
        defer { try? file.close() }
        id = try call.spawn(
            descriptors: (nothing.rawValue, file.rawValue, file.rawValue), ownGroup: true, ownSession: leadsSession,
            deathSignal: isDependent ? SIGTERM : 0)
        handle = csys_child_open(id)
    }

    /// Starts the program at the terminal of this one, and in its process group. Where the system can do that, it gets
    /// SIGTERM when this process is killed.
    ///
    /// - Throws: ``ProcessError`` where the program did not start.
    package init(_ call: ProcessCall) throws(ProcessError) {
        id = try call.spawn(deathSignal: SIGTERM)
        handle = csys_child_open(id)
    }

    deinit {
        if handle >= 0 { csys_child_close(handle) }
    }

    /// Waits until the program has ended or a signal came.
    ///
    /// - Parameters:
    ///   - milliseconds: The longest time to wait.
    ///   - process: Holds this process' signals back.
    /// - Returns: How the program ended, once it has; and the signal that reached this process.
    package func wait(milliseconds: Int32, _ process: StageProcess) -> (exit: ProcessExit?, signal: Int32?) {
        var signals = [csys_signal](repeating: csys_signal(), count: 8)
        var count: Int32 = 0
        var ended: Int32 = 0
        var number = handle
        csys_watch_wait_many(&process.watch, &number, &ended, handle < 0 ? 0 : 1, milliseconds, &signals, &count)
        let signal = count > 0 ? signals[0].number : nil
        return (hasEnded ? exit : nil, signal)
    }

    /// Whether the program has ended; nothing is waited for.
    package var hasEnded: Bool {
        if exit != nil { return true }
        var status: Int32 = 0
        guard waitpid(id, &status, WNOHANG) == id else { return false }
        exit = ProcessExit(waitStatus: status)
        return true
    }

    /// Sends a signal to the program, which passes it on to what it started.
    package func send(_ signal: Int32) { kill(id, signal) }

    /// Sends a signal to the program, which leads a group, and to all of its group.
    package func sendToGroup(_ signal: Int32) { kill(-id, signal) }
}
