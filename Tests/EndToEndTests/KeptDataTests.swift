import TestSupport
import Testing

/// What would be lost is kept, and the line that is printed brings it back.
@Suite struct KeptDataTests {
    /// A project whose only stage writes into a folder.
    private func project(option: String, generation: String) throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.git("config", "exp.generation", generation)
        try sandbox.write("in.txt", "1\n")
        try sandbox.expOK(
            "stage", "add", "-q", "-n", "make", "-d", "in.txt", option, "out",
            "mkdir -p out/deep && cp in.txt out/deep/x && echo 2 > out/y")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "project")
        return sandbox
    }

    /// Runs the command that brings a folder back; what it brought.
    private func broughtBack(_ sandbox: Sandbox, _ text: String) throws -> String {
        let line = try #require(text.split(separator: "\n").first { $0.contains("git exp checkout") }, "\(text)")
        let outcome = try sandbox.run("sh", ["-c", String(line.drop { $0 == "\t" })])
        #expect(outcome.status == 0, "\(outcome)")
        return try sandbox.run("sh", ["-c", "cat kept-*/deep/x kept-*/y"]).output
    }

    @Test(arguments: ["2", "3"])
    func aFolderWithChangesOutsideACheckpoint(generation: String) throws {
        let sandbox = try project(option: "-c", generation: generation)
        try sandbox.expOK("run")
        try sandbox.write("out/deep/x", "mine\n")
        let outcome = try sandbox.expOK("run", "-f")
        #expect(outcome.errors.contains("'out' had changes outside any checkpoint; they are kept as"), "\(outcome)")
        #expect(try sandbox.read("out/deep/x") == "1\n")
        #expect(try broughtBack(sandbox, outcome.errors) == "mine\n2\n")
    }

    @Test func aFolderThatAStageWritesAnew() throws {
        let sandbox = try project(option: "-o", generation: "3")
        try sandbox.expOK("run", "-n", "first")
        try sandbox.write("out/deep/x", "mine\n")
        let outcome = try sandbox.expOK("repro", "-f")
        #expect(outcome.errors.contains("'out' had contents that were saved nowhere"), "\(outcome)")
        #expect(try broughtBack(sandbox, outcome.errors) == "mine\n2\n")
    }

    @Test func aFolderThatAnExperimentReplaces() throws {
        let sandbox = try project(option: "-o", generation: "3")
        try sandbox.expOK("run", "-n", "first")
        try sandbox.write("out/y", "mine\n")
        let outcome = try sandbox.expOK("apply", "first")
        #expect(outcome.errors.contains("'out' had changes that were saved nowhere"), "\(outcome)")
        #expect(try broughtBack(sandbox, outcome.errors) == "1\nmine\n")
    }

    @Test func aFileComesBackAndIsNoGarbage() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.expOK("run")
        try sandbox.write("model.txt", "mine\n")
        let outcome = try sandbox.expOK("run", "-f")
        let line = try #require(outcome.errors.split(separator: "\n").first { $0.contains("cat ") }, "\(outcome)")
        #expect(try sandbox.expOK("data", "gc", "-w", "-f").errors.contains("No unused data"))
        let back = try sandbox.run("sh", ["-c", String(line.drop { $0 == "\t" })])
        #expect(try back.status == 0 && sandbox.read("model.txt") == "mine\n", "\(back)")

        try sandbox.git("config", "exp.undoDays", "0")
        let kept = try #require(try sandbox.read(".dvc/tmp/git-exp/kept"))
        try sandbox.write(".dvc/tmp/git-exp/kept", kept.replacingSeconds())
        try sandbox.expOK("data", "gc", "-w", "--dry")
        #expect(try sandbox.exists(".dvc/tmp/git-exp/kept"))
        #expect(try sandbox.expOK("data", "gc", "-w", "-f").errors.contains("Removed 1 object"))
        #expect(try !sandbox.exists(".dvc/tmp/git-exp/kept"))
    }

    @Test func whatAnotherWorktreeKeptIsNoGarbage() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.expOK("run", "-n", "first")
        try sandbox.git("worktree", "add", "-q", "../other")
        let other = sandbox.root.removingLastComponent().appending("other")
        func exp(_ words: String...) throws -> Outcome { try sandbox.run("git", ["exp"] + words, in: other) }
        #expect(try exp("apply", "first").status == 0)
        try sandbox.write("../other/model.txt", "mine\n")
        #expect(try exp("apply", "first").errors.contains("'model.txt' had changes that were saved nowhere"))
        #expect(try sandbox.exists("../other/.dvc/tmp/git-exp/kept"))
        #expect(try sandbox.expOK("data", "gc", "-w", "-f").errors.contains("No unused data"))
        let kept = try #require(try sandbox.read("../other/.dvc/tmp/git-exp/kept"))
        try sandbox.write("../other/.dvc/tmp/git-exp/kept", kept.replacingSeconds() + kept)
        try sandbox.expOK("data", "gc", "-w", "-f")
        // The line whose time is over has gone; the other one counts still.
        #expect(try sandbox.read("../other/.dvc/tmp/git-exp/kept") == kept)
        try sandbox.write("../other/.dvc/tmp/git-exp/kept", kept.replacingSeconds())
        #expect(try sandbox.expOK("data", "gc", "-w", "-f").errors.contains("Removed 1 object"))
    }
}

extension String {
    /// The lines of what was kept, as if it had been long ago.
    fileprivate func replacingSeconds() -> String {
        split(separator: "\n").map { line in
            var words = line.split(separator: " ", maxSplits: 3).map(String.init)
            words[2] = "1000"
            return words.joined(separator: " ") + "\n"
        }.joined()
    }

    /// All else is applied, and the status tells that it is not complete.
    @Test func whatTheCacheLostIsTold() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject(steps: 1)
        try sandbox.expOK("run", "-q", "-n", "one")
        _ = try sandbox.run("rm", ["-rf", ".dvc/cache", "model.txt", "metrics.json"])
        let outcome = try sandbox.exp("apply", "one")
        #expect(outcome.status == 1 && outcome.errors.contains("model.txt"), "\(outcome)")
        #expect(try sandbox.read("metrics.json")?.contains("step") == true)
        let checkout = try sandbox.exp("checkout")
        #expect(checkout.status == 128, "\(checkout)")
        #expect(
            checkout.errors.hasPrefix("error: the data of '") && checkout.errors.contains("model.txt"), "\(checkout)")
    }
}
