import Processes
import TestSupport
import Testing

/// Several experiments that are queued at once.
@Suite struct SweepTests {
    private func project() throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.write("params.yaml", "# the rate\nlr: 1\nn: 0\n")
        try sandbox.write("other.yaml", "x: 1\n")
        try sandbox.expOK(
            "stage", "add", "-q", "-n", "train", "-p", "lr,n", "-p", "other.yaml:x", "-o", "out.txt",
            "cat params.yaml other.yaml > out.txt")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-qm", "project")
        return sandbox
    }

    private func queued(_ sandbox: Sandbox) throws -> Int {
        try sandbox.expOK("queue", "status").output.split(separator: "\n").filter { $0.contains("Queued") }.count
    }

    @Test func everyCombinationBecomesAnExperiment() throws {
        let sandbox = try project()
        let before = try sandbox.untouched()
        let call = try sandbox.expOK(
            "run", "--queue", "-n", "grid", "-S", "lr=0.1,0.2", "-S", "other.yaml:x=choice(a, b)", "-S", "n=range(1,3)",
            "-M", "a grid")
        #expect(call.errors.contains("Queued experiment 'grid-1' for future execution: lr=0.1, n=1, other.yaml:x=a\n"))
        #expect(call.errors.contains("Queued experiment 'grid-8' for future execution: lr=0.2, n=2, other.yaml:x=b\n"))
        #expect(try queued(sandbox) == 8)
        #expect(try sandbox.untouched() == before)
        try sandbox.expOK("run", "--run-all", "-q", "-j", "2")
        let list = try sandbox.expOK("list", "--name-only").output.split(separator: "\n").sorted()
        #expect(list == (1...8).map { "grid-\($0)" })
        let tip = try sandbox.git("for-each-ref", "--format=%(refname)", "refs/exps/*/*/grid-3").split(separator: "\n")[
            0]
        #expect(try sandbox.git("show", "\(tip):params.yaml").contains("# the rate\nlr: 0.1\nn: 2"))
        #expect(try sandbox.git("show", "\(tip):other.yaml").contains("x: a"))
        #expect(try sandbox.git("log", "-1", "--format=%s", String(tip)).contains("a grid"))
    }

    @Test func namesAreMadeUpWithoutAPrefix() throws {
        let sandbox = try project()
        try sandbox.expOK("run", "--queue", "-S", "lr=sort(3,1,2)")
        #expect(try queued(sandbox) == 3)
        // One value written as a sweep is one, as in DVC.
        try sandbox.expOK("run", "--queue", "-n", "single", "-S", "lr=choice(7)")
        #expect(try sandbox.expOK("queue", "status").output.contains("single-1"))
    }

    @Test(arguments: [
        ["-n", "grid", "-S", "lr=5,6"], ["-n", "g", "-S", "nosuch=1,2"], ["-S", "lr=1,2", "-S", "nosuch.yaml:x=1"],
        ["-S", "lr=choice()"], ["-S", "lr=range(1,9,0)"], ["-S", "lr=range(9,1)"], ["-S", "lr=interval(0,1)"],
        ["-S", "lr=fold(1,2)"], ["-S", "lr=range(200)", "-S", "n=range(200)"], ["-n", "a b~", "-S", "lr=1,2"],
        ["-S", "lr=1,2", "nosuchstage"],
    ])
    func allOrNothingIsQueued(words: [String]) throws {
        let sandbox = try project()
        try sandbox.expOK("run", "--queue", "-n", "grid-2")
        let before = try sandbox.git("reflog", "show", "refs/exps/celery/stash")
        let refused = try sandbox.run("git", ["exp", "run", "--queue"] + words)
        #expect(!refused.exit.isSuccess, "\(refused)")
        #expect(refused.errors.contains("error: "), "\(refused)")
        #expect(try queued(sandbox) == 1)
        #expect(try sandbox.git("reflog", "show", "refs/exps/celery/stash") == before)
    }

    @Test(arguments: [[], ["--temp"], ["--dry"]])
    func severalValuesNeedTheQueue(words: [String]) throws {
        let sandbox = try project()
        let before = try sandbox.untouched()
        let refused = try sandbox.run("git", ["exp", "run", "-S", "lr=1,2"] + words)
        #expect(refused.status == 129, "\(refused)")
        #expect(refused.errors.contains("names several values, and one run takes one"))
        #expect(refused.errors.contains("--queue"))
        #expect(try sandbox.untouched() == before)
    }
}
