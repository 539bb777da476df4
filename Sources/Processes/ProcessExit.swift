import CSys

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// How a process ended.
package enum ProcessExit: Hashable, Sendable {
    /// It ended by itself, with this status (0 to 255).
    case status(Int32)
    /// This signal ended it.
    case signal(Int32)

    /// Whether it ended by itself with status 0.
    package var isSuccess: Bool { self == .status(0) }

    /// As Python and DVC number it: the status, or the signal's number negated.
    package var code: Int32 {
        switch self {
        case .status(let status): status
        case .signal(let signal): -signal
        }
    }

    /// Whether SIGTERM or SIGHUP ended it, or a shell says so of what it ran.
    var isTermination: Bool {
        switch self {
        case .status(let status): status == 128 + SIGTERM || status == 128 + SIGHUP
        case .signal(let signal): signal == SIGTERM || signal == SIGHUP
        }
    }

    init(waitStatus: Int32) {
        let code = csys_exit_code(waitStatus)
        self = code < 0 ? .signal(-code) : .status(code)
    }
}
