import TestSupport
import Testing

/// `git exp save` records the workspace without running anything.
@Suite struct SaveTests {
    /// A project whose model was made by hand.
    private func handMade() throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.write("model.txt", "by hand\n")
        try sandbox.write("metrics.json", "{\"loss\": 5}\n")
        return sandbox
    }

    private func tip(_ sandbox: Sandbox, _ name: String) throws -> String {
        String(try sandbox.git("for-each-ref", "--format=%(objectname)", "refs/exps/*/*/\(name)").dropLast())
    }

    @Test func holdsTheWorkspaceAndTouchesNothing() throws {
        let sandbox = try handMade()
        try sandbox.write("staged.txt", "new\n")
        try sandbox.git("add", "staged.txt")
        try sandbox.write("params.yaml", "steps: 3\nlr: 0.5\n")
        try sandbox.write("loose.txt", "not git's\n")
        let before = try sandbox.untouched(includingStatus: false)
        let outcome = try sandbox.expOK("save", "-n", "mine")
        #expect(try sandbox.untouched(includingStatus: false) == before)
        #expect(outcome.output == "" && outcome.errors.contains("Experiment has been saved as: mine"), "\(outcome)")
        #expect(outcome.errors.contains("not part of the experiment: 'loose.txt'"))
        let commit = try tip(sandbox, "mine")
        let files = try sandbox.git("diff", "--name-only", "HEAD", commit).split(separator: "\n")
        #expect(files == ["dvc.lock", "metrics.json", "params.yaml", "staged.txt"])
        #expect(try sandbox.git("rev-parse", commit + "^") == sandbox.git("rev-parse", "HEAD"))
        #expect(try sandbox.git("log", "-1", "--format=%B", commit).hasPrefix("dvc: commit experiment "))
        #expect(try sandbox.git("show", commit + ":dvc.lock") == sandbox.read("dvc.lock"))
        // The data is there: applying something else and coming back loses nothing.
        try sandbox.write("model.txt", "other\n")
        try sandbox.expOK("apply", "mine")
        #expect(try sandbox.read("model.txt") == "by hand\n")
    }

    @Test func takesNameMessageAndUntrackedFiles() throws {
        let sandbox = try handMade()
        try sandbox.write("notes/a.txt", "a\n")
        try sandbox.write("notes/b.txt", "b\n")
        let outcome = try sandbox.expOK("save", "-m", "of last night", "-I", "notes/a.txt", "--json")
        let drawn = try sandbox.expOK("list", "--name-only").output.dropLast()
        let commit = try tip(sandbox, String(drawn))
        #expect(outcome.output == "{\"ref\": \"\(commit)\"}\n")
        #expect(try sandbox.git("cat-file", "commit", commit).hasSuffix("\n\nof last night"))
        #expect(try sandbox.git("ls-tree", "-r", "--name-only", commit, "notes") == "notes/a.txt\n")
        #expect(outcome.errors.contains("'notes/b.txt'"))
        for (path, reason) in [
            ("nothing", "does not exist"), ("../x", "not in this repository"), (".git/HEAD", "not in"),
        ] {
            let refused = try sandbox.exp("save", "-n", "no", "-I", path)
            #expect(refused.status == 128 && refused.errors.contains(reason), "\(refused)")
        }
        #expect(try tip(sandbox, "no") == "")
    }

    @Test func replacesOnlyWithForce() throws {
        let sandbox = try handMade()
        try sandbox.expOK("save", "-n", "mine")
        let first = try tip(sandbox, "mine")
        try sandbox.write("metrics.json", "{\"loss\": 4}\n")
        let refused = try sandbox.exp("save", "-n", "mine")
        #expect(refused.status == 128 && refused.errors.contains("experiment 'mine' already exists"), "\(refused)")
        #expect(try tip(sandbox, "mine") == first)
        try sandbox.expOK("save", "-f", "-n", "mine")
        #expect(try tip(sandbox, "mine") != first)
    }

    @Test func limitsItselfToTargets() throws {
        let sandbox = try handMade()
        try sandbox.write("other.txt", "2\n")
        try sandbox.expOK("stage", "add", "-q", "-n", "second", "-o", "other.txt", "echo 2 > other.txt")
        try sandbox.expOK("save", "-n", "one", "train")
        let lock = try sandbox.git("show", try tip(sandbox, "one") + ":dvc.lock")
        #expect(lock.contains("train:") && !lock.contains("second:"), "\(lock)")
        #expect(try sandbox.exp("save", "-n", "two", "nosuch").status == 128)
    }

    @Test func refusesWhereNothingCanBeSaved() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        let outcome = try sandbox.exp("save", "-n", "early")
        #expect(outcome.status == 128 && outcome.errors.contains("'model.txt'"), "\(outcome)")
        #expect(try tip(sandbox, "early") == "")
    }
}
