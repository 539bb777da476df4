import Files
import TestSupport
import Testing

@Suite struct RunTests {
    @Test func leavesCheckpointsInGitAndHandsOff() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        let before = try sandbox.untouched(includingStatus: false)
        let outcome = try sandbox.exp("run", "-n", "first")
        #expect(outcome.status == 0, "\(outcome)")
        let lines = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("Checkpoint experiment iteration '") }
        #expect(lines.count == 3)
        #expect(try sandbox.untouched(includingStatus: false) == before)
        let reference = try sandbox.git("for-each-ref", "--format=%(refname)", "refs/exps/*/*/first")
        let head = try sandbox.git("rev-parse", "HEAD").dropLast()
        #expect(reference == "refs/exps/\(head.prefix(2))/\(head.dropFirst(2))/first\n")
        // Three checkpoints and the end of the run.
        #expect(
            try sandbox.git("rev-list", "--count", "HEAD..refs/exps/\(head.prefix(2))/\(head.dropFirst(2))/first")
                == "4\n")
        #expect(try sandbox.git("fsck", "--strict").isEmpty)
        #expect(try sandbox.git("for-each-ref", "refs/exps/exec/EXEC_BASELINE", "refs/exps/exec/EXEC_BRANCH").isEmpty)
    }

    @Test func everyPrintedCheckpointCanBeAppliedWithItsModel() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        let outcome = try sandbox.expOK("run", "-n", "first")
        let ids = outcome.errors.split(separator: "\n").compactMap { line -> String? in
            guard line.hasPrefix("Checkpoint experiment iteration '") else { return nil }
            return String(line.dropFirst(33).prefix(7))
        }
        for (index, id) in ids.enumerated() {
            try sandbox.expOK("apply", id)
            let model = (1...index + 1).map { "step \($0) lr 0.1\n" }.joined()
            #expect(try sandbox.read("model.txt") == model)
            #expect(try sandbox.read("metrics.json") == "{\"step\": \(index + 1), \"loss\": \(99 - index)}\n")
        }
        try sandbox.expOK("apply", "first@2")
        #expect(try sandbox.read("metrics.json") == "{\"step\": 2, \"loss\": 98}\n")
    }

    @Test func aSecondRunContinuesAndSaysSo() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.expOK("run", "-n", "first")
        let again = try sandbox.expOK("run")
        #expect(again.errors.contains("Existing checkpoint experiment 'first' will be resumed"))
        #expect(again.errors.contains("Training continues from checkpoint"))
        #expect(again.errors.contains("--reset"))
        // Also where there was nothing left to train.
        let third = try sandbox.expOK("run")
        #expect(third.errors.contains("Existing checkpoint experiment 'first' will be resumed"), "\(third)")
    }

    @Test func trainingThatContinuesOnANewCommitIsAnnounced() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        #expect(try !sandbox.expOK("run").errors.contains("Training continues"))
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "results")
        let again = try sandbox.expOK("run", "-S", "steps=4")
        #expect(again.errors.contains("Training continues from 'model.txt' as 'dvc.lock' has it"), "\(again)")
        #expect(try sandbox.read("model.txt")?.split(separator: "\n").count == 4)
        #expect(try !sandbox.expOK("run", "--reset").errors.contains("Training continues"))
    }

    @Test func aChangedParameterForksFromTheAppliedCheckpoint() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.expOK("run", "-n", "first")
        try sandbox.expOK("apply", "first@2")
        let fork = try sandbox.expOK("run", "-n", "fork", "-S", "lr=0.5")
        #expect(fork.errors.contains("Modified checkpoint experiment based on"))
        #expect(try sandbox.read("params.yaml") == "steps: 3\nlr: 0.5  # how fast\n")
        #expect(try sandbox.read("model.txt") == "step 1 lr 0.1\nstep 2 lr 0.1\nstep 3 lr 0.5\n")
        let table = try sandbox.expOK("show", "--csv").output
        let parent = try sandbox.git("rev-parse", "--short=7", "refs/exps/exec/EXEC_CHECKPOINT~2").dropLast()
        #expect(table.contains("checkpoint_commit") && table.contains(",\(parent),"), "\(table)")
        #expect(try sandbox.expOK("show").output.contains("(\(parent))"))
    }

    @Test func anUnchangedInnerCheckpointIsNotRunAgain() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.expOK("run", "-n", "first")
        try sandbox.expOK("apply", "first@2")
        let outcome = try sandbox.exp("run")
        #expect(outcome.status == 128)
        #expect(outcome.errors.contains("nothing to do"))
        #expect(outcome.errors.contains("git exp apply first"))
    }

    @Test func resetStartsOver() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.expOK("run", "-n", "first")
        try sandbox.write("params.yaml", "steps: 1\nlr: 0.2\n")
        try sandbox.expOK("run", "--reset", "-n", "fresh")
        #expect(try sandbox.read("model.txt") == "step 1 lr 0.2\n")
    }

    @Test func aFailureBeforeACheckpointRecordsNothing() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.write("train.sh", "exit 3\n")
        let outcome = try sandbox.exp("run", "-n", "broken")
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("stage 'train' failed"))
        #expect(outcome.errors.contains("status 3"))
        #expect(try sandbox.expOK("list").output.isEmpty)
    }

    @Test func aMissingOutputIsNamed() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.write("train.sh", "echo 1 > model.txt\n")
        let outcome = try sandbox.exp("run")
        #expect(outcome.status == 128)
        #expect(outcome.errors.contains("'metrics.json'"))
        // The same at a checkpoint, whose request does not outlive the run.
        try sandbox.write("train.sh", "echo 1 > model.txt; git exp checkpoint; sleep 60\n")
        let early = try sandbox.exp("run")
        #expect(early.status == 128)
        #expect(early.errors.contains("'metrics.json'"))
        #expect(try !sandbox.exists(".dvc/tmp/DVC_CHECKPOINT"))
    }

    @Test func aStageWithoutCheckpointOutputIsAnswered() throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.expOK(
            "stage", "add", "-q", "-n", "a", "-O", "out.txt",
            "echo 1 > out.txt && git exp checkpoint && echo 2 > out.txt")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "x")
        let outcome = try sandbox.exp("run", "-n", "plain")
        #expect(outcome.status == 0, "\(outcome)")
        #expect(outcome.errors.contains("Checkpoint experiment iteration"))
    }

    @Test func filtersOfGitAreHonoured() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.git("config", "filter.upper.clean", "tr a-z A-Z")
        try sandbox.git("config", "filter.upper.smudge", "tr A-Z a-z")
        try sandbox.write(".gitattributes", "*.up filter=upper\n")
        try sandbox.write("word.up", "hello\n")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "filter")
        try sandbox.write("word.up", "world\n")
        let before = try sandbox.untouched(includingStatus: false)
        try sandbox.expOK("run", "-n", "first")
        #expect(try sandbox.untouched(includingStatus: false) == before)
        #expect(try sandbox.git("show", "refs/exps/exec/EXEC_APPLY:word.up") == "WORLD\n")
        try sandbox.write("word.up", "third\n")
        try sandbox.expOK("apply", "first")
        #expect(try sandbox.read("word.up") == "world\n")
    }

    @Test func largeFilesGoIntoCommitsToo() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject(steps: 2)
        try sandbox.write("large.sh", "head -c 9000000 /dev/zero | tr '\\0' \"$(cat model.txt | wc -l)\" > large.bin\n")
        let script = try #require(try sandbox.read("train.sh"))
        try sandbox.write(
            "train.sh", script.replacing("    git exp checkpoint", with: "    sh large.sh\n    git exp checkpoint"))
        try sandbox.expOK(
            "stage", "add", "-q", "-f", "-n", "train", "-c", "model.txt", "-O", "large.bin", "sh", "train.sh")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "large")
        try sandbox.expOK("run", "-n", "first")
        let tip = "refs/exps/exec/EXEC_APPLY"
        for (commit, digit) in [(tip, "2"), (tip + "~2", "1")] {
            let large = try sandbox.git("show", "\(commit):large.bin")
            #expect(large.utf8.count == 9_000_000 && large.prefix(1) == digit, "\(commit)")
        }
    }

    @Test func checkpointsHoldTheFilesOfStagesThatRanBefore() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.write("prepare.sh", "echo 1 > data.txt; echo '{\"rows\": 5}' > rows.json\n")
        try sandbox.expOK(
            "stage", "add", "-n", "prepare", "-d", "prepare.sh", "-o", "data.txt", "-M", "rows.json", "sh",
            "prepare.sh")
        try sandbox.expOK(
            "stage", "add", "-f", "-n", "train", "-d", "data.txt", "-d", "train.sh", "-c", "model.txt", "-M",
            "metrics.json", "-p", "lr,steps", "sh", "train.sh")
        try sandbox.expOK("run", "-n", "first")
        let tip = try sandbox.git("for-each-ref", "--format=%(refname)", "refs/exps/*/*/first").dropLast()
        for commit in ["\(tip)", "\(tip)~1", "\(tip)~3"] {
            let files = try sandbox.git("ls-tree", "--name-only", commit).split(separator: "\n")
            #expect(files.contains("prepare.sh") && files.contains("rows.json"), "\(commit): \(files)")
        }
    }

    @Test func anEditedOutputIsKeptBeforeItsStageRuns() throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.write("in.txt", "1\n")
        try sandbox.expOK("stage", "add", "-n", "a", "-d", "in.txt", "-o", "out.txt", "cp in.txt out.txt")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "x")
        try sandbox.expOK("run")
        try FileIO.remove(sandbox.root.appending("out.txt"))
        try sandbox.write("out.txt", "by hand\n")
        let run = try sandbox.expOK("run")
        #expect(try sandbox.read("out.txt") == "1\n")
        let kept = run.errors.split(separator: "'").first { $0.hasPrefix(".dvc/cache/") }
        #expect(try kept.flatMap { try sandbox.read(String($0)) } == "by hand\n", "\(run)")
        #expect(try !sandbox.expOK("run", "-f").errors.contains("saved nowhere"))
    }
    @Test func optionsThatOtherProgramsPass() throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.expOK("stage", "add", "-n", "a", "-o", "out.txt", "echo 1 > out.txt")
        #expect(try sandbox.expOK("stage", "list", "--fail").output == "a  Outputs out.txt\n")
        try sandbox.expOK("repro", "--no-commit")
        #expect(try sandbox.read("dvc.lock")?.contains("md5: b026324c6904b2a9cb4b88d6d61c81d1") == true)
        #expect(try !sandbox.exists(".dvc/cache/files"))
        #expect(try sandbox.expOK("status").output.contains("not in cache:       out.txt"))
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "x")
        try sandbox.expOK("run", "-n", "first")
        try sandbox.expOK("apply", "--no-force", "first")
        try sandbox.expOK("apply", "-f", "first")
    }
    @Test func aFrozenStageMayLackItsData() throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.write(
            "dvc.yaml", "stages:\n  a:\n    cmd: echo 1 > out.txt\n    outs: [out.txt]\n    frozen: true\n")
        #expect(try sandbox.exp("repro").status == 128)
        try sandbox.expOK("repro", "--allow-missing")
    }
}
