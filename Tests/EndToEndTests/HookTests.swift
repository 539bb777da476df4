import Files
import SystemPackage
import TestSupport
import Testing

/// The hooks at work under real git.
@Suite struct HookTests {
    /// A project with one stage that has run, committed, and with the hooks installed.
    func project(_ sandbox: Sandbox, installing: Bool = true) throws {
        try sandbox.expOK("init", "-q")
        try sandbox.write("params.yaml", "lr: 0.001  # how fast\nother: 1\n")
        try sandbox.write("train.sh", "cat params.yaml > model.txt; echo '{\"loss\": 1}' > metrics.json\n")
        try sandbox.write("README", "text\n")
        try sandbox.expOK(
            "stage", "add", "-q", "-n", "train", "-d", "train.sh", "-o", "model.txt", "-M", "metrics.json", "-p", "lr",
            "sh", "train.sh")
        try sandbox.expOK("repro", "-q")
        if installing { try sandbox.expOK("install", "-q") }
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "project")
    }

    func commit(_ sandbox: Sandbox, _ arguments: String...) throws -> Outcome {
        try sandbox.run("git", ["commit", "-q", "-m", "change"] + arguments)
    }

    @Test func commitWithALyingLockIsStopped() throws {
        let sandbox = try Sandbox()
        try project(sandbox)
        try sandbox.write("params.yaml", "lr: 0.01  # how fast\nother: 1\n")
        try sandbox.write("train.sh", "true\n")
        let before = try sandbox.git("rev-parse", "HEAD")
        let outcome = try commit(sandbox, "-a")
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("train:\n  params.yaml: lr 0.001 → 0.01\n  train.sh: modified\n"))
        #expect(outcome.errors.contains("git exp run train"))
        #expect(outcome.errors.contains("git exp commit -f train"))
        #expect(outcome.errors.contains("git commit --no-verify"))
        #expect(try sandbox.git("rev-parse", "HEAD") == before)
        #expect(try commit(sandbox, "-a", "--no-verify").exit.isSuccess)
    }

    @Test func onlyWhatIsStagedCounts() throws {
        let sandbox = try Sandbox()
        try project(sandbox)
        // Another parameter, another file, and an edit that is not staged.
        try sandbox.write("params.yaml", "lr: 0.001\nother: 2\n")
        try sandbox.git("add", "params.yaml")
        try sandbox.write("train.sh", "true\n")
        #expect(try commit(sandbox).exit.isSuccess)
        // The lock that belongs to an edit which is not staged lies.
        try sandbox.write("train.sh", "echo new > model.txt; echo '{}' > metrics.json\n")
        try sandbox.expOK("repro", "-q")
        try sandbox.git("add", "dvc.lock", "metrics.json")
        let outcome = try commit(sandbox)
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("train.sh: modified"))
        try sandbox.git("add", "train.sh")
        #expect(try commit(sandbox).exit.isSuccess)
    }

    @Test func partialCommitIsJudgedByItsOwnIndex() throws {
        let sandbox = try Sandbox()
        try project(sandbox)
        try sandbox.write("train.sh", "true\n")
        try sandbox.git("add", "train.sh")
        try sandbox.write("README", "more\n")
        #expect(try commit(sandbox, "README").exit.isSuccess)
        #expect(try commit(sandbox, "train.sh").status == 1)
        #expect(try sandbox.git("diff", "--cached", "--name-only") == "train.sh\n")
    }

    @Test func whatIsOnlyMeantToBeAddedIsNotCommitted() throws {
        let sandbox = try Sandbox()
        try project(sandbox)
        try sandbox.git("add", "--force", "--intent-to-add", "model.txt")
        try sandbox.write("README", "more\n")
        #expect(try commit(sandbox, "README").exit.isSuccess)
        try sandbox.git("update-index", "--split-index")
        #expect(try sandbox.expOK("verify", "--staged").exit.isSuccess)
        try sandbox.git("add", "--force", "model.txt")
        #expect(try sandbox.exp("verify", "--staged").status == 1)
    }

    @Test func forgottenLockIsStagedOnRequest() throws {
        let sandbox = try Sandbox()
        try project(sandbox)
        try sandbox.write("params.yaml", "lr: 0.01\nother: 1\n")
        try sandbox.expOK("repro", "-q")
        try sandbox.git("add", "params.yaml", "metrics.json")
        let stopped = try commit(sandbox)
        #expect(stopped.status == 1)
        #expect(stopped.errors.contains("git exp verify --staged --fix"))
        #expect(try sandbox.exp("verify", "--staged").status == 1)
        #expect(try sandbox.exp("verify", "--staged", "--fix").status == 0)
        #expect(try commit(sandbox).exit.isSuccess)
        #expect(try sandbox.git("status", "--porcelain").isEmpty)
    }

    @Test func dataAndBrokenFilesAreStopped() throws {
        let sandbox = try Sandbox()
        try project(sandbox)
        try sandbox.git("add", "-f", "model.txt")
        let data = try commit(sandbox)
        #expect(data.status == 1)
        #expect(data.errors.contains("git rm --cached model.txt"))
        try sandbox.git("rm", "-q", "--cached", "model.txt")
        let lock = try sandbox.read("dvc.lock") ?? ""
        try sandbox.write("dvc.lock", lock + "<<<<<<< ours\n")
        #expect(try commit(sandbox, "-a").errors.contains("dvc.lock: holds the markers of a merge"))
        try sandbox.write("dvc.lock", "stages: [\n")
        #expect(try commit(sandbox, "-a").status == 1)
        try sandbox.write("dvc.lock", lock)
        try sandbox.write("dvc.yaml", "stages:\n  train: 7\n")
        let broken = try commit(sandbox, "-a")
        #expect(broken.status == 1)
        #expect(broken.errors.contains("dvc.yaml: "))
    }

    @Test func settingsSayHowStrictlyItIsTaken() throws {
        let sandbox = try Sandbox()
        try project(sandbox)
        try sandbox.git("config", "exp.verify", "warn")
        try sandbox.write("train.sh", "true\n")
        let warned = try commit(sandbox, "-a")
        #expect(warned.exit.isSuccess)
        #expect(warned.errors.contains("warning: "))
        try sandbox.git("config", "exp.verify", "off")
        try sandbox.write("train.sh", "false\n")
        #expect(try commit(sandbox, "-a").errors.isEmpty)
        try sandbox.git("config", "exp.verify", "perhaps")
        try sandbox.write("train.sh", "exit\n")
        #expect(try commit(sandbox, "-a").errors.contains("exp.verify"))
    }

    @Test func verifyJudgesCommitsAndRanges() throws {
        let sandbox = try Sandbox()
        try project(sandbox)
        #expect(try sandbox.exp("verify").status == 0)
        try sandbox.write("train.sh", "true\n")
        #expect(try commit(sandbox, "-a", "--no-verify").exit.isSuccess)
        try sandbox.write("README", "more\n")
        #expect(try commit(sandbox, "-a").exit.isSuccess)
        let all = try sandbox.exp("verify", "--json")
        #expect(all.status == 1)
        #expect(all.output.contains(#""stage": "train""#))
        #expect(all.output.contains(#"{"kind": "dependency", "path": "train.sh", "change": "modified"}"#))
        #expect(try sandbox.exp("verify", "HEAD~2..HEAD").status == 1)
        #expect(try sandbox.exp("verify", "HEAD~1..HEAD").status == 0)
        #expect(try sandbox.exp("verify", "nothing").status == 128)
        #expect(try sandbox.exp("verify", "--fix").status == 129)
    }

    @Test func emptyAndFirstCommitsPass() throws {
        let sandbox = try Sandbox(git: false)
        try sandbox.git("init", "-q", "-b", "main")
        try sandbox.expOK("install", "-q")
        #expect(try commit(sandbox, "--allow-empty").exit.isSuccess)
        let second = try Sandbox(git: false)
        try second.git("init", "-q", "-b", "main")
        try project(second)
        #expect(try commit(second, "--allow-empty").exit.isSuccess)
    }

    @Test func projectsInFoldersAreJudgedFromTheTop() throws {
        let sandbox = try Sandbox()
        try FileIO.makeDirectories(sandbox.root.appending("sub"))
        let sub = sandbox.root.appending("sub")
        #expect(try sandbox.run("git", ["exp", "init", "-q", "--subdir"], in: sub).exit.isSuccess)
        try sandbox.write("sub/in", "1\n")
        let add = ["exp", "stage", "add", "-q", "-n", "s", "-d", "in", "-o", "out", "cp in out"]
        #expect(try sandbox.run("git", add, in: sub).exit.isSuccess)
        #expect(try sandbox.run("git", ["exp", "repro", "-q"], in: sub).exit.isSuccess)
        try sandbox.expOK("install", "-q")
        try sandbox.git("add", ".")
        #expect(try commit(sandbox).exit.isSuccess)
        try sandbox.write("sub/in", "2\n")
        let stopped = try sandbox.run("git", ["commit", "-q", "-a", "-m", "change"], in: sub)
        #expect(stopped.status == 1)
        #expect(stopped.errors.contains("s in 'sub':\n  in: modified"))
        #expect(stopped.errors.contains("in 'sub', run: 'git exp run s'"))
    }

    @Test func projectThatCannotBeReadStopsWithTheWayOn() throws {
        let sandbox = try Sandbox()
        try project(sandbox)
        try sandbox.write(".dvc/config", "[[[\n")
        let stopped = try commit(sandbox, "--allow-empty")
        #expect(stopped.status == 1)
        #expect(stopped.errors.contains("config' is invalid"))
        #expect(stopped.errors.contains("git commit --no-verify"))
    }

    @Test func missingProgramLetsGitGoOn() throws {
        let sandbox = try Sandbox()
        try project(sandbox)
        try sandbox.write("train.sh", "true\n")
        let outcome = try sandbox.run(
            "git", ["commit", "-q", "-a", "-m", "change"], environment: ["PATH": "/usr/bin:/bin"])
        #expect(outcome.exit.isSuccess)
        #expect(outcome.errors.contains("git-exp is not on your PATH"))
    }

    @Test func nothingOfTheRepositoryIsRun() throws {
        let sandbox = try Sandbox()
        try project(sandbox)
        try sandbox.write(".gitattributes", "* diff=evil\n")
        try sandbox.git("config", "diff.evil.textconv", "touch ran-textconv;")
        try sandbox.git("config", "diff.evil.command", "touch ran-command;")
        try sandbox.write(
            "dvc.yaml", "stages:\n  train:\n    cmd: touch ran-stage\n    deps: [train.sh]\n    outs: [model.txt]\n")
        try sandbox.write("train.sh", "touch ran-script\n")
        #expect(try commit(sandbox, "-a").status == 1)
        _ = try sandbox.exp("verify", "--staged", "--fix")
        try sandbox.git("commit", "-q", "-a", "-m", "evil", "--no-verify")
        try sandbox.git("checkout", "-q", "HEAD~1")
        #expect(try FileIO.list(sandbox.root)?.contains { $0.name.hasPrefix("ran-") } == false)
    }
}
