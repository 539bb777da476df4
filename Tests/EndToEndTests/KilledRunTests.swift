import TestSupport
import Testing

/// What a DVC leaves that was killed during a run, and how it is mended.
@Suite struct KilledRunTests {
    /// As a killed DVC leaves it: HEAD detached at a checkpoint, the index there, marks, a file of a dead process.
    private func wreck() throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.expOK("run", "-q", "-n", "otter")
        try sandbox.git("update-ref", "-d", "refs/exps/exec/EXEC_APPLY")
        let baseline = String(try sandbox.git("rev-parse", "HEAD").dropLast())
        let experiment = "refs/exps/\(baseline.prefix(2))/\(baseline.dropFirst(2))/otter"
        let script = try sandbox.read("train.sh") ?? ""
        try sandbox.write("train.sh", script + "# mine\n")
        let stash = String(try sandbox.git("stash", "create").dropLast())
        try sandbox.git("checkout", "-q", baseline)
        try sandbox.git("update-ref", "--no-deref", "HEAD", experiment)
        try sandbox.git("read-tree", experiment)
        try sandbox.git("update-ref", "refs/exps/exec/EXEC_BASELINE", baseline)
        try sandbox.git("update-ref", "refs/exps/exec/EXEC_MERGE", stash)
        try sandbox.git("symbolic-ref", "refs/exps/exec/EXEC_BRANCH", experiment)
        try sandbox.write(".dvc/tmp/exps/run/workspace/workspace.json", "{\"pid\": 999999999}")
        try sandbox.write(".dvc/tmp/DVC_CHECKPOINT", "")
        return sandbox
    }

    @Test func isMendedWithTheFilesAsTheyAre() throws {
        let sandbox = try wreck()
        let script = try sandbox.read("train.sh")
        for arguments in [["run"], ["save"], ["apply", "otter"]] {
            let refused = try sandbox.run("git", ["exp"] + arguments)
            #expect(refused.status == 128 && refused.errors.contains("git exp recover"), "\(refused)")
        }
        for command in ["show", "list"] {
            #expect(try sandbox.expOK(command).errors.contains("was killed here and left HEAD detached"))
        }
        let before = try sandbox.git("for-each-ref") + (sandbox.read(".git/HEAD") ?? "")
        let would = try sandbox.expOK("recover", "--dry-run")
        #expect(would.errors.contains("HEAD would be back on 'main'"), "\(would)")
        #expect(try sandbox.git("for-each-ref") + (sandbox.read(".git/HEAD") ?? "") == before)
        let outcome = try sandbox.expOK("recover")
        #expect(outcome.errors.contains("HEAD is back on 'main'") && outcome.errors.contains("'otter' keeps"))
        #expect(try sandbox.read(".git/HEAD") == "ref: refs/heads/main\n")
        #expect(try sandbox.git("diff", "--cached", "--name-only") == "")
        #expect(try sandbox.read("train.sh") == script)
        #expect(
            try sandbox.git("for-each-ref", "--format=%(refname:lstrip=3)", "refs/exps/exec")
                == "EXEC_APPLY\nEXEC_CHECKPOINT\n")
        #expect(try !sandbox.exists(".dvc/tmp/DVC_CHECKPOINT"))
        #expect(try !sandbox.exists(".dvc/tmp/exps/run/workspace/workspace.json"))
        #expect(try sandbox.expOK("recover").errors == "There is nothing to mend.\n")
        // The files of before stay for a while, and 'undo' does not make a wreck of it again.
        #expect(try sandbox.git("for-each-ref", "refs/git-exp").split(separator: "\n").count == 1)
        #expect(try sandbox.exp("undo").status == 128)
    }

    @Test func whereTheUserWentOn() throws {
        let sandbox = try wreck()
        try sandbox.git("commit", "-q", "--allow-empty", "-m", "mine")
        try sandbox.git("commit", "-q", "--allow-empty", "-m", "mine, too")
        let refused = try sandbox.exp("recover")
        #expect(refused.status == 128 && refused.errors.contains("git switch -c"), "\(refused)")
        try sandbox.git("switch", "-q", "-c", "mine")
        try sandbox.git("add", "train.sh")
        let index = try sandbox.git("ls-files", "--stage")
        try sandbox.expOK("recover")
        #expect(try sandbox.read(".git/HEAD") == "ref: refs/heads/mine\n")
        #expect(try sandbox.git("ls-files", "--stage") == index)
        #expect(try sandbox.git("for-each-ref", "refs/exps/exec/EXEC_BASELINE") == "")
    }

    @Test func whereTheBranchIsNotKnown() throws {
        let sandbox = try wreck()
        try sandbox.git("reflog", "expire", "--expire=now", "--all")
        try sandbox.git("branch", "twin", "main")
        let refused = try sandbox.exp("recover")
        #expect(refused.status == 128 && refused.errors.contains("--branch NAME"), "\(refused)")
        #expect(try sandbox.exp("recover", "--branch", "nosuch").status == 128)
        try sandbox.expOK("recover", "--branch", "main")
        #expect(try sandbox.read(".git/HEAD") == "ref: refs/heads/main\n")
    }

    @Test func leftoversAreCleanedUp() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        #expect(try sandbox.expOK("clean").errors == "Nothing to clean up.\n")
        let files = [
            ".dvc/tmp/exps/run/workspace/workspace.json", ".dvc/tmp/git-exp/index-999999999",
            ".dvc/tmp/git-exp/apply-999999999.lock", ".dvc/tmp/git-exp/discarded-0",
        ]
        for file in files { try sandbox.write(file, "{\"pid\": 999999999}") }
        try sandbox.write(".dvc/tmp/git-exp/hashes.mine", "x")
        let would = try sandbox.expOK("clean", "--dry-run")
        #expect(would.output.split(separator: "\n").sorted() == files.map { $0[...] }.sorted(), "\(would)")
        #expect(try sandbox.expOK("clean").errors == "Removed 4 leftovers.\n")
        for file in files { #expect(try !sandbox.exists(file)) }
        #expect(try sandbox.exists(".dvc/tmp/git-exp/hashes.mine"))
    }
}
