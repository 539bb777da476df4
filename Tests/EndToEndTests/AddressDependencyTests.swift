import TestSupport
import Testing

/// Stages that read what is neither a file nor a folder, such as a data set of DVC.
@Suite struct AddressDependencyTests {
    @Test func otherStagesStillRun() throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.write(
            "dvc.yaml",
            """
            datasets:
              - {name: foo, type: dc, url: foo}
            stages:
              a: {cmd: echo a > a, outs: [a]}
              b: {cmd: echo b > b, deps: ["ds://foo"], outs: [b]}

            """)
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "project")
        #expect(try sandbox.expOK("stage", "list", "--name-only").output == "a\nb\n")
        try sandbox.expOK("repro", "a")
        let all = try sandbox.expOK("status")
        #expect(all.errors.contains("'ds://foo'") && !all.errors.contains("up to date"), "\(all)")
        #expect(try sandbox.expOK("status", "a").errors.contains("up to date"))
        try sandbox.expOK("dag", "--dot")
        try sandbox.expOK("run", "-n", "one", "a")
        #expect(try sandbox.expOK("show", "--csv").output.contains("one"))
        for words in [["repro", "b"], ["status", "b"], ["run", "b"]] {
            let outcome = try sandbox.run("git-exp", words)
            #expect(outcome.status == 128 && outcome.errors.contains("'ds://foo'"), "\(outcome)")
            #expect(outcome.errors.contains("git exp freeze b"), "\(outcome)")
        }
        try sandbox.expOK("freeze", "b")
        #expect(try sandbox.expOK("status", "a").errors.contains("up to date"))
    }
}
