/// The statuses that the program exits with; scripts rely on them.
package struct ExitStatus: RawRepresentable, Hashable, Sendable {
    /// What a shell sees, 0 to 255.
    package let rawValue: Int32

    /// Takes any number; those of the program are the constants below.
    package init(rawValue: Int32) { self.rawValue = rawValue }

    /// Done.
    package static let success = ExitStatus(rawValue: 0)
    /// The answer is no, or the experiment's own command failed.
    package static let no = ExitStatus(rawValue: 1)
    /// It could not be done.
    package static let failure = ExitStatus(rawValue: 128)
    /// Wrong usage.
    package static let usage = ExitStatus(rawValue: 129)
    /// Stopped by SIGINT before anything was recorded.
    package static let interrupted = ExitStatus(rawValue: 130)
    /// Stopped by SIGTERM or SIGHUP before it was complete; the same again goes on. `EX_TEMPFAIL` of sysexits.h.
    package static let preempted = ExitStatus(rawValue: 75)
    /// A defect of this program.
    package static let bug = ExitStatus(rawValue: 70)
}
