import TestSupport
import Testing

@Suite struct AddingStagesTests {
    @Test func whatGitTracksDoesNotGoToTheCache() throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.write("t.py", "")
        try sandbox.write("sub/a", "")
        try sandbox.git("add", ".")
        for output in ["t.py", "sub", "sub/"] {
            let refused = try sandbox.exp("stage", "add", "-n", "x", "-o", output, "ls")
            #expect(refused.status == 128)
            #expect(refused.errors.contains("'\(output)' is tracked by git"), "\(refused)")
            #expect(refused.errors.contains("git rm -r --cached \(output)") && refused.errors.contains("-O"))
        }
        #expect(try !sandbox.exists("dvc.yaml") && !sandbox.exists(".gitignore"))
        try sandbox.expOK("stage", "add", "-n", "x", "-O", "t.py", "ls")
    }

    @Test func aShellSeesTheWordsThatWereTyped() throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.expOK(
            "stage", "add", "-q", "-n", "x", "-O", "out.txt", "--", "printf", "%s\\n %s", "print('x y', \"$HOME\")",
            "a `b`",
            ">", "out.txt")
        try sandbox.expOK("repro", "-q")
        #expect(try sandbox.read("out.txt") == "print('x y', \"$HOME\")\n a `b`")
    }

    @Test func namesOfStages() throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        for name in ["tr@in", "a.b", "a/b", "a\tb"] {
            let refused = try sandbox.exp("stage", "add", "-n", name, "ls")
            #expect(refused.status == 129)
            #expect(refused.errors.contains("hint: of punctuation a name may only have '-' and '_'"), "\(refused)")
        }
        for name in ["train ü", "模型", "a-b_c"] { try sandbox.expOK("stage", "add", "-n", name, "ls") }
    }
}
