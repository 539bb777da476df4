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
}
