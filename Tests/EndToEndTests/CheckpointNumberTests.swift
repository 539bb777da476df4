import TestSupport
import Testing

/// `NAME@N` counts what the table shows below the name.
@Suite struct CheckpointNumberTests {
    private func steps(_ sandbox: Sandbox) throws -> Int? {
        try sandbox.read("model.txt")?.split(separator: "\n").count
    }

    @Test func endsOfRunsHaveNoNumber() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject(steps: 2)
        try sandbox.expOK("run", "-n", "one")
        try sandbox.expOK("run")
        // Two steps, and the ends of two runs that changed nothing.
        #expect(try sandbox.git("rev-list", "--count", "main..refs/exps/exec/EXEC_APPLY") == "4\n")
        try sandbox.expOK("apply", "one@2")
        #expect(try steps(sandbox) == 2)
        let outcome = try sandbox.exp("apply", "one@3")
        #expect(outcome.status == 128 && outcome.errors.contains("the experiment has 2"), "\(outcome)")
    }

    @Test func aForkCountsItsOwn() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject(steps: 3)
        try sandbox.expOK("run", "-n", "parent")
        try sandbox.expOK("apply", "parent@2")
        try sandbox.expOK("run", "-n", "kid", "-S", "lr=0.5")
        try sandbox.expOK("apply", "kid@1")
        #expect(try steps(sandbox) == 3)
        #expect(try sandbox.read("model.txt")?.contains("step 3 lr 0.5") == true)
        #expect(try sandbox.exp("apply", "kid@2").errors.contains("the experiment has 1"))
        try sandbox.expOK("apply", "parent@3")
        #expect(try sandbox.read("model.txt")?.contains("step 3 lr 0.1") == true)
    }

    @Test func theOneThatShowsACheckpointIsContinued() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject(steps: 3)
        try sandbox.expOK("run", "-n", "parent")
        try sandbox.expOK("apply", "parent@2")
        // By its name this one comes first.
        try sandbox.expOK("run", "-n", "a-kid", "-S", "lr=0.5")
        try sandbox.expOK("apply", "parent@2")
        let outcome = try sandbox.expOK("run", "-S", "lr=0.7")
        #expect(outcome.errors.contains("of 'parent'"), "\(outcome)")
    }

    @Test func anExperimentWithoutCheckpointsHasOne() throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.write("params.yaml", "lr: 1\n")
        try sandbox.expOK("stage", "add", "-q", "-n", "a", "-p", "lr", "-O", "out.txt", "cp params.yaml out.txt")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "project")
        try sandbox.expOK("run", "-n", "plain", "-S", "lr=2")
        try sandbox.expOK("apply", "plain@1")
        #expect(try sandbox.exp("apply", "plain@2").status == 128)
    }
}
