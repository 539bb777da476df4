import Files
import TestSupport
import Testing

/// Outputs whose names mean something in a `.gitignore`.
@Suite struct IgnoringTests {
    @Test(arguments: ["o\nREADME", "o\n", "back\\slash", "#a", "!a", "[x]*?", "blank  ", "line\r"])
    func hidesTheOutputAndNothingElse(_ name: String) throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.expOK("stage", "add", "-q", "-n", "a", "-o", name, "printf 1 > \"$OUT\"")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "project")
        let outcome = try sandbox.exp("run", environment: ["OUT": name])
        #expect(outcome.status == 0, "\(outcome)")
        #expect(try sandbox.run("git", ["check-ignore", "-q", "--no-index", "--", name]).status == 0)
        let others = ["README", "o", "backslash", "a", "x", "blank", "line", "ab"].filter { $0 != name }
        for other in others {
            #expect(try sandbox.run("git", ["check-ignore", "-q", "--", other]).status == 1, "\(other)")
        }
        #expect(try sandbox.git("status", "--porcelain", "--untracked-files").contains(".gitignore") == false)
    }
}
