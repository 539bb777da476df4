import TestSupport
import Testing

/// What `--dry` says that a run would do.
@Suite struct DryRunTests {
    @Test func removingData() throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.write("data", "one\n")
        try sandbox.expOK("add", "data")
        #expect(try sandbox.expOK("data", "remove", "--dry-run", "data.dvc").output == "data.dvc\n")
        #expect(try sandbox.expOK("data", "remove", "--dry-run", "--outs", "data.dvc").output == "data.dvc\ndata\n")
        #expect(try sandbox.exists("data.dvc") && sandbox.exists("data"))
        #expect(try sandbox.read(".gitignore") == "/data\n")
        for option in ["--dry", "--dry-run"] { try sandbox.expOK("data", "gc", "-w", option) }
        #expect(try sandbox.expOK("data", "gc", "-h").output.contains("--dry-run"))
    }

    @Test func countsOverridesAndChangesNoFile() throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.write("params.yaml", "a: 1\nword: one\n")
        try sandbox.write(
            "dvc.yaml",
            """
            stages:
              keys:
                cmd: echo keys > keys.txt
                params: [a]
                outs: [keys.txt]
              file:
                cmd: cp params.yaml copy.txt
                deps: [params.yaml]
                outs: [copy.txt]
              text:
                cmd: echo ${word} > text.txt
                outs: [text.txt]

            """)
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "project")
        try sandbox.expOK("run")
        let before = try sandbox.untouched()
        let same = try sandbox.expOK("run", "--dry", "-S", "a=1")
        #expect(!same.errors.contains("Running stage"), "\(same)")
        let other = try sandbox.expOK("run", "--dry", "-S", "a=77")
        #expect(other.errors.contains("Running stage 'keys'"), "\(other)")
        #expect(other.errors.contains("Running stage 'file'"), "\(other)")
        #expect(other.errors.contains("Stage 'text' didn't change"), "\(other)")
        let text = try sandbox.expOK("run", "--dry", "-S", "word=two")
        #expect(text.errors.contains("> echo two > text.txt"), "\(text)")
        #expect(try sandbox.read("params.yaml") == "a: 1\nword: one\n")
        #expect(try sandbox.untouched() == before)
        let wrong = try sandbox.exp("run", "--dry", "-S", "nosuch.yaml:a=1")
        #expect(wrong.status != 0 && wrong.errors.contains("nosuch.yaml"), "\(wrong)")
    }
}
