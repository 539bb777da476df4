import Diagnostics
import Files

/// Counts what was copied and, at a terminal, shows it on one line that is written over and over.
///
/// It may be told from several threads. Nothing is shown before about a second has passed.
package final class TransferProgress: @unchecked Sendable {
    private let verb: String
    private let console: Console
    private let isShown: Bool
    private let lock = Mutex()
    private let begin = Clock.now()
    private var lastShown: Int64 = 0
    private var width = 0
    private var totalFiles = 0
    private var totalBytes = 0
    private var files = 0
    private var bytes = 0
    /// What copies that are not complete have moved so far.
    private var partial = 0

    /// - Parameters:
    ///   - verb: What is done, such as `Fetching`.
    ///   - isShown: Whether somebody looks; see ``silent``.
    package init(_ verb: String, console: Console, isShown: Bool) {
        self.verb = verb
        self.console = console
        self.isShown = isShown && console.verbosity > .quiet
    }

    /// One that shows nothing.
    package static var silent: TransferProgress { TransferProgress("", console: Console(), isShown: false) }

    /// More is to be copied.
    package func expect(files: Int, bytes: Int) {
        lock.with {
            totalFiles += files
            totalBytes += bytes
        }
    }

    /// A file was copied as a whole.
    package func finish(bytes: Int) {
        lock.with {
            self.files += 1
            self.bytes += bytes
            show()
        }
    }

    /// So many bytes of files that are not complete have been moved.
    package func moving(bytes: Int) {
        lock.with {
            partial = bytes
            show()
        }
    }

    /// The number of files that were copied.
    package var count: Int { lock.with { files } }

    /// Takes the line away.
    package func end() {
        lock.with {
            guard width > 0 else { return }
            write("\r" + String(repeating: " ", count: width) + "\r")
            width = 0
        }
    }

    private func show() {
        guard isShown else { return }
        let now = Clock.now()
        guard now - begin > 1_000_000_000, now - lastShown > 100_000_000 else { return }
        lastShown = now
        let line = Self.line(
            verb, files: files, of: totalFiles, bytes: min(bytes + partial, max(totalBytes, bytes)), of: totalBytes,
            seconds: Double(now - begin) / 1e9)
        write("\r" + line + String(repeating: " ", count: max(0, width - line.utf8.count)))
        width = line.utf8.count
    }

    private func write(_ text: String) { console.relay(Array(text.utf8), to: 2) }

    /// The text for a moment: files, bytes, rate and the time left.
    static func line(
        _ verb: String, files: Int, of totalFiles: Int, bytes: Int, of totalBytes: Int, seconds: Double
    ) -> String {
        let rate = Double(bytes) / max(seconds, 0.001)
        var line =
            "\(verb): \(files) of \(totalFiles) files, \(size(bytes)) of \(size(totalBytes)), \(size(Int(rate)))/s"
        if rate > 0, totalBytes > bytes {
            let left = Int((Double(totalBytes - bytes) / rate).rounded(.up))
            let (minutes, rest) = ((left / 60) % 60, left % 60)
            let clock = left < 3_600 ? "\(minutes)" : "\(left / 3_600):" + (minutes < 10 ? "0" : "") + "\(minutes)"
            line += ", \(clock):\(rest < 10 ? "0" : "")\(rest) left"
        }
        return line
    }

    /// A number of bytes for people: `999 B`, `1.5 kB`, `20 MB`.
    package static func size(_ bytes: Int) -> String {
        var value = Double(bytes)
        var unit = "B"
        for next in ["kB", "MB", "GB", "TB", "PB"] where value >= 1_000 {
            value /= 1_000
            unit = next
        }
        if unit == "B" { return "\(bytes) B" }
        let tenths = Int((value * 10).rounded())
        return tenths < 100 ? "\(tenths / 10).\(tenths % 10) \(unit)" : "\(Int(value.rounded())) \(unit)"
    }
}
