import Files
import Processes
import SystemPackage
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// A run as another terminal sees it.
@Suite struct RunningRowsTests {
    /// Waits after each checkpoint until `go` names it.
    private func project() throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        let script = try #require(try sandbox.read("train.sh"))
        let waiting = """
            git exp checkpoint || exit 9
                touch "made$n"; while [ ! -e "go$n" ]; do sleep 0.02; done
                echo "{\\"step\\": $n, \\"loss\\": 0.5}" > metrics.json
                touch "shown$n"; while [ ! -e "end$n" ]; do sleep 0.02; done
            """
        let parts = script.split(separator: "git exp checkpoint || exit 9", maxSplits: 1)
        try sandbox.write("train.sh", parts.joined(separator: waiting))
        try sandbox.git("commit", "-q", "-a", "-m", "waiting")
        return sandbox
    }

    private func start(_ sandbox: Sandbox, _ arguments: String...) throws -> RunningProcess {
        try ProcessCall(
            executable: "git-exp", arguments: arguments, environment: sandbox.environment, directory: sandbox.root
        ).start()
    }

    private func release(_ sandbox: Sandbox, _ steps: ClosedRange<Int>) throws {
        for step in steps { for file in ["go", "end"] { try sandbox.write("\(file)\(step)", "") } }
    }

    private func wait(for file: String, in sandbox: Sandbox) throws {
        for _ in 0..<1_000 where try !sandbox.exists(file) { usleep(10_000) }
        try #require(try sandbox.exists(file))
    }

    @Test func theCheckpointsOfARunFollowTheLiveWorkspace() throws {
        let sandbox = try project()
        let process = try start(sandbox, "run", "-n", "slow")
        defer { try? release(sandbox, 1...3) }
        try sandbox.write("go1", "")
        try sandbox.write("end1", "")
        try wait(for: "made2", in: sandbox)
        try sandbox.write("go2", "")
        try wait(for: "shown2", in: sandbox)

        let rows = try sandbox.expOK("show", "--csv").output.split(separator: "\r\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
        try #require(rows.count == 6, "\(rows)")
        #expect(rows[3].prefix(3) == ["slow", "workspace", "checkpoint_tip"])
        #expect(rows[3][3...].prefix(6) == ["", "", "Running", "Workspace", "2", "0.5"], "\(rows)")
        #expect(
            rows[4][0].isEmpty && rows[4][2] == "checkpoint_commit"
                && rows[4][5...].prefix(4) == ["Running", "Workspace", "2", "98"], "\(rows)")
        #expect(rows[5][2] == "checkpoint_base" && rows[5][5] == "Running", "\(rows)")
        let tips = try sandbox.expOK("show", "--csv", "--checkpoints", "tips").output.split(separator: "\r\n")
        #expect(tips.count == 4 && tips[3].hasPrefix("slow,workspace,branch_base,,,Running,Workspace,2,0.5"), "\(tips)")

        let json = try sandbox.expOK("show", "--json").output
        let start =
            "{\"revs\": [{\"rev\": \"workspace\", \"name\": \"slow\", \"data\": {\"rev\": \"workspace\", \"timestamp\": null, "
        #expect(json.contains("\"experiments\": [" + start), "\(json)")
        #expect(
            json.hasSuffix(
                "\"executor\": {\"state\": \"running\", \"name\": \"workspace\", \"local\": null}, \"name\": \"slow\"}]}]\n"
            ), "\(json)")
        // The line itself has the name, and the first of its three revisions.
        #expect(
            json.split(separator: "\"name\": \"slow\"").count == 3 && json.split(separator: "{\"rev\": ").count == 11)

        try release(sandbox, 1...3)
        #expect(process.wait().exit == .status(0))
        let after = try sandbox.expOK("show", "--csv").output
        #expect(!after.contains("Running") && after.contains("\r\nslow,"), "\(after)")
    }

    @Test func aForkThatRunsEndsWithItsParent() throws {
        let sandbox = try project()
        try release(sandbox, 1...3)
        try sandbox.expOK("run", "-n", "first")
        for step in 1...3 {
            for file in ["go", "end", "made", "shown"] { try FileIO.remove(sandbox.root.appending("\(file)\(step)")) }
        }
        try sandbox.expOK("apply", "first@1")
        let process = try start(sandbox, "run", "-n", "fork", "-S", "lr=0.7")
        defer { try? release(sandbox, 1...3) }
        try wait(for: "made2", in: sandbox)
        let rows = try sandbox.expOK("show", "--csv").output.split(separator: "\r\n").dropFirst(3)
        #expect(rows.first?.hasPrefix("fork,workspace,checkpoint_tip,,,Running") ?? false, "\(rows)")
        let own = rows.dropFirst().first?.split(separator: ",", omittingEmptySubsequences: false) ?? []
        #expect(own.count > 5 && own[2] == "checkpoint_commit" && own[4].count == 7 && own[5] == "Running", "\(rows)")
        #expect(rows.dropFirst(2).allSatisfy { !$0.contains("Running") } && rows.count == 6, "\(rows)")
        try release(sandbox, 1...3)
        #expect(process.wait().exit == .status(0))
    }
}
