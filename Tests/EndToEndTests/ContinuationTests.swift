import Files
import TestSupport
import Testing

/// What a run continues, and what it says of that.
@Suite struct ContinuationTests {
    private func training(steps: Int = 3) throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject(steps: steps)
        return sandbox
    }

    private func lines(_ sandbox: Sandbox, _ path: String = "model.txt") throws -> Int? {
        try sandbox.read(path)?.split(separator: "\n").count
    }

    @Test func theCheckpointDecidesAlsoWithoutALockFile() throws {
        let sandbox = try training()
        try sandbox.expOK("run", "-n", "one")
        try FileIO.remove(sandbox.root.appending("dvc.lock"))
        try sandbox.expOK("run", "-S", "steps=5")
        #expect(try lines(sandbox) == 5)
        #expect(try sandbox.git("log", "--oneline", "-1", "refs/exps/exec/EXEC_APPLY~3").contains("experiment"))
        // Three steps and their end, two more and theirs: none is made twice.
        let all = try sandbox.git("rev-list", "--count", "main..refs/exps/exec/EXEC_APPLY")
        #expect(all == "7\n")
    }

    @Test func theCheckpointDecidesAlsoWithTheLockFileOfAnotherBranch() throws {
        let sandbox = try training()
        try sandbox.expOK("run", "-n", "one")
        try sandbox.expOK("branch", "one", "kept")
        try sandbox.git("stash", "--include-untracked")
        try sandbox.git("checkout", "-q", "kept")
        try sandbox.git("stash", "drop", "-q")
        try sandbox.git("checkout", "-q", "main")
        let outcome = try sandbox.expOK("run")
        #expect(outcome.errors.contains("Training continues from checkpoint"), "\(outcome)")
        #expect(try lines(sandbox) == 3, "\(outcome)")
        // Three steps and the ends of two runs.
        #expect(try sandbox.git("rev-list", "--count", "main..refs/exps/exec/EXEC_APPLY") == "5\n")
    }

    @Test func withoutTheDataOfItsCheckpointNothingContinues() throws {
        let sandbox = try training()
        try sandbox.expOK("run", "-n", "one")
        try FileIO.removeTree(sandbox.root.pushing(".dvc/cache"))
        #expect(try sandbox.exp("apply", "one@2").status == 1)
        let refused = try sandbox.exp("run", "-S", "steps=5")
        #expect(refused.status == 128, "\(refused)")
        #expect(refused.errors.contains("the data of 'model.txt' is not in the cache"), "\(refused)")
        // The data of this one is still in the workspace.
        #expect(try sandbox.exp("apply", "one").status == 1)
        try sandbox.expOK("run", "-S", "steps=5")
        #expect(try lines(sandbox) == 5)
    }

    @Test func otherStagesBeginAnotherExperiment() throws {
        let sandbox = try training()
        try sandbox.write("other.sh", "echo x >> other.txt; git exp checkpoint\n")
        try sandbox.expOK("stage", "add", "-q", "-n", "other", "-d", "other.sh", "-c", "other.txt", "sh", "other.sh")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "another stage")
        try sandbox.expOK("run", "-n", "one", "train")
        let second = try sandbox.expOK("run", "-n", "two", "other")
        #expect(!second.errors.contains("Training continues"), "\(second)")
        #expect(try sandbox.expOK("list", "--name-only").output == "one\ntwo\n")
        let third = try sandbox.expOK("run", "other")
        #expect(third.errors.contains("'two' will be resumed"), "\(third)")
    }

    @Test func aNameThatDoesNotCountComesWithTheWayToUseIt() throws {
        let sandbox = try training()
        try sandbox.expOK("run", "-n", "one")
        let resumed = try sandbox.expOK("run", "-n", "two")
        #expect(resumed.errors.contains("'one' goes on under its own name"), "\(resumed)")
        #expect(resumed.errors.contains("git exp run --reset -n two"), "\(resumed)")
        #expect(resumed.errors.contains("git exp branch one two"), "\(resumed)")
    }

    @Test func whatGoesOnMayBeNamed() throws {
        let sandbox = try training()
        try sandbox.expOK("run", "-n", "one")
        let resumed = try sandbox.expOK("run", "-n", "one")
        #expect(resumed.errors.contains("'one' will be resumed"), "\(resumed)")
        #expect(!resumed.errors.contains("under its own name"), "\(resumed)")
        let before = try sandbox.read("params.yaml")
        for call in [["--reset"], ["--dry"], ["-S", "steps=5"]] {
            let refused = try sandbox.run("git", ["exp", "run", "-n", "one"] + call)
            #expect(refused.status == 128 && refused.errors.contains("'one' already exists"), "\(refused)")
            #expect(try sandbox.read("params.yaml") == before)
        }
        // Another one that is there is not what goes on.
        try sandbox.expOK("run", "--reset", "-n", "two")
        let refused = try sandbox.exp("run", "-n", "one")
        #expect(refused.status == 128 && refused.errors.contains("'one' already exists"), "\(refused)")
        #expect(try sandbox.expOK("verify", "two@1").exit.isSuccess)
        #expect(try sandbox.exp("verify", "nobody").errors.contains("no experiment or commit named 'nobody'"))
    }

    @Test func shortHexadecimalWordsAreNames() throws {
        let sandbox = try training()
        try sandbox.expOK("run", "-n", "e1")
        try sandbox.expOK("apply", "e1@2")
        #expect(try lines(sandbox) == 2)
        #expect(try sandbox.exp("run", "--reset", "-n", "beef").status == 128)
        try sandbox.git("config", "exp.generation", "2")
        let refused = try sandbox.exp("run", "--reset", "-n", "b")
        #expect(refused.status == 128 && refused.errors.contains("DVC 2"), "\(refused)")
    }

    @Test func metricsComeBackWhereTheCommandWroteNone() throws {
        let sandbox = try training()
        let script = try #require(try sandbox.read("train.sh"))
        // As most programs: nothing is written where no epoch is left.
        try sandbox.write("train.sh", script.split(separator: "# A continued")[0] + "[ -e /nowhere ] || true\n")
        try sandbox.expOK("run", "-n", "one")
        let metrics = try sandbox.read("metrics.json")
        let outcome = try sandbox.exp("run")
        #expect(outcome.status == 128, "\(outcome)")
        #expect(outcome.errors.contains("nothing left to train") && outcome.errors.contains("--reset"), "\(outcome)")
        #expect(try metrics != nil && sandbox.read("metrics.json") == metrics)
        // What the command wrote itself stays, and nothing is left over.
        try sandbox.write("train.sh", "echo '{\"step\": 0}' > metrics.json; exit 3\n")
        #expect(try sandbox.exp("run").status == 1)
        #expect(try sandbox.read("metrics.json") == "{\"step\": 0}\n")
        let left = try FileIO.list(sandbox.root.pushing(".dvc/tmp/git-exp"))?.map(\.name) ?? []
        #expect(!left.contains { $0.hasPrefix("aside") }, "\(left)")
    }

    @Test func metricsComeBackInAParallelRun() throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        for name in ["a", "b"] {
            try sandbox.expOK("stage", "add", "-q", "-n", name, "-M", "\(name).json", "exit 1")
            try sandbox.write("\(name).json", "{\"\(name)\": 1}")
        }
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "project")
        #expect(try sandbox.exp("repro", "--jobs", "2", "--keep-going").status == 1)
        #expect(try sandbox.git("status", "--porcelain").isEmpty)
    }
}
