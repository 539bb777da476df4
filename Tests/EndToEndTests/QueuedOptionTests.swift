import Files
import Processes
import SystemPackage
import TestSupport
import Testing

/// What `run` was asked for reaches the process that runs it later, somewhere else.
@Suite struct QueuedOptionTests {
    /// Two stages that do not need each other; the first one fails.
    private func project(generation: Int = 3) throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.git("config", "exp.generation", String(generation))
        try sandbox.expOK("init", "-q")
        try sandbox.expOK("stage", "add", "-q", "-n", "bad", "-o", "bad.txt", "exit 3")
        try sandbox.expOK("stage", "add", "-q", "-n", "good", "-o", "good.txt", "echo fine > good.txt")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-qm", "project")
        return sandbox
    }

    private func log(_ sandbox: Sandbox, _ name: String) throws -> String {
        try sandbox.expOK("queue", "logs", name).output
    }

    @Test(arguments: [2, 3]) func whatHappensWhenAStageFails(generation: Int) throws {
        let sandbox = try project(generation: generation)
        try sandbox.expOK("run", "--queue", "-n", "plain")
        try sandbox.expOK("run", "--queue", "-n", "kept", "-k")
        try sandbox.expOK("run", "--queue", "-n", "ignored", "--ignore-errors")
        #expect(try sandbox.exp("run", "--run-all").status == 1)
        let status = try sandbox.expOK("queue", "status").output.split(separator: "\n").map { $0.split(separator: " ") }
        let states = Dictionary(
            status.filter { $0.count > 3 }.map { (String($0[1]), String($0[$0.count - 1])) }, uniquingKeysWith: { $1 })
        #expect(states["plain"] == "Failed" && states["kept"] == "Failed" && states["ignored"] == "Success")
        #expect(try !log(sandbox, "plain").contains("Running stage 'good'"))
        #expect(try log(sandbox, "kept").contains("Running stage 'good'"))
        #expect(try sandbox.expOK("list", "--name-only").output == "ignored\n")
    }

    /// DVC 2 fails where the call that it reads says what happens when a stage fails; no DVC knows patterns there.
    @Test func dvcFindsWhatItKnows() throws {
        let sandbox = try project(generation: 2)
        try sandbox.expOK("run", "--queue", "-n", "chosen", "-k", "--no-run-cache", "--glob", "goo*")
        let call = try sandbox.git("show", "refs/exps/celery/stash:.dvc/tmp/repro.dat")
        #expect(call.contains("good") && !call.contains("goo*") && !call.contains("on_error"))
        try sandbox.expOK("run", "--run-all")
        #expect(try !log(sandbox, "chosen").contains("Running stage 'bad'"))
    }

    @Test(arguments: [["--temp"], ["--queue"]]) func dataIsPulledThere(option: [String]) throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.expOK("remote", "add", "-d", "there", "../remote")
        try sandbox.write("data.txt", "data\n")
        try sandbox.expOK("add", "-q", "data.txt")
        try sandbox.expOK("stage", "add", "-q", "-n", "s", "-d", "data.txt", "-o", "o.txt", "cp data.txt o.txt")
        try FileIO.makeDirectories(sandbox.root.pushing("../remote"))
        try sandbox.expOK("data", "push", "-q")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-qm", "project")
        try FileIO.remove(sandbox.root.appending("data.txt"))
        try FileIO.removeTree(sandbox.root.pushing(".dvc/cache"))
        func run(_ words: [String]) throws -> Bool {
            let call = try sandbox.run("git", ["exp", "run"] + option + words)
            guard option == ["--queue"] else { return call.exit.isSuccess }
            return try sandbox.exp("run", "--run-all").exit.isSuccess
        }
        #expect(try !run(["-n", "without"]))
        #expect(try run(["-n", "with", "--pull"]))
        #expect(try sandbox.expOK("list", "--name-only").output == "with\n")
    }

    @Test(arguments: [
        (["--queue", "-i"], "'--interactive'"), (["--temp", "-i"], "'--interactive'"),
        (["--temp", "--queue"], "'--temp'"),
        (["--queue", "--run-all"], "exclude each other"), (["-r", "HEAD"], "'--rev' goes with"),
        (["-C", "x"], "'--copy-paths' goes with"), (["--reset", "-r", "HEAD", "--temp"], "exclude each other"),
        (["-j", "0"], "--jobs"), (["--gpus", "1"], "'--gpus'"),
    ])
    func whatCannotBeCarriedIsRefused(words: [String], message: String) throws {
        let sandbox = try project()
        let call = try sandbox.run("git", ["exp", "run"] + words)
        #expect(call.status == 129 && call.errors.contains(message), "\(call)")
        #expect(try sandbox.git("for-each-ref", "refs/exps").isEmpty)
    }

    @Test func foldersMayHaveColonsInTheirNames() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject(steps: 1)
        try sandbox.write("a:b/dvc.yaml", "stages:\n  copy:\n    cmd: echo 1 > copy.txt\n    outs:\n    - copy.txt\n")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "folder")
        let folder = sandbox.root.appending("a:b")
        for (name, targets) in [("all", []), ("one", ["copy"]), ("file", ["dvc.yaml:copy"])] {
            let outcome = try sandbox.run("git", ["exp", "run", "-q", "--queue", "-n", name] + targets, in: folder)
            #expect(outcome.status == 0, "\(outcome)")
        }
        try sandbox.expOK("run", "-q", "--queue", "-n", "above", "a:b/dvc.yaml:copy")
        try sandbox.expOK("run", "-q", "--run-all")
        #expect(try sandbox.expOK("list", "--name-only").output == "above\nall\nfile\none\n")
    }
}
