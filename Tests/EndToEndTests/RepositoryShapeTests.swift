import Files
import SystemPackage
import TestSupport
import Testing

/// Repositories and work trees of all shapes.
@Suite struct RepositoryShapeTests {
    @Test func otherShapesOfRepositoriesAreRefusedBeforeAnythingIsWritten() throws {
        let sandbox = try Sandbox(git: false)
        try sandbox.git("init", "-q", "--object-format=sha256")
        let sha256 = try sandbox.exp("init")
        #expect(sha256.status == 128)
        #expect(sha256.errors.contains("SHA256"), "\(sha256)")
        #expect(try !sandbox.exists(".dvc"))
        let other = try Sandbox()
        try other.git("config", "extensions.refStorage", "reftable")
        try other.git("config", "core.repositoryformatversion", "1")
        let reftable = try other.run("git-exp", ["init"])
        #expect(reftable.status == 128)
        #expect(reftable.errors.contains("reftable"), "\(reftable)")
        #expect(try !other.exists(".dvc"))
    }

    @Test func detachedHead() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.git("checkout", "-q", "--detach")
        let before = try sandbox.untouched(includingStatus: false)
        try sandbox.expOK("run", "-n", "plain")
        #expect(try sandbox.untouched(includingStatus: false) == before)
        #expect(try sandbox.expOK("list", "--name-only").output == "plain\n")
    }

    @Test func linkedWorktree() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.git("worktree", "add", "-q", "../other", "-b", "other")
        let folder = sandbox.root.removingLastComponent().appending("other")
        let outcome = try sandbox.run("git", ["exp", "run", "-n", "there"], in: folder)
        #expect(outcome.status == 0, "\(outcome)")
        #expect(try sandbox.expOK("list", "--name-only").output == "there\n")
    }

    @Test func theUsersWordOnTheWorkTreeCounts() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try FileIO.makeDirectories(sandbox.root.pushing("sub"))
        try FileIO.move(sandbox.root.pushing(".git"), to: sandbox.root.pushing("sub/elsewhere.git"))
        func git(_ arguments: String...) throws -> Outcome {
            try sandbox.run(
                "git", ["--git-dir=elsewhere.git", "--work-tree=.."] + arguments, in: sandbox.root.pushing("sub"))
        }
        // Filters leave the work to git itself, which is started in another folder.
        _ = try git("config", "core.autocrlf", "input")
        let run = try git("exp", "run", "-n", "there", "../dvc.yaml")
        #expect(run.status == 0, "\(run)")
        #expect(try git("exp", "list", "--name-only").output == "there\n")
        let tree = try git("ls-tree", "--full-tree", "--name-only", "-r", "refs/exps/exec/EXEC_APPLY").output
        #expect(tree.contains("train.sh\n") && tree.contains("metrics.json\n"), "\(tree)")
        #expect(try git("exp", "apply", "there@1").status == 0)
        let other = try sandbox.run(
            "git", ["exp", "list"],
            environment: [
                "GIT_DIR": sandbox.root.pushing("sub/elsewhere.git").string, "GIT_WORK_TREE": "/",
            ])
        #expect(other.status == 0, "\(other)")
        let wrong = try sandbox.run(
            "git-exp", ["list"],
            environment: [
                "GIT_DIR": sandbox.root.pushing("sub/elsewhere.git").string,
                "GIT_WORK_TREE": sandbox.root.pushing("sub").string,
            ])
        #expect(wrong.status == 128 && wrong.errors.contains("is not in the work tree"), "\(wrong)")
    }

    @Test func projectBelowTheTop() throws {
        let sandbox = try Sandbox()
        try FileIO.makeDirectories(sandbox.root.pushing("sub"))
        let folder = sandbox.root.appending("sub")
        #expect(try sandbox.run("git", ["exp", "init"], in: folder).status == 128)
        #expect(try sandbox.run("git", ["exp", "init", "--subdir"], in: folder).status == 0)
        try sandbox.write(
            "sub/dvc.yaml",
            "stages:\n  a:\n    cmd: echo 1 > m.json\n    metrics:\n    - m.json:\n        cache: false\n")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "x")
        let run = try sandbox.run("git", ["exp", "run", "-n", "deep"], in: folder)
        #expect(run.status == 0, "\(run)")
        let names = try sandbox.git("for-each-ref", "--format=%(refname)", "refs/exps").dropLast()
        #expect(try sandbox.git("ls-tree", "-r", "--name-only", String(names)).contains("sub/m.json\n"))
    }
}
