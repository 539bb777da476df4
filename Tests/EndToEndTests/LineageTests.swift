import Files
import TestSupport
import Testing

/// Where training goes on from is always told, and what is recorded is what was trained with.
@Suite struct LineageTests {
    @Test(arguments: ["exit 7", "kill -9 $$"])
    func aCommandThatFailsAfterACheckpointIsAFailure(_ end: String) throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.write("train.sh", "echo 1 > model.txt; echo '{}' > metrics.json; git exp checkpoint; \(end)\n")
        let outcome = try sandbox.exp("run", "-q", "-n", "first")
        #expect(outcome.status == 1, "\(outcome)")
        #expect(outcome.errors.contains("stage 'train' failed: 'sh train.sh'"), "\(outcome)")
        #expect(outcome.errors.contains(end == "exit 7" ? "status 7" : "SIGKILL"), "\(outcome)")
        // The experiment is complete up to there.
        #expect(try sandbox.expOK("list", "--name-only").output == "first\n")
        try sandbox.expOK("apply", "first@1")
    }

    @Test func aFailureOfALaterStageSaysWhatIsKept() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.expOK("stage", "add", "-q", "-n", "eval", "-d", "model.txt", "-O", "eval.txt", "false")
        let outcome = try sandbox.exp("run", "-n", "first", "-S", "lr=0.2")
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("Experiment 'first' keeps the checkpoints of this run (3)"), "\(outcome)")
        #expect(outcome.errors.contains("stay as they are in 'params.yaml'"), "\(outcome)")
    }

    @Test func afterAResetThatFailedEarlyNothingOldComesBack() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.expOK("run", "-n", "old")
        let script = try #require(try sandbox.read("train.sh"))
        try sandbox.write("train.sh", "exit 5\n")
        #expect(try sandbox.exp("run", "--reset", "-n", "early").status == 1)
        try sandbox.write("train.sh", script)
        let next = try sandbox.expOK("run", "-n", "next", "-S", "lr=0.7")
        #expect(!next.errors.contains("Training continues"), "\(next)")
        #expect(try sandbox.read("model.txt") == "step 1 lr 0.7\nstep 2 lr 0.7\nstep 3 lr 0.7\n")
    }

    @Test func goingOnFromACommittedModelIsAnnounced() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.expOK("run", "-n", "first")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "the model")
        let outcome = try sandbox.expOK("run", "-S", "steps=4")
        #expect(
            outcome.errors.contains("Training continues from 'model.txt' as 'dvc.lock' has it; 'git exp run --reset'"),
            "\(outcome)")
        #expect(try sandbox.read("model.txt")?.split(separator: "\n").count == 4)
    }

    @Test func applyingTheBaselineTakesTheExperimentAway() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.expOK("run", "-n", "first")
        try sandbox.expOK("apply", "main")
        for path in ["dvc.lock", "model.txt", "metrics.json"] { #expect(try !sandbox.exists(path), "\(path)") }
        #expect(try sandbox.git("status", "--porcelain", "--untracked-files=no").isEmpty)
        try sandbox.expOK("run", "-n", "second", "-S", "lr=0.7")
        #expect(try sandbox.read("model.txt")?.hasPrefix("step 1 lr 0.7\n") == true)
        // What was made meanwhile and is saved nowhere stays.
        try sandbox.write("metrics.json", "{\"mine\": 1}\n")
        try sandbox.expOK("apply", "main")
        #expect(try sandbox.read("metrics.json") == "{\"mine\": 1}\n")
    }

    @Test func hiddenFilesInAnOutputStay() throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.write(".dvcignore", "*.log\n")
        try sandbox.expOK(
            "stage", "add", "-n", "a", "-o", "out", "mkdir -p out/sub; echo 1 > out/sub/x; echo 2 > out/y")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "x")
        try sandbox.expOK("run", "-n", "first")
        try sandbox.expOK("apply", "first")
        try sandbox.write("out/my.log", "mine\n")
        try sandbox.expOK("apply", "main")
        #expect(try sandbox.run("find", ["out"]).output == "out\nout/my.log\n")
        try sandbox.expOK("apply", "first")
        try FileIO.remove(sandbox.root.pushing("out/my.log"))
        try sandbox.expOK("apply", "main")
        #expect(try !sandbox.exists("out"))
    }

    @Test func sourcesThatOnlyAnExperimentHasStay() throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.git("commit", "-q", "-m", "project")
        try sandbox.write("params.yaml", "lr: 1\n")
        try sandbox.write("train.sh", "echo 1 > model.txt; echo '{}' > metrics.json; git exp checkpoint\n")
        try sandbox.expOK(
            "stage", "add", "-n", "train", "-d", "train.sh", "-c", "model.txt", "-M", "metrics.json", "-p", "lr", "sh",
            "train.sh")
        try sandbox.expOK("run", "-n", "first")
        try sandbox.expOK("apply", "main")
        for path in ["train.sh", "params.yaml", "dvc.yaml"] { #expect(try sandbox.exists(path), "\(path)") }
        for path in ["dvc.lock", "metrics.json"] { #expect(try !sandbox.exists(path), "\(path)") }
    }

    @Test func aCheckpointWithoutItsDataIsNotContinued() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.expOK("run", "-n", "first")
        try FileIO.removeTree(sandbox.root.appending(".dvc").appending("cache"))
        try FileIO.remove(sandbox.root.appending("model.txt"))
        let before = try sandbox.git("for-each-ref", "refs/exps")
        let outcome = try sandbox.exp("run")
        #expect(outcome.status == 128)
        #expect(outcome.errors.contains("the data of 'model.txt' is not in the cache"), "\(outcome)")
        #expect(outcome.errors.contains("--reset"))
        #expect(try sandbox.git("for-each-ref", "refs/exps") == before)
        try sandbox.expOK("run", "--reset")
    }

    @Test(arguments: [false, true])
    func editsDuringARunAreNotRecorded(_ viaGit: Bool) throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        // Line-end conversion is git's own work, so the private index is git's, too.
        if viaGit { try sandbox.git("config", "core.autocrlf", "input") }
        try sandbox.write(
            "train.sh",
            """
            echo 1 > model.txt; echo '{"step": 1}' > metrics.json
            sleep 0.3
            sed -i 's/lr: 0.1/lr: 0.9/' params.yaml; echo '# edited' >> train.sh
            git exp checkpoint
            echo 2 > model.txt; echo '{"step": 2}' > metrics.json
            git exp checkpoint

            """)
        let outcome = try sandbox.expOK("run", "-n", "first")
        #expect(outcome.errors.contains("'params.yaml' changed during the run"), "\(outcome)")
        #expect(outcome.errors.contains("'train.sh' changed during the run"), "\(outcome)")
        let reference = try sandbox.git("for-each-ref", "--format=%(refname)", "refs/exps/*/*/first").dropLast()
        for commit in ["\(reference)", "\(reference)~1", "\(reference)~2"] {
            #expect(try sandbox.git("show", "\(commit):params.yaml").contains("lr: 0.1 "), "\(commit)")
            #expect(try !sandbox.git("show", "\(commit):train.sh").contains("# edited\n"), "\(commit)")
        }
        #expect(try sandbox.git("show", "\(reference):metrics.json") == "{\"step\": 2}\n")
        #expect(try sandbox.read("params.yaml")?.contains("lr: 0.9") == true)
    }
}
