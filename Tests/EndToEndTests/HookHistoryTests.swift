import Files
import SystemPackage
import TestSupport
import Testing

/// Data and experiments that follow what git does with commits.
@Suite struct HookHistoryTests {
    /// Two branches with two versions of the data, and the hooks.
    private func project(_ sandbox: Sandbox) throws {
        try sandbox.expOK("init", "-q")
        try sandbox.write("params.yaml", "lr: 1\n")
        try sandbox.write("train.sh", "cat params.yaml > model.txt; echo '{\"loss\": 1}' > metrics.json\n")
        try sandbox.expOK(
            "stage", "add", "-q", "-n", "train", "-d", "train.sh", "-o", "model.txt", "-M", "metrics.json", "-p", "lr",
            "sh", "train.sh")
        try sandbox.expOK("repro", "-q")
        try sandbox.expOK("install", "-q")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "project")
        try sandbox.git("checkout", "-q", "-b", "two")
        try sandbox.write("params.yaml", "lr: 2\n")
        try sandbox.expOK("repro", "-q")
        try sandbox.git("commit", "-q", "-a", "-m", "two")
    }

    private func git(_ sandbox: Sandbox, _ arguments: String...) throws -> Outcome {
        let outcome = try sandbox.run("git", arguments)
        #expect(outcome.exit.isSuccess, "\(outcome)")
        return outcome
    }

    @Test func dataFollowsCheckoutAndMerge() throws {
        let sandbox = try Sandbox()
        try project(sandbox)
        #expect(try git(sandbox, "checkout", "-q", "main").errors == "git exp: brought 'model.txt'\n")
        #expect(try sandbox.read("model.txt") == "lr: 1\n")
        // Nothing to do: nothing is said.
        #expect(try git(sandbox, "checkout", "-q", "-b", "three").errors.isEmpty)
        #expect(try git(sandbox, "checkout", "-q", "main").errors.isEmpty)
        #expect(try git(sandbox, "merge", "-q", "two").errors == "git exp: brought 'model.txt'\n")
        #expect(try sandbox.read("model.txt") == "lr: 2\n")
        #expect(try sandbox.git("status", "--porcelain").isEmpty)
    }

    @Test func unsavedWorkStays() throws {
        let sandbox = try Sandbox()
        try project(sandbox)
        try sandbox.write("model.txt", "mine\n")
        let outcome = try git(sandbox, "checkout", "-q", "main")
        #expect(
            outcome.errors == "git exp: left 'model.txt', whose changes are saved nowhere, as found, "
                + "'git exp checkout --force' replaces them\n")
        #expect(try sandbox.read("model.txt") == "mine\n")
    }

    @Test func squashedMergeBringsData() throws {
        let sandbox = try Sandbox()
        try project(sandbox)
        try sandbox.git("checkout", "-q", "main")
        _ = try git(sandbox, "merge", "-q", "--squash", "two")
        #expect(try sandbox.read("model.txt") == "lr: 2\n")
    }

    @Test func nothingComesInTheMiddleOfABisectUnlessAsked() throws {
        let sandbox = try Sandbox()
        try project(sandbox)
        try sandbox.git("bisect", "start", "-q")
        #expect(try git(sandbox, "checkout", "-q", "main").errors.isEmpty)
        #expect(try sandbox.read("model.txt") == "lr: 2\n")
        try sandbox.git("config", "exp.checkoutDuring", "bisect")
        _ = try git(sandbox, "checkout", "-q", "two")
        _ = try git(sandbox, "checkout", "-q", "main")
        #expect(try sandbox.read("model.txt") == "lr: 1\n")
    }

    @Test func worktreeGetsDataAndCloneIsToldOfIt() throws {
        let sandbox = try Sandbox()
        try project(sandbox)
        let other = sandbox.root.removingLastComponent().appending("other")
        _ = try git(sandbox, "worktree", "add", "-q", other.string, "main")
        #expect(try FileIO.read(other.appending("model.txt")) == Array("lr: 1\n".utf8))
        let hooks = sandbox.root.appending(".git").appending("hooks")
        let template = sandbox.root.removingLastComponent().appending("template")
        try FileIO.makeDirectories(template)
        #expect(try sandbox.run("cp", ["-r", hooks.string, template.string]).exit.isSuccess)
        let clone = sandbox.root.removingLastComponent().appending("clone")
        let outcome = try git(sandbox, "clone", "-q", "--template", template.string, ".", clone.string)
        #expect(outcome.errors.contains("'git exp data pull'"))
    }

    @Test func experimentsFollowAmendAndRebase() throws {
        let sandbox = try Sandbox()
        try project(sandbox)
        try sandbox.expOK("run", "-q", "-n", "e1", "-S", "lr=7")
        try sandbox.git("checkout", "-q", ".")
        let amended = try git(sandbox, "commit", "-q", "--amend", "-m", "two again")
        #expect(amended.errors.contains("moved 'e1'"))
        let head = try sandbox.git("rev-parse", "--short", "HEAD").dropLast()
        #expect(try sandbox.expOK("list").output.contains("[e1]"))
        // Another branch, onto which ours goes.
        try sandbox.git("checkout", "-q", "main")
        try sandbox.write("README", "text\n")
        try sandbox.git("add", "README")
        try sandbox.git("commit", "-q", "-m", "readme")
        try sandbox.git("checkout", "-q", "two")
        let rebased = try git(sandbox, "rebase", "-q", "main")
        #expect(rebased.errors.contains("moved 'e1'"))
        #expect(try sandbox.git("rev-parse", "--short", "HEAD").dropLast() != head)
        #expect(try sandbox.expOK("list").output.contains("[e1]"))
        #expect(try sandbox.expOK("show", "--no-pager", "--csv").output.contains("e1"))
        // The way back stays open.
        try sandbox.expOK("undo", "-q")
        #expect(try sandbox.expOK("list", "-A").output.contains("e1"))
        #expect(try !sandbox.expOK("list").output.contains("[e1]"))
    }

    @Test func rebasingSeveralBranchesMovesTheExperimentsOfAll() throws {
        let sandbox = try Sandbox()
        try project(sandbox)
        try sandbox.expOK("run", "-q", "-n", "e1", "-S", "lr=7")
        try sandbox.git("checkout", "-q", ".")
        try sandbox.git("checkout", "-q", "-b", "three")
        try sandbox.git("commit", "-q", "--allow-empty", "-m", "three")
        try sandbox.git("checkout", "-q", "main")
        try sandbox.git("commit", "-q", "--allow-empty", "-m", "other")
        try sandbox.git("checkout", "-q", "three")
        let rebased = try git(sandbox, "rebase", "-q", "--update-refs", "main")
        #expect(rebased.errors.contains("moved 'e1'"))
        try sandbox.git("checkout", "-q", "two")
        #expect(try sandbox.expOK("list").output.contains("[e1]"))
    }

    @Test func rebaseThatOnlyGoesForwardBringsData() throws {
        let sandbox = try Sandbox()
        try project(sandbox)
        try sandbox.git("checkout", "-q", "main")
        #expect(try sandbox.read("model.txt") == "lr: 1\n")
        _ = try git(sandbox, "rebase", "-q", "two")
        #expect(try sandbox.read("model.txt") == "lr: 2\n")
    }

    @Test func troubleWithDataLetsGitAndOtherHooksGoOn() throws {
        let sandbox = try Sandbox()
        try project(sandbox)
        try sandbox.write("dvc.yaml", "stages: [\n")
        try sandbox.git("commit", "-q", "-a", "-n", "-m", "broken")
        try sandbox.git("checkout", "-q", "main")
        let hook = try #require(try sandbox.read(".git/hooks/post-checkout"))
        try sandbox.write(".git/hooks/post-checkout", hook + "echo >ran\n")
        let outcome = try git(sandbox, "checkout", "-q", "two")
        #expect(outcome.errors.contains("dvc.yaml"))
        #expect(try sandbox.read("ran") == "\n")
    }

    @Test func experimentsOfACommitThatABranchKeepsStay() throws {
        let sandbox = try Sandbox()
        try project(sandbox)
        try sandbox.expOK("run", "-q", "-n", "e1", "-S", "lr=7")
        try sandbox.git("checkout", "-q", ".")
        try sandbox.git("branch", "kept")
        #expect(try git(sandbox, "commit", "-q", "--amend", "-m", "two again").errors.isEmpty)
        try sandbox.git("checkout", "-q", "kept")
        #expect(try sandbox.expOK("list").output.contains("[e1]"))
    }

    @Test func dataGoesBeforeCommits() throws {
        let sandbox = try Sandbox()
        try project(sandbox)
        let remote = sandbox.root.removingLastComponent().appending("remote.git")
        let data = sandbox.root.removingLastComponent().appending("data")
        try sandbox.git("init", "-q", "--bare", remote.string)
        try sandbox.git("remote", "add", "origin", remote.string)
        // Without a data remote nothing is sent, and nothing is said.
        #expect(try git(sandbox, "push", "-q", "origin", "main").errors.isEmpty)
        try FileIO.makeDirectories(data)
        try sandbox.expOK("remote", "add", "-q", "-d", "store", data.string)
        try sandbox.git("commit", "-q", "-a", "-m", "remote")
        #expect(try git(sandbox, "push", "-q", "origin", "two").errors == "git exp: sent 1 file of data\n")
        let objects = data.appending("files").appending("md5")
        // What 'main' brought along the remote had already.
        #expect(try FileIO.list(objects)?.count == 1)
        #expect(try git(sandbox, "push", "-q", "origin", "two:again").errors.isEmpty)
        #expect(try git(sandbox, "push", "-q", "origin", ":again").errors.isEmpty)
        // A remote that is to be made anew has nothing of what the other side's commits name.
        try FileIO.removeTree(data)
        try sandbox.git("commit", "-q", "--allow-empty", "-m", "no data")
        let filled = try git(sandbox, "push", "-q", "origin", "two").errors
        #expect(filled.contains("made the folder") && filled.contains("sent 1 file of data"))
        #expect(try FileIO.list(objects)?.count == 1)
        // Nor has one that was just set up.
        try sandbox.expOK("remote", "add", "-q", "-d", "-f", "store", data.string + "-2")
        try sandbox.git("commit", "-q", "-a", "-m", "another remote")
        #expect(try git(sandbox, "push", "-q", "origin", "two").errors.contains("sent 1 file of data"))
        // What the other side knows and is not here holds nothing up, nor does a remote that is gone.
        let cache = sandbox.root.appending(".dvc").appending("cache")
        try FileIO.move(cache, to: sandbox.root.appending("aside"))
        try FileIO.removeTree(FilePath(data.string + "-2"))
        try sandbox.git("commit", "-q", "--allow-empty", "-m", "no data either")
        #expect(try git(sandbox, "push", "-q", "origin", "two").errors.isEmpty)
        #expect(try FileStatus.of(FilePath(data.string + "-2"), followingLinks: false) == nil)
        try FileIO.move(sandbox.root.appending("aside"), to: cache)
        // Data that is nowhere.
        try sandbox.write("params.yaml", "lr: 3\n")
        try sandbox.expOK("repro", "-q")
        try sandbox.git("commit", "-q", "-a", "-m", "three")
        try FileIO.removeTree(sandbox.root.appending(".dvc").appending("cache"))
        let stopped = try sandbox.run("git", ["push", "-q", "origin", "two"])
        #expect(stopped.status == 1)
        #expect(stopped.errors.contains("'model.txt' is neither in the cache nor on the remote"))
        #expect(stopped.errors.contains("git push --no-verify"))
        try sandbox.git("config", "exp.pushData", "warn")
        #expect(try git(sandbox, "push", "-q", "origin", "two").errors.contains("neither in the cache"))
    }

    @Test func dataOfAProjectThatIsNotInTheWorkspaceIsNotForgottenSilently() throws {
        let sandbox = try Sandbox()
        try project(sandbox)
        let remote = sandbox.root.removingLastComponent().appending("remote.git")
        try sandbox.git("init", "-q", "--bare", remote.string)
        try FileIO.move(sandbox.root.appending(".dvc"), to: sandbox.root.appending("away"))
        let pushed = try git(sandbox, "push", "-q", remote.string, "main")
        #expect(pushed.errors.contains("the data of this repository was not sent"))
    }

    @Test func hooksKeepOutOfWhatWeDoOurselves() throws {
        let sandbox = try Sandbox()
        try project(sandbox)
        try sandbox.write("train.sh", "git checkout -q -b inside && echo '{}' > metrics.json && echo 1 > model.txt\n")
        try sandbox.git("commit", "-q", "-a", "-m", "changes", "--no-verify")
        let outcome = try sandbox.exp("run", "--temp", "-n", "e1")
        #expect(outcome.exit.isSuccess, "\(outcome)")
        #expect(!outcome.errors.contains("git exp: "))
    }

    @Test func worktreesAndSubmodulesAreJudgedByTheirOwnIndex() throws {
        let sandbox = try Sandbox()
        try project(sandbox)
        let other = sandbox.root.removingLastComponent().appending("other")
        _ = try git(sandbox, "worktree", "add", "-q", other.string, "main")
        try FileIO.replace(other.appending("params.yaml"), with: Array("lr: 9\n".utf8), sync: false)
        try FileIO.makeDirectories(other.appending("deep"))
        let commit = ["commit", "-q", "-a", "-m", "lies"]
        let stopped = try sandbox.run("git", commit, in: other.appending("deep"))
        #expect(stopped.status == 1)
        #expect(stopped.errors.contains("params.yaml: lr 1 → 9"))
        #expect(try git(sandbox, "commit", "-q", "--allow-empty", "-m", "elsewhere").errors.isEmpty)
        let outside = try sandbox.run(
            "git", ["--git-dir", sandbox.root.appending(".git").string, "--work-tree", sandbox.root.string] + commit,
            in: sandbox.root.removingLastComponent())
        #expect(outside.status == 1, "\(outside)")
        #expect(!outside.errors.contains("lies"))
        try sandbox.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", sandbox.root.string, "sub")
        let sub = sandbox.root.appending("sub")
        #expect(try sandbox.run("git", ["exp", "install", "-q", "--hook", "pre-commit"], in: sub).exit.isSuccess)
        try sandbox.write("sub/params.yaml", "lr: 8\n")
        let inside = try sandbox.run("git", commit, in: sub)
        #expect(inside.errors.contains("params.yaml: lr 2 → 8"), "\(inside)")
    }

    @Test func theFrameworkSaysThingsInItsOwnWay() throws {
        let sandbox = try Sandbox()
        try project(sandbox)
        try sandbox.expOK("uninstall", "-q")
        try sandbox.expOK("run", "-q", "-n", "e1", "-S", "lr=7")
        try sandbox.git("checkout", "-q", ".")
        try sandbox.git("commit", "-q", "--amend", "-m", "again")
        let moved = try sandbox.exp("hook", "post-rewrite", environment: ["PRE_COMMIT_REWRITE_COMMAND": "amend"])
        #expect(moved.errors.contains("moved 'e1'"), "\(moved)")
        let old = try sandbox.git("rev-parse", "HEAD").dropLast()
        try sandbox.git("checkout", "-q", "main")
        let new = try sandbox.git("rev-parse", "HEAD").dropLast()
        let brought = try sandbox.exp(
            "hook", "post-checkout",
            environment: [
                "PRE_COMMIT_FROM_REF": String(old), "PRE_COMMIT_TO_REF": String(new), "PRE_COMMIT_CHECKOUT_TYPE": "1",
            ])
        #expect(brought.errors.contains("'model.txt'"), "\(brought)")
        #expect(try sandbox.exp("hook", "nonsense").status == 128)
    }
}
