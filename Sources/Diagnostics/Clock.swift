#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What time it is.
package enum Clock {
    /// The time of day: nanoseconds since 1970, UTC.
    package static func now() -> Int64 { nanoseconds(CLOCK_REALTIME) }

    /// Nanoseconds since some moment, whatever is done to the time of day.
    package static func steady() -> Int64 { nanoseconds(CLOCK_MONOTONIC) }

    private static func nanoseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
