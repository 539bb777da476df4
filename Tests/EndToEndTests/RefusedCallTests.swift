import Files
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// Calls that are well formed and ask for what is not there or cannot be: each is told why, and nothing is done.
@Suite struct RefusedCallTests {
    /// A project with an experiment, a group of stages, a fifo, tracked and untracked data, and remotes of all kinds.
    private func project() throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject(steps: 1)
        for (name, text) in [("kept", "1\n"), ("loose", "2\n"), ("early/x", "3\n"), ("twins.json", "{\"loss\": 1}\n")] {
            try sandbox.write(name, text)
        }
        try sandbox.expOK("add", "-q", "kept")
        try sandbox.write("early.dvc", "outs:\n- path: early\n")
        let pipeline = """
              g:
                foreach: [x]
                do: {cmd: touch g.x, outs: [g.x]}
              lacking:
                cmd: touch lacking.out
                deps: [nowhere]
                outs: [lacking.out]
                metrics: [twins.json: {cache: false}]

            """
        try sandbox.write("dvc.yaml", try (sandbox.read("dvc.yaml") ?? "") + pipeline)
        try sandbox.git("add", "dvc.yaml", "twins.json")
        try sandbox.git("commit", "-q", "-m", "more")
        try sandbox.expOK("run", "-q", "-n", "one", "train")
        try sandbox.expOK("remote", "add", "-q", "gone", "../gone")
        #expect(mkfifo(sandbox.root.appending("fifo").string, 0o600) == 0)
        return sandbox
    }

    private static let calls: [(words: String, status: Int32, part: String)] = [
        ("show --sort-by loss", 128, "column 'loss' could be any of metrics.json:loss, twins.json:loss"),
        ("show --sort-by nosuch", 128, "'nosuch'"),
        ("branch one a..b", 128, "'a..b' is not a valid branch name"),
        ("branch one HEAD", 128, "'HEAD' is not a valid branch name"),
        ("branch one main", 128, "a branch named 'main' already exists"),
        ("branch HEAD x", 128, "'HEAD'"), ("rename nosuch x", 128, "'nosuch'"), ("rename one a/b", 128, "'a/b'"),
        ("restore one", 128, "no experiment 'one' that could be brought back"),
        ("run -S ../x.yaml:lr=1", 128, "parameter file '../x.yaml' does not exist"),
        ("run --temp -C ../outside", 128, "cannot copy '../outside': it is not in the work tree"),
        ("run --temp -C fifo", 128, "cannot copy 'fifo': it is neither a file nor a folder"),
        ("run --temp -C nosuch", 128, "cannot copy 'nosuch': it does not exist"),
        ("run -n " + String(repeating: "a", count: 201), 128, "it is longer than 200 bytes"),
        ("run -n ../../heads/main", 128, "cannot be the name of an experiment"),
        ("push", 128, "there is no Git remote"), ("push nosuch", 128, "'nosuch' is not a Git remote or URL"),
        ("pull", 128, "there is no Git remote"),
        ("data pull -r gone", 128, "gone' is not there"), ("data pull -r nosuch", 128, "there is no remote 'nosuch'"),
        ("data push --glob x*", 128, "nothing matches 'x*'"),
        ("stage add -n z -w nosuch true", 128, "the working folder 'nosuch' does not exist"),
        ("freeze g@x", 128, "stage 'g@x' is one of several that are written as one"),
        ("data remove g@x", 128, "stage 'g@x' is one of several that are written as one"),
        ("commit -f lacking", 128, "stage 'lacking' needs 'nowhere', which does not exist"),
        ("commit -f early/x", 128, "early.dvc"),
        ("add --file x.dvc kept loose", 129, "'--file' is for one target at a time"),
        ("add --out x kept loose", 129, "'--out' is for one target at a time"),
        ("add --out x nosuch", 128, "'nosuch' does not exist"), ("add nosuch", 128, "'nosuch' does not exist"),
        ("add --out kept loose", 128, "'kept' exists already"), ("add --glob *.nosuch", 128, "nothing matches"),
        ("add --file kept.dvc loose", 128, "'kept.dvc' exists and tracks something else"),
        ("add --file loose.txt loose", 129, "bad file name 'loose.txt'"),
        ("add --file ../x.dvc loose", 129, "bad file name '../x.dvc'"),
        ("add .", 128, "'.' cannot be tracked: it is the project itself"),
        ("repro no/dvc.yaml", 128, "no/dvc.yaml"), ("add fifo", 128, "which cannot be tracked"),
        ("add train.sh", 128, "is tracked by git"),
    ]

    @Test func nothingIsDone() throws {
        let sandbox = try project()
        let before = try sandbox.untouched()
        let references = try sandbox.git("for-each-ref")
        for (words, status, part) in Self.calls {
            let outcome = try sandbox.run("git-exp", words.split(separator: " ").map(String.init))
            #expect(outcome.status == status, "\(words): \(outcome)")
            #expect(outcome.errors.contains(part), "\(words): \(outcome)")
        }
        #expect(try sandbox.untouched() == before)
        #expect(try sandbox.git("for-each-ref") == references)
        #expect(try sandbox.read("early.dvc") == "outs:\n- path: early\n")
    }

    @Test func aFolderThatItsOwnCommandRemoves() throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.write("sub/keep", "")
        try sandbox.write("dvc.yaml", "stages:\n  w:\n    wdir: sub\n    cmd: [rm -r ../sub, echo hi]\n")
        let outcome = try sandbox.exp("repro")
        #expect(outcome.status == 128 && outcome.errors.contains("cannot run the command in '"), "\(outcome)")
    }

    @Test func whoeverIsAskedMayDecline() throws {
        let sandbox = try project()
        let outcome = try sandbox.run("git-exp", ["run", "--reset", "-i", "-n", "two", "train"], input: "n\n")
        #expect(outcome.status == 1, "\(outcome)")
        #expect(outcome.errors.contains("stage 'train' was not run: nobody said yes"), "\(outcome)")
        #expect(try sandbox.expOK("list", "--name-only").output == "one\n")
    }

    @Test func withoutAName() throws {
        let sandbox = try project()
        let unset = ["AUTHOR", "COMMITTER"].flatMap { ["-u", "GIT_\($0)_NAME", "-u", "GIT_\($0)_EMAIL"] }
        let outcome = try sandbox.run(
            "env", unset + ["git", "-c", "user.useConfigOnly=true", "exp", "run", "--reset", "-n", "two", "train"])
        #expect(outcome.status == 128, "\(outcome)")
        #expect(outcome.errors.contains("git does not know your name and email"), "\(outcome)")
        #expect(try sandbox.expOK("list", "--name-only").output == "one\n")
    }

    @Test func askingForACheckpointOfNobody() throws {
        let sandbox = try project()
        let nowhere = try sandbox.exp(
            "checkpoint", environment: ["DVC_ROOT": "/nonexistent", "DVC_CHECKPOINT": "true"])
        #expect(nowhere.status == 128 && nowhere.errors.contains("cannot ask for a checkpoint with"), "\(nowhere)")
        let process = try sandbox.run("sh", ["-c", "echo $$"]).output.dropLast()
        let ended = try sandbox.exp(
            "checkpoint", environment: ["DVC_ROOT": sandbox.root.string, "DVC_CHECKPOINT": "\(process)-x"])
        #expect(ended.status == 128 && ended.errors.contains("the run that this command belongs to has ended"))
        #expect(try !sandbox.exists(".dvc/tmp/DVC_CHECKPOINT"))
    }
}
