/// What a line about long work says.
package struct ProgressText: Sendable {
    let work: String
    let files: Int?
    let bytes: Int?

    /// - Parameters:
    ///   - files: Done so far.
    ///   - bytes: Done so far.
    ///   - nanoseconds: Since the beginning.
    ///   - width: Of the terminal; the line stays shorter, so that it never wraps.
    func line(files done: Int, bytes doneBytes: Int, nanoseconds: Int64, width: Int) -> String {
        var parts: [String] = []
        if let files {
            parts.append("\(Self.grouped(done)) of \(Self.grouped(files)) file\(files == 1 ? "" : "s")")
        } else if done > 0 {
            parts.append("\(Self.grouped(done)) file\(done == 1 ? "" : "s")")
        }
        let rate = Double(doneBytes) / (Double(max(nanoseconds, 1)) / 1e9)
        if let bytes, bytes > 0 {
            parts.append("\(Self.size(Double(doneBytes))) of \(Self.size(Double(bytes)))")
        } else if doneBytes > 0 {
            parts.append(Self.size(Double(doneBytes)))
        }
        if doneBytes > 0 { parts.append(Self.size(rate) + "/s") }
        if let left = secondsLeft(done, doneBytes, nanoseconds) { parts.append(Self.time(left) + " left") }
        return String((work + ": " + parts.joined(separator: ", ")).prefix(max(0, width - 1)))
    }

    private func secondsLeft(_ done: Int, _ doneBytes: Int, _ nanoseconds: Int64) -> Int? {
        let share: Double
        if let bytes, bytes > 0 {
            share = Double(doneBytes) / Double(bytes)
        } else if let files, files > 0 {
            share = Double(done) / Double(files)
        } else {
            return nil
        }
        if share <= 0 { return nil }
        let left = Double(nanoseconds) / 1e9 * (1 - min(share, 1)) / share
        return left < 1e6 ? Int(left.rounded(.up)) : nil
    }

    private static func time(_ seconds: Int) -> String {
        func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60)
        return hours > 0
            ? "\(hours):\(padded(minutes)):\(padded(seconds % 60))" : "\(minutes):\(padded(seconds % 60))"
    }

    /// Powers of a thousand, as disks are sold: "999 B", "1.2 kB", "85 MB".
    package static func size(_ bytes: Double) -> String {
        if bytes < 1_000 { return "\(Int(bytes)) B" }
        var value = bytes
        var units = ["kB", "MB", "GB", "TB"][...]
        var unit = "B"
        while value >= 999.5, let next = units.popFirst() {
            value /= 1_000
            unit = next
        }
        let tenths = Int((value * 10).rounded())
        return tenths < 100 ? "\(tenths / 10).\(tenths % 10) \(unit)" : "\(Int(value.rounded())) \(unit)"
    }

    /// With a comma between the thousands.
    static func grouped(_ number: Int) -> String {
        let digits = String(number)
        var result = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { result.append(",") }
            result.append(digit)
        }
        return result
    }
}
