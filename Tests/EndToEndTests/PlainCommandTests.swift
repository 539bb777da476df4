import Files
import TestSupport
import Testing

@Suite struct PlainCommandTests {
    private func project(_ command: String, files: [String: String]) throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        for (name, text) in files {
            try sandbox.write(name, text)
            _ = try sandbox.run("chmod", ["+x", name])
        }
        try sandbox.write(
            "sub/dvc.yaml", "stages:\n  train:\n    cmd: \(command)\n    outs:\n    - out.txt:\n        cache: false\n")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-qm", "Add a pipeline")
        return sandbox
    }

    @Test func isAChildOfOursInItsFolder() throws {
        let sandbox = try project(
            "./probe", files: ["sub/probe": "#!/bin/sh\n{ echo $PWD; cat /proc/$PPID/comm; } >out.txt\n"])
        try sandbox.expOK("run", "sub/dvc.yaml")
        #expect(try sandbox.read("sub/out.txt") == "\(sandbox.root.string)/sub\ngit-exp\n")
    }

    @Test func seesTheFolderByTheNameThatItWasEnteredBy() throws {
        let sandbox = try project(
            "/usr/bin/python3 probe.py",
            files: ["sub/probe.py": "import os\nopen('out.txt', 'w').write(os.environ['PWD'])\n"])
        try sandbox.git("exp", "run", "sub/dvc.yaml")
        #expect(try sandbox.read("sub/out.txt") == "\(sandbox.root.string)/sub")
        let other = sandbox.root.removingLastComponent().appending("other")
        try FileIO.makeSymlink(other, to: sandbox.root.appending("sub"))
        _ = try sandbox.exp("run", "-f", "sub/dvc.yaml", environment: ["PWD": other.string])
        #expect(try sandbox.read("sub/out.txt") == other.string)
    }

    @Test func aScriptWithoutAnInterpreterGetsTheShell() throws {
        let sandbox = try project("./script", files: ["sub/script": "echo from a shell >out.txt\n"])
        try sandbox.expOK("run", "sub/dvc.yaml")
        #expect(try sandbox.read("sub/out.txt") == "from a shell\n")
    }

    @Test func aMissingProgramIsTheShellsToTell() throws {
        let sandbox = try project("no-such-program x", files: [:])
        let outcome = try sandbox.exp("run", "sub/dvc.yaml")
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("no-such-program: not found"), "\(outcome)")
        #expect(outcome.errors.contains("127"), "\(outcome)")
    }

    @Test func aFunctionThatIsHandedDownComesFirst() throws {
        let sandbox = try project("train now", files: [:])
        let outcome = try sandbox.exp(
            "run", "sub/dvc.yaml",
            environment: ["SHELL": "/bin/bash", "BASH_FUNC_train%%": "() { echo trained $1 > out.txt; }"])
        #expect(outcome.status == 0, "\(outcome)")
        #expect(try sandbox.read("sub/out.txt") == "trained now\n")
    }
}
