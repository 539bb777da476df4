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

    /// bash says in `_` what it starts.
    @Test(arguments: [("./probe", "_=mine\n"), ("./probe;", "_=./probe\n")])
    func noShellIsStartedForIt(_ command: String, _ line: String) throws {
        let sandbox = try project(
            command,
            files: [
                "sub/probe": "#!/usr/bin/python3\nimport os\nprint('_=' + os.environ['_'], file=open('out.txt', 'w'))\n"
            ])
        let outcome = try sandbox.exp("run", "sub/dvc.yaml", environment: ["SHELL": "/bin/bash", "_": "mine"])
        #expect(outcome.status == 0, "\(outcome)")
        #expect(try sandbox.read("sub/out.txt") == line)
    }

    @Test(arguments: ["./probe", "./probe;"]) func aFolderBehindALinkIsThePhysicalOne(_ command: String) throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.write("data/real/probe", "#!/bin/sh\ncd .. && pwd >real/out.txt\n")
        _ = try sandbox.run("chmod", ["+x", "data/real/probe"])
        try FileIO.makeSymlink(sandbox.root.appending("work"), to: "data/real")
        try sandbox.write(
            "dvc.yaml",
            "stages:\n  train:\n    wdir: work\n    cmd: \(command)\n    outs:\n    - out.txt:\n        cache: false\n")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-qm", "Add a pipeline")
        try sandbox.expOK("repro")
        #expect(try sandbox.read("data/real/out.txt") == "\(sandbox.root.string)/data\n")
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
        #expect(outcome.errors.contains("no-such-program:") && outcome.errors.contains("not found"), "\(outcome)")
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
