import TestSupport
import Testing

/// Experiments whose baseline is rewritten, and how they move to what it became.
@Suite struct SurvivalTests {
    /// A project with an experiment of two checkpoints on a commit that adds a file.
    private func project(message: String = "Try a wider layer") throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject(steps: 2)
        try sandbox.write("wide.txt", "wide\n")
        try sandbox.git("add", "wide.txt")
        try sandbox.git("commit", "-q", "-m", message)
        try sandbox.expOK("run", "-q", "-n", "otter")
        return sandbox
    }

    private func short(_ sandbox: Sandbox, _ revision: String) throws -> String {
        String(try sandbox.git("rev-parse", "--short=7", revision).dropLast())
    }

    /// Checks that the experiment is told of, found anew after moving, and back after undoing.
    private func expectMoves(_ sandbox: Sandbox, from old: String, to new: String) throws {
        let trees = try sandbox.git("log", "--format=%T %s", "-n", "3", "refs/exps/exec/EXEC_APPLY")
        for command in ["list", "show"] {
            let outcome = try sandbox.expOK(command)
            #expect(!outcome.output.contains("otter"), "\(outcome)")
            #expect(
                outcome.errors.contains("1 experiment hangs on a commit that no branch has any more:"), "\(outcome)")
            #expect(outcome.errors.contains(", now \(new): otter"), "\(outcome)")
        }
        #expect(try sandbox.expOK("list", "-A").output.contains("\(old) (now \(new)):\n\t"))
        #expect(try sandbox.expOK("show", "-A").output.contains("[otter]"))
        #expect(try sandbox.expOK("list", "--name-only").errors == "")
        #expect(try sandbox.expOK("rehome", "--dry-run").output == "[otter] \(old) -> \(new)\n")
        try sandbox.expOK("rehome")
        #expect(try sandbox.expOK("list", "--rev", new).output.contains("[otter]"))
        #expect(try sandbox.expOK("list").errors == "")
        #expect(try sandbox.git("log", "--format=%T %s", "-n", "3", "refs/exps/exec/EXEC_APPLY") == trees)
        #expect(try short(sandbox, "refs/exps/exec/EXEC_APPLY~3") == new)
        #expect(try sandbox.expOK("rehome").errors.contains("hang on commits of a branch"))
        try sandbox.expOK("undo")
        #expect(try sandbox.expOK("list", "-A").output.contains("\(old) (now \(new)):\n\t"))
        #expect(try sandbox.git("fsck", "--no-dangling").isEmpty)
    }

    @Test func afterAmending() throws {
        let sandbox = try project()
        let old = try short(sandbox, "HEAD")
        try sandbox.write("wide.txt", "wider\n")
        try sandbox.git("commit", "-q", "-a", "--amend", "-m", "Another message", "--date", "2020-01-01T00:00:00")
        try sandbox.git("commit", "-q", "--amend", "-m", "And another")
        try expectMoves(sandbox, from: old, to: try short(sandbox, "HEAD"))
    }

    @Test func afterRebasing() throws {
        let sandbox = try project()
        let old = try short(sandbox, "HEAD")
        try sandbox.git("branch", "other", "HEAD~1")
        try sandbox.git("stash", "-q")
        try sandbox.git("checkout", "-q", "other")
        try sandbox.write("elsewhere.txt", "1\n")
        try sandbox.git("add", "elsewhere.txt")
        try sandbox.git("commit", "-q", "-m", "Meanwhile")
        try sandbox.git("checkout", "-q", "main")
        try sandbox.git("rebase", "-q", "other")
        try expectMoves(sandbox, from: old, to: try short(sandbox, "HEAD"))
    }

    @Test func afterPickingWithAnotherAuthor() throws {
        let sandbox = try project()
        let old = try short(sandbox, "HEAD")
        try sandbox.git("stash", "-q")
        try sandbox.git("reset", "-q", "--hard", "HEAD~1")
        try sandbox.write("elsewhere.txt", "1\n")
        try sandbox.git("add", "elsewhere.txt")
        try sandbox.git("commit", "-q", "-m", "Meanwhile")
        try sandbox.git("cherry-pick", "--no-commit", old)
        try sandbox.git("commit", "-q", "-m", "Something else", "--author", "Bob <bob@example.com>")
        try expectMoves(sandbox, from: old, to: try short(sandbox, "HEAD"))
    }

    @Test func afterSquashing() throws {
        let sandbox = try project()
        let old = try short(sandbox, "HEAD")
        try sandbox.git("stash", "-q")
        try sandbox.write("later.txt", "1\n")
        try sandbox.git("add", "later.txt")
        try sandbox.git("commit", "-q", "-m", "Later")
        try sandbox.git("checkout", "-q", "-b", "release", "HEAD~2")
        try sandbox.git("merge", "-q", "--squash", "main")
        let message = "All of it\n\n* Try a wider layer\n* Later\n"
        try sandbox.git("commit", "-q", "-m", message, "--date", "2021-01-01T00:00:00")
        try sandbox.git("branch", "-q", "-D", "main")
        try expectMoves(sandbox, from: old, to: try short(sandbox, "HEAD"))
    }

    @Test func whereTheOldCommitIsStillOnABranch() throws {
        let sandbox = try project()
        try sandbox.git("commit", "-q", "--allow-empty", "-m", "next")
        #expect(try sandbox.expOK("list").errors == "")
        #expect(try sandbox.expOK("rehome").errors.contains("hang on commits of a branch"))
        let refused = try sandbox.exp("rehome", "otter")
        #expect(refused.status == 128 && refused.errors.contains("'--onto COMMIT'"), "\(refused)")
        try sandbox.expOK("rehome", "otter", "--onto", "HEAD")
        #expect(try sandbox.expOK("list").output.contains("[otter]"))
    }

    @Test func whereItCannotBeTold() throws {
        let sandbox = try project(message: "Gone")
        try sandbox.git("stash", "-q")
        try sandbox.git("reset", "-q", "--hard", "HEAD~1")
        try sandbox.write("other.txt", "1\n")
        try sandbox.git("add", "other.txt")
        try sandbox.git("commit", "-q", "-m", "Unrelated", "--author", "Bob <bob@example.com>")
        let outcome = try sandbox.expOK("rehome")
        #expect(outcome.errors.contains("cannot tell what became of the commit of 'otter'"), "\(outcome)")
        #expect(try !sandbox.expOK("list").output.contains("otter"))
        // Its name is taken there.
        try sandbox.expOK("run", "-q", "--reset", "-n", "otter")
        #expect(try sandbox.exp("rehome", "--all").errors.contains("'otter' of "))
        try sandbox.expOK("rename", "otter", "mine")
        try sandbox.expOK("rehome", "--all")
        #expect(try sandbox.expOK("list", "--name-only").output == "mine\notter\n")
        #expect(try sandbox.exp("rehome", "mine", "--onto", "otter").status == 128)
    }
}
