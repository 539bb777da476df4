import Files
import TestSupport
import Testing

/// Messages that send the user the right way.
@Suite struct GuidanceTests {
    private func emptyProject() throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.git("commit", "-q", "-m", "project")
        return sandbox
    }

    @Test func helpOnNothingFails() throws {
        let sandbox = try emptyProject()
        for (words, hint) in [
            (["help", "nosuch"], "'git exp -h' lists"), (["help", "shwo"], "'git exp show'"),
            (["help", "stage", "ad"], "'git exp stage add'"),
        ] {
            let outcome = try sandbox.run("git", ["exp"] + words)
            #expect(outcome.status == 129 && outcome.output.isEmpty, "\(outcome)")
            #expect(outcome.errors.contains("is not a git exp command") && outcome.errors.contains(hint), "\(outcome)")
        }
        #expect(try sandbox.expOK("help", "stage", "add").output.contains("USAGE: git exp stage add"))
    }

    @Test func outputsOfTheRunBeforeAreNotFarAway() throws {
        let sandbox = try emptyProject()
        try sandbox.write("train.sh", "[ -e bad ] && exit 3\necho done >out.txt\n")
        try sandbox.expOK("stage", "add", "-q", "-n", "train", "-d", "train.sh", "-o", "out.txt", "sh", "train.sh")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "stage")
        let first = try sandbox.exp("run", "-n", "one")
        #expect(first.status == 0 && !first.errors.contains("git exp checkout"), "\(first)")
        try sandbox.write("bad", "")
        let outcome = try sandbox.exp("run", "-f", "-n", "two")
        #expect(outcome.status == 1 && outcome.errors.contains("'git exp checkout' brings back"), "\(outcome)")
        try sandbox.expOK("checkout")
        #expect(try sandbox.read("out.txt") == "done\n")
    }

    @Test func aCommandThatIsTooLong() throws {
        let sandbox = try emptyProject()
        try sandbox.write("dvc.yaml", "stages:\n  a:\n    cmd: /bin/echo \(String(repeating: "x", count: 140_000))\n")
        let outcome = try sandbox.exp("repro", "-q")
        #expect(outcome.status == 128 && outcome.errors.contains("longer than the system allows"), "\(outcome)")
        #expect(outcome.errors.contains("script") && !outcome.errors.contains("SHELL"), "\(outcome)")
    }

    @Test func unknownTargetsWithoutAPipeline() throws {
        let sandbox = try emptyProject()
        for command in [["checkout"], ["dag"], ["freeze"], ["commit"], ["data", "remove"], ["run"], ["status"]] {
            let outcome = try sandbox.run("git", ["exp"] + command + ["nosuch"])
            #expect(outcome.status == 128 && outcome.errors.contains("'nosuch'"), "\(outcome)")
            #expect(outcome.errors.contains("git exp stage list --all"), "\(outcome)")
            #expect(!outcome.errors.contains("--all-pipelines") && !outcome.errors.contains("dvc.yaml"), "\(outcome)")
        }
    }

    @Test func anEmptyPipelineFile() throws {
        let sandbox = try emptyProject()
        try sandbox.write("dvc.yaml", "")
        let outcome = try sandbox.exp("repro")
        #expect(outcome.errors.contains("'dvc.yaml' does not exist or is empty"), "\(outcome)")
    }

    @Test func parametersOfTheFolderAbove() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        let folder = sandbox.root.appending("deep").appending("er")
        try FileIO.makeDirectories(folder)
        let outcome = try sandbox.run("git", ["exp", "run", "-P", "-S", "lr=4"], in: folder)
        #expect(outcome.status == 128 && outcome.errors.contains("-S '../../params.yaml:KEY=VALUE'"), "\(outcome)")
        #expect(try sandbox.exp("run", "-S", "no.yaml:lr=4").errors.contains("hint") == false)
    }

    @Test func settingsOfGit() throws {
        let sandbox = try emptyProject()
        let outcome = try sandbox.exp("config", "exp.best", "acc")
        #expect(outcome.status == 128 && outcome.errors.contains("'git config exp.best VALUE'"), "\(outcome)")
    }

    @Test func theProjectAndWhatIsOutside() throws {
        let sandbox = try emptyProject()
        let all = try sandbox.exp("add", ".")
        #expect(all.status == 128 && all.errors.contains("it is the project itself"), "\(all)")
        let outside = try sandbox.exp("stage", "add", "-n", "x", "-o", "../y", "echo")
        #expect(outside.status == 128 && outside.errors.contains("outside the project"), "\(outside)")
        #expect(!outside.errors.contains("line") && outside.errors.contains("'-O'"), "\(outside)")
        #expect(try !sandbox.exists("dvc.yaml"))
    }

    @Test func gitIsAskedForWhatItKnows() throws {
        let sandbox = try emptyProject()
        try sandbox.write("raw", "x\n")
        try sandbox.expOK("add", "-q", "raw")
        let fresh = try sandbox.expOK("data", "remove", "raw.dvc")
        #expect(!fresh.errors.contains("raw.dvc"), "\(fresh)")
        try sandbox.expOK("add", "-q", "raw")
        try sandbox.git("add", ".")
        let known = try sandbox.expOK("data", "remove", "raw.dvc")
        #expect(known.errors.contains("git add raw.dvc .gitignore"), "\(known)")
    }

    @Test func statusNamesPathsFromHereAndTellsOfCircles() throws {
        let sandbox = try emptyProject()
        try sandbox.write("data/raw", "x\n")
        try sandbox.expOK("add", "-q", "data/raw")
        try sandbox.write("data/raw", "y\n")
        #expect(try sandbox.expOK("status").output.contains("modified:           data/raw\n"))
        let inside = try sandbox.run("git", ["exp", "status"], in: sandbox.root.appending("data"))
        #expect(inside.output.contains("modified:           raw\n"), "\(inside)")
        try sandbox.write(
            "dvc.yaml",
            "stages:\n  a:\n    cmd: x\n    deps: [b]\n    outs: [a]\n  b:\n    cmd: x\n    deps: [a]\n    outs: [b]\n")
        let circle = try sandbox.expOK("status")
        #expect(circle.errors.contains("warning: stages need each other in a circle"), "\(circle)")
    }

    @Test func aDryRunTellsWhatIsMissing() throws {
        let sandbox = try emptyProject()
        try sandbox.write(
            "dvc.yaml",
            "stages:\n  a:\n    cmd: x\n    deps: [b]\n    outs: [c]\n  d:\n    cmd: x\n    deps: [c]\n    params: [lr]\n"
        )
        let outcome = try sandbox.expOK("repro", "--dry")
        #expect(outcome.errors.contains("warning: stage 'a' needs 'b', which does not exist"), "\(outcome)")
        #expect(outcome.errors.contains("warning: the parameter file 'params.yaml' does not exist"), "\(outcome)")
        #expect(!outcome.errors.contains("needs 'c'"), "\(outcome)")
    }
}
