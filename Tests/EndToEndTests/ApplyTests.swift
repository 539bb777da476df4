import TestSupport
import Testing

@Suite struct ApplyTests {
    @Test func localWorkIsSavedFirst() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.expOK("run", "-n", "first")
        try sandbox.write("params.yaml", "steps: 3\nlr: 42\n")
        try sandbox.write("notes.txt", "mine\n")
        let outcome = try sandbox.expOK("apply", "first@1")
        #expect(try sandbox.read("params.yaml") == "steps: 3\nlr: 0.1  # how fast\n")
        #expect(try sandbox.read("notes.txt") == "mine\n")
        let line = outcome.errors.split(separator: "\n").first { $0.contains("git restore --source=") }
        let command = try #require(line).drop { $0 == "\t" }
        #expect(try sandbox.run("sh", ["-c", String(command)]).status == 0)
        #expect(try sandbox.read("params.yaml") == "steps: 3\nlr: 42\n")
    }

    @Test func unsavedOutputsAreKept() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.expOK("run", "-n", "first")
        try sandbox.write("model.txt", "precious\n")
        let outcome = try sandbox.expOK("apply", "first@1")
        let start = try #require(outcome.errors.range(of: ".dvc/cache/files/md5/"))
        let path = outcome.errors[start...].prefix { $0 != "'" }
        #expect(try sandbox.read(String(path)) == "precious\n")
    }

    @Test func indexAndHeadStay() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.expOK("run", "-n", "first")
        let before = try sandbox.untouched(includingStatus: false)
        try sandbox.expOK("apply", "first@1")
        #expect(try sandbox.untouched(includingStatus: false) == before)
    }

    @Test func branchesAtTheTipOrExactly() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.expOK("run", "-n", "first")
        try sandbox.expOK("branch", "first@2", "whole")
        try sandbox.expOK("branch", "--at", "first@2", "exact")
        #expect(try sandbox.git("rev-list", "--count", "main..whole") == "4\n")
        #expect(try sandbox.git("rev-list", "--count", "main..exact") == "2\n")
        #expect(try sandbox.exp("branch", "first", "whole").status == 128)
        #expect(try sandbox.exp("branch", "HEAD", "no").status == 128)
        #expect(try sandbox.exp("branch", "first", "-x").status != 0)
    }

    @Test func garbageCollectionListsAndRemoves() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.expOK("run", "-n", "old")
        try sandbox.git("commit", "-q", "--allow-empty", "-m", "next")
        try sandbox.expOK("run", "-n", "new")
        let dry = try sandbox.expOK("gc", "-w", "--dry-run")
        #expect(dry.output.contains("[old]") && !dry.output.contains("[new]"))
        // Nobody is there to say yes.
        #expect(try sandbox.exp("gc", "-w").status == 1)
        #expect(try sandbox.expOK("list", "-A", "--name-only").output == "new\nold\n")
        try sandbox.expOK("gc", "-w", "--force")
        #expect(try sandbox.expOK("list", "-A", "--name-only").output == "new\n")
    }
}

extension String {
    fileprivate func range(of text: String) -> String.Index? {
        indices.first { self[$0...].hasPrefix(text) }
    }
}
