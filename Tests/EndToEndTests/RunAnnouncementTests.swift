import Files
import SystemPackage
import TestSupport
import Testing

/// What others see of a run while it goes on.
@Suite struct RunAnnouncementTests {
    private static let file = ".dvc/tmp/exps/run/workspace/workspace.run"

    private func project(_ stages: [String]) throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.write("dvc.yaml", "stages:\n" + stages.joined())
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-qm", "Add a pipeline")
        return sandbox
    }

    private func stage(_ name: String, _ command: String, before: String? = nil) -> String {
        let needs = before.map { "    deps:\n    - \($0).txt\n" } ?? ""
        return "  \(name):\n    cmd: \(command)\n\(needs)    outs:\n    - \(name).txt:\n        cache: false\n"
    }

    @Test func aCommandThatStaysIsTold() throws {
        let sandbox = try project([stage("a", "sleep 0.3; cat \(Self.file) >a.txt")])
        try sandbox.expOK("run", "-n", "otter")
        #expect(try sandbox.read("a.txt")?.contains("\"name\": \"otter\"") == true)
        #expect(try !sandbox.exists(Self.file))
    }

    @Test func aRunOfSeveralStagesIsTold() throws {
        let sandbox = try project([
            stage("a", "touch a.txt"), stage("b", "cat \(Self.file) >b.txt", before: "a"),
        ])
        try sandbox.expOK("run", "-n", "otter")
        #expect(try sandbox.read("b.txt")?.contains("\"name\": \"otter\"") == true)
    }

    /// Also before anybody else can see the run, and to the command itself.
    @Test(arguments: ["apply other", "save -n mine"]) func theWorkspaceIsLeftToTheRun(_ words: String) throws {
        let sandbox = try project([stage("a", "git exp $TRY 2>a.txt || true")])
        let other = try sandbox.exp("run", "-n", "other", environment: ["TRY": "--version"])
        #expect(other.status == 0, "\(other)")
        let outcome = try sandbox.exp("run", "-f", "-n", "otter", environment: ["TRY": words])
        #expect(outcome.status == 0, "\(outcome)")
        #expect(try sandbox.read("a.txt")?.contains("another run is going on") == true)
    }

    @Test(arguments: ["apply other", "run"]) func whoHasToWaitIsToldForWhat(_ words: String) throws {
        let sandbox = try project([stage("a", "git exp $TRY 2>a.txt || true")])
        let other = try sandbox.exp("run", "-n", "other", environment: ["TRY": "--version"])
        #expect(other.status == 0, "\(other)")
        let outcome = try sandbox.exp("repro", "-f", environment: ["TRY": words])
        #expect(outcome.status == 0, "\(outcome)")
        let answer = try #require(try sandbox.read("a.txt"))
        #expect(answer.contains("another run is going on") && answer.contains("(git exp repro)"), "\(answer)")
    }
}
