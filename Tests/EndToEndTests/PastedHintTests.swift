import TestSupport
import Testing

/// What messages propose can be copied into a shell.
@Suite struct PastedHintTests {
    @Test func namesThatAShellWouldMisread() throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        for name in ["-dash", "n\nl", "it's"] { try sandbox.write(name, "1") }
        let errors = try sandbox.expOK("add", "--", "-dash", "n\nl", "it's").errors
        let command = try #require(errors.split(separator: "\n").first { $0.hasPrefix("\tgit add") })
        let outcome = try sandbox.run("bash", ["-ec", String(command)])
        #expect(outcome.status == 0, "\(outcome)")
        let staged = try sandbox.git("diff", "--cached", "--name-only", "-z").split(separator: "\0")
        #expect(staged.contains("-dash.dvc") && staged.contains("n\nl.dvc") && staged.contains("it's.dvc"))
    }

    /// `script` gives the command a terminal.
    @Test func aTerminalGetsNoControlCharactersOfMetrics() throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.write("params.yaml", "p: \"a\\e[31mb\"\n")
        try sandbox.write("dvc.yaml", "stages:\n  s:\n    cmd: 'true'\n    params: [p]\n")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-qm", "project")
        let shown = try sandbox.run("script", ["-qec", "git exp show --csv", "/dev/null"]).output
        #expect(shown.contains("a\\x1b[31mb") && !shown.contains("\u{1B}[31m"), "\(shown)")
        #expect(try sandbox.expOK("show", "--csv").output.contains("a\u{1B}[31mb"))
    }
}
