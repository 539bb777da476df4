import TestSupport
import Testing

/// `git exp diff`: metrics and parameters of two revisions.
@Suite struct DiffTests {
    private func project() throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject(steps: 1)
        try sandbox.expOK("run", "-q", "-n", "otter")
        try sandbox.write("metrics.json", "{\"step\": 1, \"loss\": 66.66666666, \"kind\": \"x\"}\n")
        try sandbox.write("params.yaml", "steps: 1\nlr: 0.3\nunused: a\n")
        return sandbox
    }

    @Test func truthValuesHaveDifferences() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject(steps: 1)
        try sandbox.write("metrics.json", "{\"good\": true, \"same\": true}\n")
        try sandbox.git("add", "-f", "metrics.json")
        try sandbox.git("commit", "-q", "-m", "metrics")
        try sandbox.write("metrics.json", "{\"good\": false, \"same\": true}\n")
        let table = try sandbox.expOK("metrics", "diff", "--all", "--no-path").output.split(separator: "\n")
        #expect(table.contains { $0.hasPrefix("good") && $0.hasSuffix(" -1") }, "\(table)")
        #expect(table.contains { $0.hasPrefix("same") && $0.hasSuffix(" 0") }, "\(table)")
        #expect(try sandbox.expOK("metrics", "diff", "--json").output.contains("\"diff\": -1"))
    }

    @Test func printsTwoTables() throws {
        let sandbox = try project()
        #expect(
            try sandbox.expOK("diff", "otter").output == """
                Path          Metric    otter    workspace    Change
                metrics.json  kind      -        x            diff not supported
                metrics.json  loss      99       66.667       -32.333

                Path         Param    otter    workspace    Change
                params.yaml  lr       0.1      0.3          0.19999999999999998
                params.yaml  unused   -        a            diff not supported

                """)
        let some = try sandbox.expOK("diff", "otter", "workspace", "--param-deps", "--no-path", "--precision", "3")
            .output
        #expect(some.contains("\nloss      99       66.7         -32.3\n") && !some.contains("unused"), "\(some)")
        #expect(try sandbox.expOK("diff", "otter", "--all").output.contains("params.yaml  steps"))
        #expect(try sandbox.expOK("diff", "otter", "otter").output == "\n")
    }

    @Test func printsForOthersToRead() throws {
        let sandbox = try project()
        #expect(
            try sandbox.expOK("diff", "otter", "--json").output
                == "{\"metrics\": {\"metrics.json\": {\"kind\": {\"old\": null, \"new\": \"x\"}, \"loss\": {\"old\": 99, "
                + "\"new\": 66.66666666, \"diff\": -32.333333339999996}}}, \"params\": {\"params.yaml\": {\"lr\": {\"old\": 0.1, "
                + "\"new\": 0.3, \"diff\": 0.19999999999999998}, \"unused\": {\"old\": null, \"new\": \"a\"}}}}\n")
        let csv = try sandbox.expOK("diff", "otter", "--csv").output
        #expect(csv.hasPrefix("Kind,Path,Name,otter,workspace,Change\r\nmetric,metrics.json,kind,,x,\r\n"), "\(csv)")
        #expect(try sandbox.expOK("diff", "otter", "--md").output.contains("| params.yaml | lr      | 0.1"))
        #expect(try sandbox.exp("diff", "--md", "--json").status == 129)
        let unknown = try sandbox.exp("diff", "nosuch")
        #expect(unknown.status == 128 && unknown.output == "", "\(unknown)")
    }
}
