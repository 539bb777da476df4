#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Days as users write them.
enum CalendarDay {
    /// The beginning of a day in the local time zone, in seconds since 1970; `nil` for what is no day.
    static func seconds(_ text: String) -> Int64? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].utf8.count == 4, let year = Int32(parts[0]), let month = Int32(parts[1]),
            let day = Int32(parts[2]), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        var time = tm()
        time.tm_year = year - 1900
        time.tm_mon = month - 1
        time.tm_mday = day
        time.tm_isdst = -1
        let seconds = mktime(&time)
        return time.tm_mday == day ? Int64(seconds) : nil
    }
}
