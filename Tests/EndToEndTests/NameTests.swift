import TestSupport
import Testing

/// What an experiment may be called.
@Suite struct NameTests {
    @Test func aNameThatDVC2TakesForACommitIsRefusedWhereItIsUsed() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.expOK("run", "-n", "e1")
        try sandbox.expOK("rename", "e1", "plain")
        try sandbox.git("config", "exp.generation", "2")
        let before = try sandbox.git("for-each-ref")
        for arguments in [
            ["run", "-f", "-n", "e1"], ["run", "--queue", "-n", "e1"], ["run", "--temp", "-n", "e1"],
            ["save", "-n", "e1"],
            ["rename", "plain", "e1"], ["run", "--queue", "--rev", "HEAD", "-n", "e1"],
        ] {
            let outcome = try sandbox.run("git", ["exp"] + arguments)
            #expect(outcome.status == 128 && outcome.errors.contains("DVC 2"), "\(arguments): \(outcome)")
        }
        #expect(try sandbox.git("for-each-ref") == before)
        try sandbox.expOK("rename", "plain", "better")
        try sandbox.expOK("remove", "better")
        #expect(try sandbox.exp("restore", "better", "--name", "e1").errors.contains("DVC 2"))
    }
}
