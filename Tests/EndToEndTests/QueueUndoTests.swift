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
        #expect(try sandbox.expOK("undo", "--dry-run").errors.contains("To go back into the queue: \(names)"))
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
        // It left the record, which has the other one only.
        try sandbox.expOK("queue", "remove", "c")
        try sandbox.expOK("restore", "c")
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
        #expect(outcome.status == 128 && outcome.errors.contains("there is an experiment 'a' again"), "\(outcome)")
        #expect(outcome.errors.contains("git exp rename"))
        try sandbox.expOK("rename", "a", "first")
        try sandbox.expOK("restore", "a")
        #expect(try status(sandbox).contains("\"a\""))
        // Or the other one goes, and can be restored itself.
        try sandbox.expOK("queue", "remove", "c")
        try sandbox.expOK("run", "-q", "--reset", "-n", "c")
        #expect(try sandbox.expOK("undo", "--force").errors.contains("Taken away: 'c'\nBack in the queue: 'c'"))
        #expect(try sandbox.expOK("list", "--name-only").output == "first\n")
        try sandbox.expOK("queue", "remove", "c")
        #expect(try sandbox.expOK("restore", "c").errors.contains("back in the queue"))
    }

    @Test func restoredEntriesAreNotUndoneAgain() throws {
        let sandbox = try queued()
        try sandbox.expOK("queue", "remove", "a")
        try sandbox.expOK("queue", "remove", "c")
        try sandbox.expOK("restore", "c")
        try sandbox.expOK("run", "-q", "--run-all")
        try sandbox.expOK("queue", "remove", "--success")
        #expect(try sandbox.expOK("undo").errors.contains("Back in the queue: 'a'\n"))
    }

    /// In Swift's characters these join with the slash, the space or the line feed beside them.
    @Test(arguments: ["\u{301}x", "x\u{600}", "ü"]) func namesThatJoinWithTheirNeighboursComeBack(name: String) throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject(steps: 1)
        try sandbox.expOK("run", "-q", "--queue", "-n", name)
        try sandbox.expOK("queue", "remove", "--all")
        try sandbox.expOK("undo")
        try sandbox.expOK("run", "-q", "--run-all")
        try sandbox.expOK("remove", name)
        try sandbox.expOK("undo")
        let names = try sandbox.expOK("list", "--name-only").output
        #expect(names.utf8.elementsEqual((name + "\n").utf8))
        #expect(try sandbox.git("for-each-ref", "refs/git-exp/queued") == "")
    }

    @Test func commitsOfEntriesOutliveTheLogsOfReferences() throws {
        let sandbox = try queued()
        try sandbox.git("reflog", "expire", "--expire=now", "--all")
        try sandbox.git("gc", "-q", "--prune=now")
        try sandbox.expOK("queue", "release", "b")
        try sandbox.expOK("run", "-q", "--run-all")
        #expect(try sandbox.expOK("list", "--name-only").output == "a\nb\nc\n")
        try sandbox.expOK("queue", "remove", "--all")
        #expect(try sandbox.git("for-each-ref", "refs/git-exp/queue", "refs/exps/celery") == "")
    }

    @Test func anEntryWhoseCommitIsLostStopsNobodyElse() throws {
        let sandbox = try queued()
        let lost = try #require(
            try sandbox.git("for-each-ref", "--format=%(refname)", "refs/git-exp/queue").split(separator: "\n").first)
        let id = lost.suffix(40)
        try sandbox.git("update-ref", "-d", String(lost))
        try sandbox.git("reflog", "expire", "--expire=now", "--all")
        try sandbox.git("update-ref", "-d", "refs/exps/celery/stash")
        try sandbox.git("gc", "-q", "--prune=now")
        #expect(try sandbox.exp("queue", "status").output.contains(id.prefix(7)))
        try sandbox.expOK("queue", "release", "b")
        #expect(try sandbox.exp("run", "-q", "--run-all").status == 1)
        #expect(try sandbox.expOK("list", "--name-only").output.split(separator: "\n").count == 2)
        try sandbox.expOK("queue", "remove", "--all")
        #expect(try !sandbox.expOK("queue", "status").output.contains(id.prefix(7)))
    }

    @Test func dataOfRemovedEntriesIsKept() throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.write("data.txt", "one\n")
        try sandbox.expOK("add", "-q", "data.txt")
        try sandbox.expOK(
            "stage", "add", "-q", "-n", "copy", "-d", "data.txt", "-o", "copy.txt", "cp data.txt copy.txt")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "project")
        try sandbox.write("data.txt", "two\n")
        try sandbox.expOK("run", "-q", "--queue", "-n", "a")
        try sandbox.write("data.txt", "one\n")
        try sandbox.expOK("queue", "remove", "a")
        try sandbox.expOK("data", "gc", "-w", "-f")
        try sandbox.expOK("undo")
        try sandbox.expOK("run", "-q", "--run-all")
        try sandbox.expOK("apply", "-q", "a")
        #expect(try sandbox.read("copy.txt") == "two\n")
    }

    @Test func aForcedNameReplacesWhatWaits() throws {
        let sandbox = try queued()
        let outcome = try sandbox.expOK("run", "--queue", "-f", "-n", "a", "-S", "lr=0.7")
        #expect(outcome.errors.contains("Replaced what waited in the queue as 'a'"), "\(outcome)")
        try sandbox.expOK("run", "-q", "--run-all")
        let tip = try sandbox.git("for-each-ref", "--format=%(objectname)", "refs/exps/*/*/a").dropLast()
        #expect(try sandbox.git("show", "\(tip):params.yaml").contains("lr: 0.7"))
    }

    @Test func whatIsCompleteLeavesNothingToUndo() throws {
        let sandbox = try queued()
        try sandbox.expOK("run", "-q", "--run-all")
        try sandbox.expOK("queue", "remove", "--success")
        #expect(try sandbox.exp("undo").errors.contains("nothing was removed"))
    }
}
