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

    @Test func dataNeedsNoGit() throws {
        let sandbox = try project()
        try sandbox.write("data", "one\n")
        let added = try sandbox.expOK("add", "data")
        #expect(!added.errors.contains("git add"))
        try sandbox.expOK("repro")
        #expect(try sandbox.expOK("dag", "--dot").output.contains("train"))
        for verb in ["freeze", "unfreeze"] { try sandbox.expOK(verb, "train") }
        try sandbox.write("data", "two\n")
        try sandbox.expOK("commit", "-f", "data.dvc")
        try FileIO.remove(sandbox.root.appending("data"))
        try sandbox.expOK("checkout")
        #expect(try sandbox.read("data") == "two\n")
        try sandbox.expOK("data", "migrate", "-n")
        try sandbox.expOK("data", "remove", "data.dvc")
        #expect(try !sandbox.exists("data.dvc") && sandbox.exists("data"))
        #expect(try !sandbox.exists(".gitignore"))
        let outcome = try sandbox.run(
            "git-exp", ["add", "data"], environment: ["GIT_CONFIG_PARAMETERS": "'exp.durability=x'"])
        #expect(outcome.errors.contains("exp.durability"))
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

    @Test(arguments: [
        "run", "show", "list", "apply x", "metrics diff HEAD", "params diff HEAD", "queue status", "push x",
    ])
    func whatNeedsGitSaysSo(_ words: String) throws {
        let sandbox = try project()
        let outcome = try sandbox.run("git-exp", words.split(separator: " ").map(String.init))
        #expect(outcome.status == 128, "\(outcome)")
        #expect(outcome.errors.contains("git"), "\(outcome)")
        #expect(try !sandbox.exists("dvc.lock"))
    }

    /// A bare repository has no files that an experiment could run in.
    @Test func withoutAWorkTree() throws {
        let sandbox = try Sandbox(git: false)
        try sandbox.git("init", "-q", "--bare")
        for words in [["run"], ["list"], ["recover"], ["save"]] {
            let outcome = try sandbox.run("git-exp", words)
            #expect(outcome.status == 128, "\(words): \(outcome)")
        }
    }
}
