import TestSupport
import Testing

/// Entries that were taken out of the queue, and how they come back.
@Suite struct QueueUndoTests {
    /// A project with experiments `a`, `b` and `c` in the queue, of which `b` is held.
    private func queued() throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject(steps: 1)
        for (number, name) in ["a", "b", "c"].enumerated() {
            try sandbox.expOK("run", "-q", "--queue", "-n", name, "-S", "lr=0.\(number + 1)")
        }
        try sandbox.expOK("queue", "hold", "b")
        return sandbox
    }

    private func status(_ sandbox: Sandbox) throws -> String { try sandbox.expOK("queue", "status", "--json").output }

    @Test(arguments: [["queue", "remove", "--queued"], ["remove", "--queue"], ["remove", "a", "b", "c"]])
    func whatWaitedComesBackAsItWas(call: [String]) throws {
        let sandbox = try queued()
        let before = try status(sandbox)
        #expect(try sandbox.run("git", ["exp"] + call).exit.isSuccess)
        #expect(try sandbox.git("for-each-ref", "refs/exps") == "")
        let names = call.contains("a") ? "'a', 'b', 'c'" : "'a', 'c', 'b'"
        #expect(try sandbox.expOK("undo", "--list").output.hasSuffix("  queue remove  \(names)\n"))
        #expect(try sandbox.expOK("undo", "--dry-run").errors.contains("Back in the queue: \(names)"))
        #expect(try !status(sandbox).contains("\"a\""))
        // The commits of the entries are kept from git's clean-up.
        try sandbox.git("gc", "-q", "--prune=now")
        try sandbox.expOK("clean")
        #expect(try sandbox.expOK("undo").errors.contains("Back in the queue: \(names)"))
        #expect(try status(sandbox) == before)
        #expect(try sandbox.exp("undo").errors.contains("nothing was removed"))
        try sandbox.expOK("run", "-q", "--run-all")
        #expect(try sandbox.expOK("list", "--name-only").output == "a\nc\n")
        let tip = try sandbox.git("for-each-ref", "--format=%(objectname)", "refs/exps/*/*/a").dropLast()
        #expect(try sandbox.git("show", "\(tip):params.yaml").contains("lr: 0.1"))
    }

    @Test func oneComesBackByItsName() throws {
        let sandbox = try queued()
        try sandbox.expOK("queue", "remove", "a", "c")
        #expect(try sandbox.expOK("restore", "c").errors == "'c' is back in the queue.\n")
        #expect(try sandbox.exp("restore", "c").errors.contains("no experiment 'c' that could be brought back"))
        #expect(try sandbox.exp("restore", "a", "-n", "other").status == 128)
        // The rest, and nothing else.
        #expect(try sandbox.expOK("undo").errors.contains("Back in the queue: 'a'\n"))
        try sandbox.expOK("run", "-q", "--run-all")
        #expect(try sandbox.expOK("list", "--name-only").output == "a\nc\n")
    }

    @Test func aNameThatIsTakenMeanwhileStops() throws {
        let sandbox = try queued()
        try sandbox.expOK("queue", "remove", "a")
        try sandbox.expOK("run", "-q", "-n", "a")
        let outcome = try sandbox.exp("undo")
        #expect(outcome.status == 128 && outcome.errors.contains("experiment 'a' already exists"), "\(outcome)")
        #expect(outcome.errors.contains("git exp rename"))
        try sandbox.expOK("rename", "a", "first")
        try sandbox.expOK("restore", "a")
        #expect(try status(sandbox).contains("\"a\""))
    }

    @Test func whatIsCompleteLeavesNothingToUndo() throws {
        let sandbox = try queued()
        try sandbox.expOK("run", "-q", "--run-all")
        try sandbox.expOK("queue", "remove", "--success")
        #expect(try sandbox.exp("undo").errors.contains("nothing was removed"))
    }
}
