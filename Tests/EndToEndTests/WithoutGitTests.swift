import Files
import SystemPackage
import TestSupport
import Testing

@Suite struct WithoutGitTests {
    /// A project with one stage in a folder that is no repository.
    private func project() throws -> Sandbox {
        let sandbox = try Sandbox(git: false)
        try sandbox.expOK("init", "-q", "--no-scm")
        try sandbox.write("params.yaml", "a: 1\n")
        try sandbox.expOK(
            "stage", "add", "-q", "-n", "train", "-o", "model.txt", "-M", "metrics.json", "-p", "a",
            "echo x > model.txt; echo '{\"acc\": 0.5}' > metrics.json")
        return sandbox
    }

    @Test func pipelinesNeedNoGit() throws {
        let sandbox = try project()
        #expect(try sandbox.expOK("stage", "list", "--name-only").output == "train\n")
        #expect(try sandbox.expOK("status").output.contains("train"))
        try sandbox.expOK("repro")
        #expect(try sandbox.expOK("repro").errors.contains("up to date"))
        #expect(try sandbox.expOK("metrics", "show").output.contains("0.5"))
        #expect(try sandbox.exists(".dvc/cache/files/md5"))
        #expect(try !sandbox.exists(".gitignore"))
        #expect(try sandbox.exp("status", "-q").status == 0)
    }

    @Test(arguments: [["run"], ["show"], ["list"], ["apply", "x"], ["metrics", "diff"], ["metrics", "show", "-a"]])
    func whatNeedsCommitsSaysSo(_ command: [String]) throws {
        let sandbox = try project()
        let outcome = try sandbox.run("git-exp", command)
        #expect(outcome.status == 128)
        #expect(outcome.errors.contains("works without git") && outcome.errors.contains("git init"), "\(outcome)")
    }

    @Test func theSettingHoldsInsideARepositoryToo() throws {
        let sandbox = try project()
        try sandbox.git("init", "-q")
        #expect(try sandbox.exp("run").errors.contains("works without git"))
        try sandbox.expOK("repro")
        #expect(try !sandbox.exists(".gitignore"))
    }
}
