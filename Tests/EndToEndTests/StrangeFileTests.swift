import Files
import SystemPackage
import TestSupport
import Testing

/// Outputs, caches and names that are not what one expects.
@Suite struct StrangeFileTests {
    @Test func strangeOutputs() throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.expOK("stage", "add", "-q", "-n", "a", "-o", "out", "mkfifo out")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "x")
        let pipe = try sandbox.exp("run")
        #expect(pipe.status == 128)
        #expect(pipe.errors.contains("'") && pipe.errors.contains("pipe"))
        try sandbox.expOK("stage", "add", "-q", "-f", "-n", "a", "-o", "out", "ln -sf nowhere out")
        let link = try sandbox.exp("run")
        #expect(link.status == 128)
        #expect(link.errors.contains("symbolic link to nothing"))
    }

    @Test func hiddenOutputsAndPipelinesAreNamed() throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.write(".dvcignore", "*.tmp\n")
        try sandbox.write("sub/.dvcignore", "secret/\n")
        for output in ["a.tmp", "sub/secret"] {
            let hidden = try sandbox.exp("stage", "add", "-n", "a", "-o", output, "true")
            #expect(hidden.status == 128 && hidden.errors.contains("'\(output)' cannot be an output"), "\(hidden)")
        }
        #expect(try !sandbox.exists("dvc.yaml"))
        try sandbox.expOK("stage", "add", "-n", "a", "-o", "sub/open", "echo 1 > sub/open")
        try sandbox.write(".dvcignore", "open\n")
        let run = try sandbox.exp("repro")
        #expect(run.status == 128 && run.errors.contains("'.dvcignore'"), "\(run)")
        try sandbox.write(".gitignore", "dvc.yaml\n")
        let add = try sandbox.exp("stage", "add", "-n", "b", "true")
        #expect(add.status == 128 && add.errors.contains("'dvc.yaml' is ignored by git"), "\(add)")
        #expect(try sandbox.exp("stage", "list").errors.contains("'dvc.yaml' is ignored by git"))
    }

    @Test func anUnwritableCacheIsNamed() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        // Permissions do not stop root, but a file in the place of a folder stops everybody.
        try sandbox.write(".dvc/cache", "in the way")
        let outcome = try sandbox.exp("run")
        #expect(outcome.status == 128)
        #expect(outcome.errors.contains(".dvc/cache"))
        #expect(try sandbox.git("for-each-ref", "refs/exps").isEmpty)
    }

    @Test func strangeFileNames() throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        let longest = String(repeating: "x", count: 255)
        let command =
            "mkdir -p out && printf a > 'out/with space' && printf b > 'out/-dash' && printf c > 'out/é' && "
            + "printf d > \"$(printf 'out/line\\nfeed')\" && printf e > out/\(longest)"
        try sandbox.expOK("stage", "add", "-q", "-n", "a", "-o", "out", command)
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "x")
        let run = try sandbox.exp("run", "-n", "names")
        #expect(run.status == 0, "\(run)")
        try FileIO.removeTree(sandbox.root.appending("out"))
        try sandbox.expOK("apply", "names")
        #expect(try sandbox.read("out/line\nfeed") == "d")
        #expect(try sandbox.read("out/-dash") == "b")
        #expect(try sandbox.read("out/" + longest) == "e")
    }
}
