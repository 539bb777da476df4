import Synchronization
import Testing

@testable import Diagnostics

@Suite struct ProgressTests {
    /// A terminal whose clock only a test moves.
    private final class Terminal: Sendable {
        private let clock = Atomic<Int64>(0)
        private let lock = Lock()
        nonisolated(unsafe) private var drawn: [String?] = []

        var lines: [String?] { lock.with { drawn } }

        func pass(seconds: Double) { clock.add(Int64(seconds * 1e9), ordering: .relaxed) }

        func progress(width: Int? = 100) -> Progress {
            Progress(
                screen: Progress.Screen(
                    now: { self.clock.load(ordering: .relaxed) }, width: { width },
                    draw: { line in self.lock.with { self.drawn.append(line) } }))
        }
    }

    @Test func shortWorkShowsNothing() {
        let terminal = Terminal()
        terminal.progress().during("Hashing", files: 2, bytes: 10) { meter in
            terminal.pass(seconds: 0.9)
            meter?.advance(files: 2, bytes: 10)
        }
        #expect(terminal.lines == [])
    }

    @Test func longWorkShowsALineNowAndThenAndTakesItAway() {
        let terminal = Terminal()
        terminal.progress().during("Hashing", files: 50_000, bytes: 4_000_000_000) { meter in
            terminal.pass(seconds: 2)
            meter?.advance(files: 12_345, bytes: 1_000_000_000)
            terminal.pass(seconds: 0.1)
            meter?.advance(files: 1)
            terminal.pass(seconds: 0.1)
            meter?.advance(files: 1)
        }
        let seen = terminal.lines
        #expect(seen.count == 3)
        #expect(seen[0] == "Hashing: 12,345 of 50,000 files, 1.0 GB of 4.0 GB, 500 MB/s, 0:06 left")
        #expect(seen[1]?.hasPrefix("Hashing: 12,347 of") == true)
        #expect(seen[2] == nil)
    }

    @Test func workInsideOfWorkBelongsToIt() {
        let terminal = Terminal()
        let progress = terminal.progress()
        progress.during("Outer", files: nil, bytes: nil) { outer in
            #expect(outer != nil)
            progress.during("Inner", files: 1, bytes: 1) { #expect($0 == nil) }
        }
        progress.during("Next", files: nil, bytes: nil) { #expect($0 != nil) }
        Progress.none.during("Nobody watches", files: 1, bytes: 1) { #expect($0 == nil) }
    }

    @Test func aFailureTakesTheLineAway() {
        struct Broken: Error {}
        let terminal = Terminal()
        #expect(throws: Broken.self) {
            try terminal.progress().during("Hashing", files: 1, bytes: 1) { meter in
                terminal.pass(seconds: 2)
                meter?.advance(bytes: 1)
                throw Broken()
            }
        }
        #expect(terminal.lines.count == 2 && terminal.lines[1] == nil)
    }

    @Test func nothingIsDrawnWhileNothingCanBe() {
        let terminal = Terminal()
        terminal.progress(width: nil).during("Hashing", files: 1, bytes: 1) { meter in
            terminal.pass(seconds: 2)
            meter?.advance(bytes: 1)
        }
        #expect(terminal.lines == [])
    }

    @Test(arguments: [
        (nil, nil, 3, 0, "Work: 3 files"), (2, nil, 1, 0, "Work: 1 of 2 files, 0:10 left"),
        (1, 0, 0, 0, "Work: 0 of 1 file"), (nil, 1_500, 0, 15, "Work: 15 B of 1.5 kB, 1 B/s, 16:30 left"),
        (nil, 1_000_000_000, 0, 1_000_000, "Work: 1.0 MB of 1.0 GB, 100 kB/s, 2:46:30 left"),
        (nil, nil, 0, 999_600, "Work: 1.0 MB, 100 kB/s"),
    ])
    func theLineSaysWhatIsKnown(_ files: Int?, _ bytes: Int?, _ done: Int, _ read: Int, _ line: String) {
        let text = ProgressText(work: "Work", files: files, bytes: bytes)
        #expect(text.line(files: done, bytes: read, nanoseconds: 10_000_000_000, width: 80) == line)
    }

    @Test func theLineNeverWraps() {
        let text = ProgressText(work: "Hashing data", files: 10, bytes: 1_000)
        #expect(text.line(files: 5, bytes: 500, nanoseconds: 1_000_000_000, width: 20) == "Hashing data: 5 of ")
    }
}
