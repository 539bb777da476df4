import Formats

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Values as the cells of a table show them.
enum CellText {
    /// Numbers with so many significant digits; `nil` keeps all.
    static func of(_ value: Value, digits: Int?) -> String {
        switch value {
        case .float(let number):
            digits.map { PythonNumber.significant(number, digits: $0) } ?? PythonNumber.repr(number)
        case .list, .mapping: PythonText.repr(rounded(value, digits: digits))
        default: PythonText.str(value)
        }
    }

    private static func rounded(_ value: Value, digits: Int?) -> Value {
        guard let digits else { return value }
        switch value {
        case .float(let number):
            return Double(PythonNumber.significant(number, digits: digits)).map { .float($0) } ?? value
        case .list(let list): return .list(list.map { rounded($0, digits: digits) })
        case .mapping(let mapping):
            return .mapping(
                Mapping(entries: mapping.entries.map { .init(key: $0.key, value: rounded($0.value, digits: digits)) }))
        default: return value
        }
    }
}

/// Times in the local time zone.
package enum TimeText {
    private static func local(_ seconds: Int64) -> tm {
        var time = time_t(seconds)
        var parts = tm()
        localtime_r(&time, &parts)
        return parts
    }

    private static func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }

    /// `05:03 PM` for today, `Nov 20, 2026` for another day.
    package static func short(_ seconds: Int64, now: Int64) -> String {
        let parts = local(seconds)
        let today = local(now)
        if parts.tm_year == today.tm_year, parts.tm_yday == today.tm_yday {
            let hour = parts.tm_hour % 12 == 0 ? 12 : parts.tm_hour % 12
            return "\(two(hour)):\(two(parts.tm_min)) \(parts.tm_hour < 12 ? "AM" : "PM")"
        }
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        return "\(months[Int(parts.tm_mon)]) \(two(parts.tm_mday)), \(parts.tm_year + 1900)"
    }

    /// `2026-11-21T00:08:35`, without a zone.
    package static func iso(_ seconds: Int64) -> String {
        let parts = local(seconds)
        return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
            + "T\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
    }

    /// Seconds since 1970, UTC.
    package static func now() -> Int64 { Int64(time(nil)) }
}
