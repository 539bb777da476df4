import TestSupport
import Testing

/// `remove`, `rename`, `gc` and replacing, and how they are taken back.
@Suite struct UndoTests {
    /// A project with experiments that differ in their parameter.
    private func experiments(_ names: String...) throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject(steps: 1)
        for (number, name) in names.enumerated() {
            try sandbox.expOK("run", "-q", "--reset", "-n", name, "-S", "lr=0.\(number + 1)")
        }
        return sandbox
    }

    private func references(_ sandbox: Sandbox) throws -> String {
        try sandbox.git("for-each-ref", "--format=%(refname:lstrip=4) %(objectname)", "refs/exps/*/*/*")
    }

    private func state(_ sandbox: Sandbox) throws -> String { try sandbox.git("for-each-ref", "refs/exps") }

    private func names(_ sandbox: Sandbox) throws -> [Substring] {
        try sandbox.expOK("list", "-A", "--name-only").output.split(separator: "\n")
    }

    @Test func removesByNameAllOrNothing() throws {
        let sandbox = try experiments("p", "q", "r")
        let before = try state(sandbox)
        let wrong = try sandbox.exp("remove", "p", "nosuch", "qq")
        #expect(wrong.status == 128 && wrong.errors.contains("no experiment named 'nosuch', 'qq'"), "\(wrong)")
        #expect(wrong.errors.contains("nothing was changed"))
        #expect(try sandbox.exp("remove", "pp").errors.contains("did you mean 'p'"))
        let tip = try sandbox.git("rev-parse", "--short=7", "refs/exps/exec/EXEC_APPLY").dropLast()
        #expect(try sandbox.exp("remove", String(tip)).status == 128)
        #expect(try sandbox.exp("remove").status == 129)
        #expect(try sandbox.exp("remove", "p", "--rev", "HEAD").status == 129)
        #expect(try state(sandbox) == before)
        #expect(try sandbox.expOK("remove", "--dry-run", "p").output.contains("[p] of "))
        #expect(try state(sandbox) == before)
        let outcome = try sandbox.expOK("rm", "p", "q")
        #expect(outcome.errors == "Removed experiments: 'p' and 'q'\n")
        #expect(try names(sandbox) == ["r"])
    }

    @Test func removesSelections() throws {
        let sandbox = try experiments("p", "q")
        try sandbox.git("commit", "-q", "--allow-empty", "-m", "next")
        try sandbox.expOK("run", "-q", "-n", "later")
        try sandbox.expOK("remove", "--keep", "q")
        #expect(try names(sandbox) == ["q"])
        #expect(try sandbox.expOK("remove", "--rev", "HEAD").errors == "No experiments to remove.\n")
        try sandbox.expOK("undo")
        #expect(try names(sandbox) == ["later", "p", "q"])
        try sandbox.expOK("remove", "--rev", "HEAD", "-n", "2")
        #expect(try names(sandbox) == [])
        try sandbox.expOK("undo")
        try sandbox.expOK("remove", "-n", "-1", "--keep")
        #expect(try names(sandbox) == ["later", "p", "q"])
        try sandbox.expOK("remove", "-A")
        #expect(try names(sandbox) == [])
    }

    @Test func undoGoesBackCommandByCommand() throws {
        let sandbox = try experiments("p", "q", "r")
        let before = try state(sandbox)
        // The workspace holds 'r', which the references for DVC say as well.
        try sandbox.expOK("remove", "r", "p")
        #expect(try !state(sandbox).contains("EXEC_APPLY"))
        try sandbox.expOK("rename", "q", "s")
        #expect(try sandbox.expOK("undo", "--list").output.split(separator: "\n").count == 2)
        let would = try sandbox.expOK("undo", "--dry-run")
        #expect(would.errors.contains("Would undo 'rename'"))
        #expect(try names(sandbox) == ["s"])
        #expect(try sandbox.expOK("undo").errors.contains("Brought back: 'q'\nTaken away: 's'"))
        #expect(try names(sandbox) == ["q"])
        try sandbox.expOK("undo")
        #expect(try state(sandbox) == before)
        #expect(try sandbox.expOK("undo", "--list").output == "")
        let none = try sandbox.exp("undo")
        #expect(none.status == 128 && none.errors.contains("nothing was removed or replaced"), "\(none)")
        #expect(try sandbox.git("fsck", "--no-dangling").isEmpty)
    }

    @Test func renamingReplacesOnlyWithForce() throws {
        let sandbox = try experiments("p", "q")
        let before = try state(sandbox)
        #expect(try sandbox.expOK("rename", "p", "p").errors == "No experiments to rename.\n")
        let taken = try sandbox.exp("rename", "p", "q")
        #expect(taken.status == 128 && taken.errors.contains("'q' already exists"), "\(taken)")
        #expect(try sandbox.exp("rename", "p", "no/good").status == 128)
        #expect(try sandbox.exp("rename", "nosuch", "x").errors.contains("no experiment named 'nosuch'"))
        #expect(try state(sandbox) == before)
        let p = try sandbox.git("rev-parse", "refs/exps/exec/EXEC_APPLY^{commit}")
        try sandbox.expOK("rename", "-f", "q", "p")
        #expect(try names(sandbox) == ["p"])
        #expect(try sandbox.git("for-each-ref", "--format=%(objectname)", "refs/exps/*/*/p") == p)
        try sandbox.expOK("undo")
        #expect(try state(sandbox) == before)
    }

    @Test func whatWasReplacedComesBack() throws {
        let sandbox = try experiments("p")
        let first = try references(sandbox)
        try sandbox.expOK("run", "-q", "-f", "--reset", "-n", "p", "-S", "lr=0.7")
        let second = try references(sandbox)
        #expect(first != second)
        try sandbox.write("metrics.json", "{\"loss\": 1}\n")
        try sandbox.expOK("save", "-q", "-f", "-n", "p")
        try sandbox.expOK("undo")
        #expect(try references(sandbox) == second)
        try sandbox.expOK("undo")
        #expect(try references(sandbox) == first)
        // What an undo replaced can be had back beside it.
        try sandbox.expOK("restore", "p", "-n", "replaced")
        #expect(try names(sandbox) == ["p", "replaced"])
    }

    @Test func restoresOneOfMany() throws {
        let sandbox = try experiments("p", "q", "r")
        let before = try references(sandbox)
        try sandbox.expOK("remove", "-A")
        try sandbox.expOK("restore", "q")
        #expect(try names(sandbox) == ["q"])
        #expect(try sandbox.exp("restore", "q").status == 128)
        try sandbox.expOK("rename", "q", "kept")
        try sandbox.expOK("undo")
        try sandbox.expOK("undo")
        #expect(try references(sandbox) == before)
        #expect(try sandbox.exp("restore", "nosuch").errors.contains("that could be brought back"))
    }

    @Test func aNameThatIsThereAgainIsNotReplaced() throws {
        let sandbox = try experiments("p")
        let first = try references(sandbox)
        try sandbox.expOK("remove", "p")
        try sandbox.expOK("run", "-q", "--reset", "-n", "p", "-S", "lr=0.9")
        let second = try references(sandbox)
        let refused = try sandbox.exp("undo")
        #expect(refused.status == 128 && refused.errors.contains("there is an experiment 'p' again"), "\(refused)")
        #expect(try references(sandbox) == second)
        try sandbox.expOK("undo", "--force")
        #expect(try references(sandbox) == first)
        try sandbox.expOK("rename", "p", "old")
        try sandbox.expOK("restore", "p")
        #expect(try references(sandbox).contains(second))
    }

    @Test func keptForSomeDaysFromGitsCollector() throws {
        let sandbox = try experiments("p", "q")
        let before = try state(sandbox)
        try sandbox.expOK("remove", "p")
        try sandbox.git("reflog", "expire", "--expire=now", "--all")
        try sandbox.git("gc", "-q", "--prune=now")
        try sandbox.expOK("undo")
        #expect(try state(sandbox) == before)
        try sandbox.expOK("remove", "p")
        // As if that had been three weeks ago.
        let record = try sandbox.git("for-each-ref", "--format=%(refname)", "refs/git-exp/removed").dropLast()
        let commit = try sandbox.git("rev-parse", String(record)).dropLast()
        let time = try #require(Int(record.dropFirst("refs/git-exp/removed/".count).prefix { $0 != "-" }))
        let old = "refs/git-exp/removed/\(time - 21 * 86_400)-000000000-1"
        try sandbox.git("update-ref", old, String(commit))
        try sandbox.git("update-ref", "-d", String(record))
        #expect(try sandbox.expOK("undo", "--list").output.contains("'p'"))
        try sandbox.git("config", "exp.undoDays", "30")
        try sandbox.expOK("rename", "q", "r")
        #expect(try sandbox.git("for-each-ref", "refs/git-exp").contains(old))
        try sandbox.git("config", "exp.undoDays", "14")
        try sandbox.expOK("rename", "r", "q")
        #expect(try !sandbox.git("for-each-ref", "refs/git-exp").contains(old))
        try sandbox.git("config", "exp.undoDays", "soon")
        #expect(try sandbox.exp("remove", "q").errors.contains("'soon' is not a number of days"))
        try sandbox.git("config", "exp.undoDays", "0")
        try sandbox.expOK("remove", "q")
        #expect(try sandbox.git("for-each-ref", "refs/git-exp") == "")
    }

    @Test func collectingCanBeUndone() throws {
        let sandbox = try experiments("p")
        try sandbox.git("commit", "-q", "--allow-empty", "-m", "next")
        try sandbox.expOK("run", "-q", "-n", "q")
        let before = try references(sandbox)
        #expect(try sandbox.expOK("gc", "-w", "--queued", "--dry-run").output.contains("[p]"))
        let asked = try sandbox.exp("gc", "-w")
        #expect(asked.status == 1 && asked.output.contains("[p] of "), "\(asked)")
        #expect(try references(sandbox) == before)
        #expect(try sandbox.expOK("gc", "-w", "-f").errors.contains("Removed 1 experiment."))
        #expect(try names(sandbox) == ["q"])
        try sandbox.expOK("undo")
        #expect(try references(sandbox) == before)
    }

    @Test func aLockThatAKilledProcessLeftIsTakenAway() throws {
        let sandbox = try experiments("p")
        try sandbox.git("pack-refs", "--all")
        let reference = try sandbox.git("for-each-ref", "--format=%(refname)", "refs/exps/*/*/p").dropLast()
        // The one beside it, and the half-written file of packed references.
        try sandbox.write(".git/\(reference).lock", "")
        try sandbox.write(".git/packed-refs.new", "")
        try sandbox.expOK("remove", "p")
        #expect(try names(sandbox) == [])
        #expect(try !sandbox.exists(".git/\(reference).lock"))
        try sandbox.expOK("undo")
        #expect(try names(sandbox) == ["p"])
    }

    @Test func theDataOfWhatWasRemovedStays() throws {
        let sandbox = try experiments("p", "q")
        try sandbox.expOK("remove", "p")
        try sandbox.expOK("data", "gc", "-w", "-f")
        try sandbox.expOK("undo")
        #expect(try !sandbox.expOK("apply", "p").errors.contains("not in the cache"))
        #expect(try sandbox.read("model.txt") == "step 1 lr 0.1\n")
        try sandbox.expOK("apply", "q")
        try sandbox.git("config", "exp.undoDays", "0")
        try sandbox.expOK("remove", "p")
        let gone = try sandbox.expOK("data", "gc", "-w", "-f")
        #expect(gone.errors.contains("1") || gone.output.contains("1"), "\(gone)")
    }
}
