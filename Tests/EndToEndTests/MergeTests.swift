import TestSupport
import Testing

/// Merges by git itself, with git exp as its merge driver.
@Suite struct MergeTests {
    private static let attributes = """
        dvc.lock merge=git-exp-lock diff=git-exp-lock
        dvc.yaml merge=git-exp-yaml
        *.dvc merge=git-exp-dvc

        """

    /// A repository with the driver, two stages that have run, and a branch `side` to change.
    private func project() throws -> Sandbox {
        let sandbox = try Sandbox()
        for kind in ["lock", "yaml", "dvc"] {
            try sandbox.git(
                "config", "merge.git-exp-\(kind).driver",
                "git exp merge-driver --kind \(kind) --marker-size %L %O %A %B %P")
        }
        try sandbox.git("config", "diff.git-exp-lock.textconv", "git exp textconv")
        try sandbox.write(".gitattributes", Self.attributes)
        try sandbox.expOK("init", "-q")
        for (name, input) in [("one", "a.txt"), ("two", "b.txt")] {
            try sandbox.write(input, input + "\n")
            try sandbox.expOK(
                "stage", "add", "-q", "-n", name, "-d", input, "-O", "\(name).txt", "cat \(input) > \(name).txt")
        }
        try sandbox.write(
            "dvc.yaml",
            try #require(try sandbox.read("dvc.yaml")).replacing("  two:", with: "  # the second\n  two:"))
        try commit(sandbox, "base")
        try sandbox.git("branch", "side")
        return sandbox
    }

    private func commit(_ sandbox: Sandbox, _ message: String) throws {
        try sandbox.expOK("repro", "-q")
        try sandbox.git("add", "-A")
        try sandbox.git("commit", "-q", "-m", message)
    }

    /// Each branch changes the input of another stage.
    private func divergedProject() throws -> Sandbox {
        let sandbox = try project()
        try sandbox.write("a.txt", "of main\n")
        try commit(sandbox, "main")
        try sandbox.git("checkout", "-q", "side")
        try sandbox.write("b.txt", "of side\n")
        try sandbox.expOK(
            "stage", "add", "-q", "-n", "three", "-d", "b.txt", "-O", "three.txt", "cat b.txt > three.txt")
        try commit(sandbox, "side")
        try sandbox.git("checkout", "-q", "main")
        return sandbox
    }

    private func expectFresh(_ sandbox: Sandbox) throws {
        #expect(try sandbox.git("status", "--porcelain") == "")
        let lock = try sandbox.read("dvc.lock")
        let status = try sandbox.exp("status")
        #expect(status.errors.contains("up to date"), "\(status)")
        try sandbox.expOK("repro", "-q", "-f")
        #expect(try sandbox.read("dvc.lock") == lock)
    }

    @Test func branchesThatChangedOtherStages() throws {
        let merged = try divergedProject()
        try merged.git("merge", "-q", "--no-edit", "side")
        try expectFresh(merged)
        #expect(try #require(try merged.read("dvc.yaml")).contains("  # the second\n  two:"))

        let rebased = try divergedProject()
        try rebased.git("checkout", "-q", "side")
        try rebased.git("rebase", "-q", "main")
        try expectFresh(rebased)

        let picked = try divergedProject()
        try picked.git("cherry-pick", "side")
        try expectFresh(picked)
    }

    @Test func branchesThatWereMergedCrosswise() throws {
        let sandbox = try project()
        try sandbox.write("a.txt", "of main\n")
        try commit(sandbox, "main")
        try sandbox.git("tag", "main-before")
        try sandbox.git("checkout", "-q", "side")
        try sandbox.write("a.txt", "of side\n")
        try commit(sandbox, "side")
        try sandbox.git("tag", "side-before")
        // Each merges the other one, and both solve the conflict alike.
        for (branch, other) in [("side", "main-before"), ("main", "side-before")] {
            try sandbox.git("checkout", "-q", branch)
            #expect(try sandbox.run("git", ["merge", "-q", other]).status == 1)
            try sandbox.write("a.txt", "of both\n")
            try commit(sandbox, "merged")
            try sandbox.write("b.txt", branch == "main" ? "of main\n" : "b.txt\n")
            try sandbox.expOK("repro", "-q")
            try sandbox.git("add", "-A")
            try sandbox.git("commit", "-q", "--allow-empty", "-m", "more")
        }
        let merge = try sandbox.run("git", ["merge", "-q", "-m", "cross", "side"])
        #expect(merge.exit.isSuccess, "\(merge)")
        #expect(!merge.errors.contains("CONFLICT"))
        try expectFresh(sandbox)
    }

    @Test func aStageThatBothChangedRunsAgain() throws {
        let sandbox = try project()
        let pipeline = try #require(try sandbox.read("dvc.yaml"))
        try sandbox.write("dvc.yaml", pipeline.replacing("cat a.txt", with: "cat a.txt a.txt"))
        try sandbox.write("b.txt", "of main\n")
        try commit(sandbox, "main")
        try sandbox.git("checkout", "-q", "side")
        try sandbox.write("a.txt", "of side\n")
        try sandbox.write("b.txt", "of main\n")
        try commit(sandbox, "side")
        try sandbox.git("checkout", "-q", "main")
        let merge = try sandbox.run("git", ["merge", "side"])
        #expect(merge.status == 1)
        #expect(merge.errors.contains("CONFLICT in 'dvc.lock': both sides changed 'one'"), "\(merge)")
        #expect(try sandbox.git("diff", "--name-only", "--diff-filter=U") == "dvc.lock\none.txt\n")
        let lock = try #require(try sandbox.read("dvc.lock"))
        #expect(lock.hasPrefix("schema: '2.0'\nstages:\n<<<<<<< ours\n  one:\n"))
        #expect(lock.contains(">>>>>>> theirs\n  two:\n"))

        let status = try sandbox.exp("status")
        #expect(status.output.hasPrefix("one:\n") && !status.output.contains("two:"), "\(status)")
        #expect(status.errors.contains("'dvc.lock' has a merge conflict in stage 'one'"))
        try sandbox.expOK("show", "--no-pager")
        try sandbox.expOK("repro", "-q")
        #expect(try sandbox.read("one.txt") == "of side\nof side\n")
        try sandbox.git("add", "-A")
        try sandbox.git("commit", "-q", "-m", "merged")
        try expectFresh(sandbox)
    }

    @Test func resolvingOneConflictLeavesTheOthers() throws {
        let sandbox = try project()
        for (branch, text) in [("side", "of side\n"), ("main", "of main\n")] {
            try sandbox.git("checkout", "-q", branch)
            for file in ["a.txt", "b.txt"] { try sandbox.write(file, text) }
            try commit(sandbox, branch)
        }
        #expect(try sandbox.run("git", ["merge", "side"]).status == 1)
        for file in ["a.txt", "b.txt"] { try sandbox.write(file, "of both\n") }
        let before = try #require(try sandbox.read("dvc.lock"))
        let second = try #require(before.firstRange(of: "<<<<<<< ours\n  two:")?.lowerBound)
        try sandbox.expOK("repro", "-q", "one")
        let after = try #require(try sandbox.read("dvc.lock"))
        #expect(after.hasPrefix("schema: '2.0'\nstages:\n  one:\n"), "\(after)")
        #expect(after.hasSuffix(before[second...]), "\(after)")
        try sandbox.expOK("repro", "-q")
        #expect(try !#require(try sandbox.read("dvc.lock")).contains("<<<"))
    }

    @Test func bothChangedAStageOfThePipeline() throws {
        let sandbox = try project()
        let pipeline = try #require(try sandbox.read("dvc.yaml"))
        try sandbox.write("dvc.yaml", pipeline.replacing("cat a.txt", with: "cat main"))
        try sandbox.git("commit", "-q", "-a", "-m", "main")
        try sandbox.git("checkout", "-q", "side")
        try sandbox.write(
            "dvc.yaml",
            pipeline.replacing("cat a.txt", with: "cat side").replacing("- b.txt", with: "- b.txt\n    - a.txt"))
        try sandbox.git("commit", "-q", "-a", "-m", "side")
        #expect(try sandbox.run("git", ["merge", "main"]).status == 1)
        let text = try #require(try sandbox.read("dvc.yaml"))
        #expect(text.hasPrefix("stages:\n<<<<<<< ours\n  one:\n    cmd: cat side"), "\(text)")
        #expect(text.contains(">>>>>>> theirs\n  # the second\n  two:\n"))
        #expect(text.contains("- b.txt\n    - a.txt"))
        #expect(try sandbox.exp("status").errors.contains("possible merge conflicts"))
    }

    @Test func aLockThatCannotBeReadIsMergedAsText() throws {
        let sandbox = try project()
        try sandbox.write("dvc.lock", "{ of main\n")
        try sandbox.git("commit", "-q", "-a", "-m", "main")
        try sandbox.git("checkout", "-q", "side")
        try sandbox.write("dvc.lock", "{ of side\n")
        try sandbox.git("commit", "-q", "-a", "-m", "side")
        let merge = try sandbox.run("git", ["merge", "main"])
        #expect(merge.status == 1 && merge.errors.contains("warning: 'dvc.lock' is invalid"), "\(merge)")
        #expect(try sandbox.read("dvc.lock") == "<<<<<<< ours\n{ of side\n=======\n{ of main\n>>>>>>> theirs\n")
    }

    @Test func listsOfFilesOfTrackedFolders() throws {
        let sandbox = try project()
        for name in ["kept", "gone", "both"] { try sandbox.write("raw/\(name)", name) }
        try sandbox.expOK("add", "-q", "raw")
        try commit(sandbox, "data")
        try sandbox.git("checkout", "-q", "-B", "side")
        try sandbox.write("raw/of-side", "12345")
        try sandbox.write("raw/alike", "same")
        try sandbox.expOK("add", "-q", "raw")
        try commit(sandbox, "side")
        try sandbox.git("checkout", "-q", "main")
        try sandbox.expOK("checkout", "-q")
        #expect(try sandbox.run("rm", ["raw/gone"]).status == 0)
        try sandbox.write("raw/of-main", "1234567")
        try sandbox.write("raw/alike", "same")
        try sandbox.expOK("add", "-q", "raw")
        try commit(sandbox, "main")
        try sandbox.git("merge", "-q", "--no-edit", "side")
        #expect(try #require(try sandbox.read("raw.dvc")).contains("  size: 24\n  nfiles: 5\n"))
        try sandbox.expOK("checkout", "-q")
        #expect(try sandbox.run("ls", ["raw"]).output == "alike\nboth\nkept\nof-main\nof-side\n")
        let record = try sandbox.read("raw.dvc")
        try sandbox.expOK("add", "-q", "raw")
        #expect(try sandbox.read("raw.dvc") == record)

        try sandbox.git("checkout", "-q", "-b", "other")
        try sandbox.write("raw/both", "of other")
        try sandbox.expOK("add", "-q", "raw")
        try commit(sandbox, "other")
        try sandbox.git("checkout", "-q", "main")
        try sandbox.write("raw/both", "of main")
        try sandbox.expOK("add", "-q", "raw")
        try commit(sandbox, "main again")
        let conflict = try sandbox.run("git", ["merge", "other"])
        #expect(conflict.status == 1)
        #expect(conflict.errors.contains("both sides changed these files in 'raw':\n  both"), "\(conflict)")
        try sandbox.git("merge", "--abort")
        #expect(try sandbox.run("rm", ["-r", ".dvc/cache"]).status == 0)
        let missing = try sandbox.run("git", ["merge", "other"])
        #expect(
            missing.status == 1 && missing.errors.contains("'git exp data fetch --all-branches' gets it"), "\(missing)")
    }

    @Test func differencesOfALockAreForPeople() throws {
        let sandbox = try divergedProject()
        let text = try sandbox.git("diff", "main", "side", "--", "dvc.lock")
        #expect(text.contains("\n-  dep    a.txt  8 B  "), "\(text)")
        #expect(text.contains("\n+three:\n+  cmd    cat b.txt > three.txt\n"), "\(text)")
        try sandbox.write("other", "no lock: [\n")
        #expect(try sandbox.expOK("textconv", "other").output == "no lock: [\n")
    }
}
