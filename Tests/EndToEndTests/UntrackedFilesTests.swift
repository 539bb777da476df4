import TestSupport
import Testing

/// What a command may have read and no commit has.
@Suite struct UntrackedFilesTests {
    private func project() throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        // After a short run nothing is looked for.
        try sandbox.write("train.sh", "sleep 1\n" + (sandbox.read("train.sh") ?? ""))
        try sandbox.git("commit", "-q", "-a", "-m", "slower")
        return sandbox
    }

    @Test(arguments: [false, true]) func areNamedOnce(throughGit: Bool) throws {
        let sandbox = try project()
        // Line ends that git converts are left to git itself.
        if throughGit { try sandbox.git("config", "core.autocrlf", "input") }
        try sandbox.write("helper.py", "x = 1\n")
        try sandbox.write("notes/a.txt", "x\n")
        try sandbox.write("__pycache__/helper.pyc", "x\n")
        try sandbox.write(".git/info/exclude", "*.log\n")
        try sandbox.write("run.log", "x\n")
        try sandbox.write("logs/run.log", "x\n")
        let outcome = try sandbox.expOK("run")
        #expect(
            outcome.errors.split(separator: "\n").filter { $0.contains("untracked") } == [
                "2 untracked files are not part of the experiment: 'helper.py', 'notes/'; "
                    + "'git add' them to have them recorded"
            ], "\(outcome)")
        try sandbox.git("add", "helper.py", "notes")
        let second = try sandbox.expOK("run", "-S", "steps=4")
        #expect(!second.errors.contains("untracked"), "\(second)")
    }

    @Test func whatIsRecordedIsNotNamed() throws {
        let sandbox = try project()
        // The dependency of a stage goes into the commit, what lies beside it does not.
        try sandbox.write("src/main.sh", "sleep 1; cp src/main.sh result.txt\n")
        try sandbox.write("src/part.sh", "x\n")
        try sandbox.expOK(
            "stage", "add", "-q", "-n", "two", "-d", "src/main.sh", "-O", "result.txt", "sh", "src/main.sh")
        let outcome = try sandbox.expOK("run", "two")
        #expect(
            outcome.errors.contains("1 untracked file is not part of the experiment: 'src/part.sh'; 'git add' it"),
            "\(outcome)")
    }

    @Test func thoseOfTheProjectCount() throws {
        let sandbox = try Sandbox()
        try sandbox.write("outside.txt", "x\n")
        try sandbox.write("ü/params.yaml", "lr: 1\n")
        let folder = sandbox.root.appending("ü")
        #expect(try sandbox.run("git", ["exp", "init", "-q", "--subdir"], in: folder).status == 0)
        let added = try sandbox.run(
            "git", ["exp", "stage", "add", "-q", "-n", "a", "-p", "lr", "-O", "out", "sleep 1; cp params.yaml out"],
            in: folder)
        #expect(added.status == 0, "\(added)")
        try sandbox.git("add", "ü")
        try sandbox.git("commit", "-q", "-m", "project")
        try sandbox.write("ü/new.py", "x\n")
        let outcome = try sandbox.run("git", ["exp", "run"], in: folder)
        #expect(outcome.errors.contains("1 untracked file is not part of the experiment: 'new.py';"), "\(outcome)")
    }
}
