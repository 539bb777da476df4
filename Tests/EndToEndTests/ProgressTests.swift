import TestSupport
import Testing

/// What long work shows on a terminal; `script` makes one.
@Suite struct ProgressTests {
    private func project() throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.expOK("init")
        // Long to hash, but without a block on the disk.
        #expect(try sandbox.run("truncate", ["-s", "1200M", "large"]).status == 0)
        return sandbox
    }

    private func onTerminal(_ command: String, in sandbox: Sandbox) throws -> String {
        let outcome = try sandbox.run("script", ["-qec", command, "/dev/null"], environment: ["TERM": "xterm"])
        #expect(outcome.status == 0, "\(outcome)")
        return outcome.output
    }

    @Test func longWorkShowsProgressOnATerminalAndLeavesNoTrace() throws {
        let sandbox = try project()
        let output = try onTerminal("git exp add --no-commit large", in: sandbox)
        let lines = output.split(separator: "\r")
        let drawn = lines.filter { $0.hasPrefix("Hashing data: 0 of 1 file, ") }
        #expect(!drawn.isEmpty, "\(output)")
        #expect(drawn.allSatisfy { $0.hasSuffix("\u{1B}[K") && $0.contains("/s, ") && $0.contains(" left") })
        let last = try #require(lines.lastIndex { $0.hasPrefix("Hashing") })
        #expect(lines[last + 1].hasPrefix("\u{1B}[K"), "the line is taken away")
    }

    @Test func theUserWhoWantsQuietIsToldNothing() throws {
        #expect(try onTerminal("git exp add -q --no-commit large", in: project()) == "")
    }

    @Test func withoutATerminalNothingIsShown() throws {
        #expect(try !project().expOK("add", "--no-commit", "large").errors.contains("Hashing"))
    }
}
