import Processes
import TestSupport
import Testing

/// `run -- COMMAND`: a command that no `dvc.yaml` names.
@Suite struct RunCommandTests {
    private func project() throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.write("params.yaml", "lr: 1\n")
        return sandbox
    }

    private func tree(_ sandbox: Sandbox, _ name: String, _ file: String) throws -> String {
        let names = try sandbox.git("for-each-ref", "--format=%(refname)", "refs/exps/*/*/\(name)").split(
            separator: "\n")
        return try sandbox.git("show", "\(names.first ?? ""):\(file)")
    }

    @Test func becomesAnExperimentWithoutAnyPipeline() throws {
        let sandbox = try project()
        let head = try sandbox.git("rev-parse", "HEAD")
        try sandbox.expOK(
            "run", "-n", "one", "-p", "lr", "-o", "o.txt", "--metrics-no-cache", "m.json", "--", "sh", "-c",
            "cat params.yaml > o.txt; echo \"{\\\"v\\\": 3}\" > m.json; printf %s \"$0\" >> o.txt", "it's $HOME\nnow")
        #expect(try sandbox.read("o.txt") == "lr: 1\nit's $HOME\nnow")
        #expect(try sandbox.git("rev-parse", "HEAD") == head)
        #expect(try sandbox.read(".gitignore") == "/o.txt\n")
        #expect(try tree(sandbox, "one", "dvc.yaml") == sandbox.read("dvc.yaml"))
        #expect(try tree(sandbox, "one", "dvc.lock") == sandbox.read("dvc.lock"))
        #expect(try tree(sandbox, "one", "m.json") == "{\"v\": 3}\n")
        let status = try sandbox.expOK("status")
        #expect((status.output + status.errors).contains("up to date"), "\(status)")
        #expect(try sandbox.expOK("show", "--csv").output.contains("lr"))
    }

    @Test func theSameProgramAgainChangesItsStage() throws {
        let sandbox = try project()
        try sandbox.write("dvc.yaml", "# mine\nstages:\n  other:\n    cmd: echo other # keep\n")
        try sandbox.write("fit.sh", "echo \"$@\" > o.txt\n")
        try sandbox.expOK("run", "-n", "a", "-d", "fit.sh", "-o", "o.txt", "--", "sh", "fit.sh", "1")
        try sandbox.expOK("run", "-n", "b", "--", "sh", "fit.sh", "2 3")
        let text = try #require(try sandbox.read("dvc.yaml"))
        #expect(text.hasPrefix("# mine\nstages:\n  other:\n    cmd: echo other # keep\n"))
        #expect(text.contains("cmd: sh fit.sh '2 3'\n"))
        #expect(!text.contains("fit.sh 1"))
        #expect(try sandbox.read("o.txt") == "2 3\n")
        #expect(try tree(sandbox, "a", "dvc.yaml").contains("cmd: sh fit.sh 1\n"))
        #expect(try tree(sandbox, "b", "fit.sh") == "echo \"$@\" > o.txt\n")
        let clash = try sandbox.exp("run", "--", "./other")
        #expect(clash.status == 128, "\(clash)")
        #expect(clash.errors.contains("has another one of that name"))
        #expect(try sandbox.read("dvc.yaml") == text)
    }

    @Test(arguments: ["--temp", "--queue"])
    func leavesTheWorkspaceAloneInAFolderOfItsOwn(option: String) throws {
        let sandbox = try project()
        let before = try sandbox.untouched()
        try sandbox.expOK(
            "run", option, "-n", "far", "-S", "lr=5", "-p", "lr", "-o", "o.txt", "--", "cp params.yaml o.txt")
        #expect(try sandbox.untouched() == before)
        if option == "--queue" { try sandbox.expOK("run", "--run-all", "-q") }
        #expect(try sandbox.untouched() == before)
        #expect(try tree(sandbox, "far", "dvc.yaml").contains("cmd: cp params.yaml o.txt\n"))
        #expect(try tree(sandbox, "far", "params.yaml") == "lr: 5\n")
        try sandbox.expOK("apply", "far")
        #expect(try sandbox.read("o.txt") == "lr: 5\n")
    }

    @Test func worksBelowTheRoot() throws {
        let sandbox = try project()
        try sandbox.write("sub/in.txt", "x\n")
        let call = try sandbox.run(
            "git", ["exp", "run", "-n", "low", "-d", "in.txt", "-O", "o.txt", "--", "cp", "in.txt", "o.txt"],
            in: sandbox.root.appending("sub"))
        #expect(call.exit.isSuccess, "\(call)")
        #expect(try tree(sandbox, "low", "sub/o.txt") == "x\n")
        #expect(try sandbox.exists("sub/dvc.lock"))
    }

    @Test func mayAskForCheckpoints() throws {
        let sandbox = try project()
        try sandbox.expOK(
            "run", "-n", "deep", "-c", "o.txt", "--",
            "for i in 1 2; do echo $i >> o.txt; git exp checkpoint; done")
        let chain = try sandbox.git("rev-list", "--count", "HEAD..", "--glob=refs/exps/*/*/deep")
        #expect((Int(chain.split(separator: "\n")[0]) ?? 0) >= 2, "\(chain)")
        #expect(try sandbox.read("o.txt") == "1\n2\n")
        try sandbox.expOK("run", "--", "for i in 1 2; do echo $i >> o.txt; git exp checkpoint; done")
        #expect(try sandbox.read("o.txt") == "1\n2\n1\n2\n")
    }

    @Test func dryRunChangesNothing() throws {
        let sandbox = try project()
        let before = try sandbox.untouched()
        let call = try sandbox.expOK("run", "--dry", "--", "echo", "a b")
        #expect((call.output + call.errors).contains("> echo 'a b'"))
        #expect(try sandbox.untouched() == before)
    }

    @Test(arguments: [
        (["train", "--", "true"], "name stages, or give a command behind '--', not both"),
        (["-P", "--", "true"], "options that choose stages do not go with it"),
        (["--run-all", "--", "true"], "'--run-all' runs what is queued"),
        (["-o", "x"], "what a command reads and writes goes with one"),
    ])
    func whatDoesNotGoTogetherIsWrongUsage(words: [String], message: String) throws {
        let sandbox = try project()
        let call = try sandbox.run("git", ["exp", "run"] + words)
        #expect(call.status == 129, "\(call)")
        #expect(call.errors.contains(message), "\(call)")
        #expect(try !sandbox.exists("dvc.yaml"))
    }

    @Test func whatCannotBeRunLeavesNoStage() throws {
        let sandbox = try project()
        try sandbox.write("o.txt", "mine\n")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-qm", "tracked")
        let tracked = try sandbox.exp("run", "-o", "o.txt", "--", "true")
        #expect(tracked.errors.contains("is tracked by git"), "\(tracked)")
        let missing = try sandbox.exp("run", "-S", "nosuch=1", "--", "true")
        #expect(missing.status == 128, "\(missing)")
        let outside = try sandbox.exp("run", "-o", "../x", "--", "true")
        #expect(outside.errors.contains("outside the project"), "\(outside)")
        #expect(try !sandbox.exists("dvc.yaml"))
    }
}
