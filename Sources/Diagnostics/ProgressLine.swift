#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The one line at the foot of the terminal that ``Progress`` draws; any other text takes its place.
enum ProgressLine {
    private static let lock = Lock()
    nonisolated(unsafe) private static var isShown = false

    static let screen = Progress.Screen(
        now: Clock.steady,
        width: {
            // A job in the background would write into what its user types now.
            var size = winsize()
            guard tcgetpgrp(2) == getpgrp(), ioctl(2, UInt(TIOCGWINSZ), &size) == 0 else { return nil }
            return size.ws_col > 0 ? Int(size.ws_col) : 80
        },
        draw: { line in
            lock.with {
                if let line { Console.writeAll("\r\(line)\u{1B}[K", to: 2) } else { erase() }
                isShown = line != nil
            }
        })

    /// Whether standard error is a terminal that can take a line away.
    static var isPossible: Bool { isatty(2) == 1 && getenv("TERM").map { strcmp($0, "dumb") != 0 } ?? false }

    /// Makes room for other text.
    static func giveWay() {
        lock.with {
            if isShown { erase() }
            isShown = false
        }
    }

    private static func erase() { Console.writeAll("\r\u{1B}[K", to: 2) }
}

/// A lock between threads, for this module, which stands below all others.
final class Lock: @unchecked Sendable {
    private let raw = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

    init() { pthread_mutex_init(raw, nil) }

    deinit {
        pthread_mutex_destroy(raw)
        raw.deallocate()
    }

    func with<Value>(_ body: () throws -> Value) rethrows -> Value {
        pthread_mutex_lock(raw)
        defer { pthread_mutex_unlock(raw) }
        return try body()
    }
}
