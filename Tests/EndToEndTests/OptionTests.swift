import TestSupport
import Testing

/// How options may be written.
@Suite struct OptionTests {
    @Test(arguments: [["-n", "-1"], ["-n-1"], ["--num=-1"], ["--num", "-1"], ["-n5"]])
    func negativeAndGluedNumbers(_ option: [String]) throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject(steps: 1)
        try sandbox.expOK("run", "-n", "old")
        try sandbox.git("commit", "-q", "--allow-empty", "-m", "next")
        let list = try sandbox.run("git", ["exp", "list", "--name-only"] + option)
        #expect(list.output == "old\n", "\(list)")
        let show = try sandbox.run("git", ["exp", "show", "--csv"] + option)
        #expect(show.output.contains("old"), "\(show)")
    }

    @Test func formerAndForeignOptions() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject(steps: 1)
        try sandbox.write("params.yaml", "steps: 2\nlr: 0.1\nflag: true\n")
        #expect(try sandbox.expOK("params", "diff", "--show-json").output.contains("\"steps\""))
        #expect(try sandbox.expOK("params", "diff", "--show-md").output.hasPrefix("|"))
        #expect(try sandbox.expOK("dag", "--show-md").output.hasPrefix("```mermaid"))
    }

    @Test func lettersWithTheirValueGluedOn() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject(steps: 1)
        try sandbox.expOK("run", "-nglued", "-Slr=0.5", "-Ssteps=2", "-Mwith a reason")
        #expect(try sandbox.expOK("list", "--name-only").output == "glued\n")
        #expect(try sandbox.read("params.yaml") == "steps: 2\nlr: 0.5  # how fast\n")
        try sandbox.expOK("stage", "add", "-nmore", "-dtrain.sh", "-oout.txt", "-plr,steps", "echo > out.txt")
        #expect(try sandbox.read("dvc.yaml")?.contains("out.txt") == true)
        #expect(try sandbox.expOK("stage", "list", "--name-only").output == "train\nmore\n")
    }
}
