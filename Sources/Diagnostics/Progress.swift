/// Shows on a terminal how far long work is: one line, drawn from the second second on and taken away at the end.
///
/// Short work costs nothing but two looks at the clock, and without a terminal there is nothing at all: the meter is `nil`.
/// There is no thread of its own; whichever worker comes along when the line is due draws it.
package final class Progress: @unchecked Sendable {
    /// For work that nobody watches.
    package static let none = Progress(screen: nil)

    /// Where the line is drawn, and by which clock.
    struct Screen: Sendable {
        /// Nanoseconds from any beginning.
        var now: @Sendable () -> Int64
        /// In columns; `nil` where nothing can be drawn at the moment.
        var width: @Sendable () -> Int?
        /// Draws the line anew, or with `nil` takes it away.
        var draw: @Sendable (String?) -> Void
    }

    private let screen: Screen?
    private let lock = Lock()
    private var isBusy = false

    /// Progress on the standard error of a console, if that is a terminal and its user wants to hear of it.
    package convenience init(_ console: Console) {
        self.init(screen: console.showsProgress ? ProgressLine.screen : nil)
    }

    init(screen: Screen?) { self.screen = screen }

    /// Does work and shows how far it is.
    ///
    /// Work inside of other work is part of that one: its own meter is `nil`.
    ///
    /// - Parameters:
    ///   - work: What is done, such as "Hashing".
    ///   - files: How many files there are; `nil` where nobody knows.
    ///   - bytes: How much there is to read or transfer; `nil` where nobody knows.
    ///   - body: Tells the meter what is done, from any thread.
    package func during<Value>(
        _ work: String, files: Int?, bytes: Int?, _ body: (ProgressMeter?) throws -> Value
    ) rethrows -> Value {
        guard let screen, lock.with({ take() }) else { return try body(nil) }
        let meter = ProgressMeter(ProgressText(work: work, files: files, bytes: bytes), screen)
        defer {
            meter.end()
            lock.with { isBusy = false }
        }
        return try body(meter)
    }

    private func take() -> Bool {
        defer { isBusy = true }
        return !isBusy
    }
}

/// Counts what is done of one piece of long work.
package final class ProgressMeter: @unchecked Sendable {
    private static let second: Int64 = 1_000_000_000
    private let text: ProgressText
    private let screen: Progress.Screen
    private let begin: Int64
    private let lock = Lock()
    private var files = 0
    private var bytes = 0
    private var due: Int64
    private var isDrawn = false

    init(_ text: ProgressText, _ screen: Progress.Screen) {
        self.text = text
        self.screen = screen
        begin = screen.now()
        due = begin + Self.second
    }

    /// Takes note of what was done since the last call. Call it once per block or per handful of files, not per byte.
    package func advance(files: Int = 0, bytes: Int = 0) {
        lock.with {
            self.files += files
            self.bytes += bytes
            let now = screen.now()
            guard now >= due else { return }
            due = now + Self.second / 5
            guard let width = screen.width() else { return }
            isDrawn = true
            screen.draw(text.line(files: self.files, bytes: self.bytes, nanoseconds: now - begin, width: width))
        }
    }

    func end() {
        lock.with {
            if isDrawn { screen.draw(nil) }
        }
    }
}
