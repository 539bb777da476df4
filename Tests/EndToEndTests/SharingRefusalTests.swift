import Files
import SystemPackage
import TestSupport
import Testing

/// Remotes that refuse, are not there, or hold what is damaged.
@Suite struct SharingRefusalTests {
    /// A project with a pushed experiment, a bare repository and a data remote.
    private func project() throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject(steps: 1)
        try sandbox.expOK("remote", "add", "-q", "--default", "store", "../store")
        try sandbox.git("commit", "-q", "-a", "-m", "data remote")
        try sandbox.git("init", "-q", "--bare", "-b", "main", "../origin.git")
        try sandbox.git("remote", "add", "origin", "../origin.git")
        try sandbox.git("push", "-q", "origin", "main")
        try sandbox.expOK("run", "-q", "-n", "one")
        try sandbox.expOK("push", "-q", "origin")
        return sandbox
    }

    private func there(_ sandbox: Sandbox) throws -> String { try sandbox.git("ls-remote", "../origin.git") }

    private func expect(_ sandbox: Sandbox, _ words: String, _ parts: String...) throws {
        let outcome = try sandbox.run("git-exp", words.split(separator: " ").map(String.init))
        #expect(outcome.status == 128, "\(words): \(outcome)")
        for part in parts { #expect(outcome.errors.contains(part), "\(words): \(outcome)") }
    }

    @Test func aHookOfTheRemoteRefuses() throws {
        let sandbox = try project()
        try sandbox.write("../origin.git/hooks/pre-receive", "#!/bin/sh\necho no way >&2\nexit 1\n")
        let hook = sandbox.root.pushing("../origin.git/hooks/pre-receive").lexicallyNormalized()
        try FileIO.setMode(hook, 0o755)
        let before = try there(sandbox)
        try sandbox.expOK("run", "-q", "--reset", "-n", "two")
        for words in ["rename -g origin one other", "remove -g origin one", "push origin two"] {
            try expect(sandbox, words, "no way", "Git remote 'origin' did not take '", "pre-receive hook declined")
        }
        try expect(sandbox, "rename -g origin nosuch x", "experiment 'nosuch' does not exist in 'origin'")
        try expect(sandbox, "remove -g origin nosuch", "experiment 'nosuch' does not exist in 'origin'")
        #expect(try there(sandbox) == before)
        #expect(try sandbox.expOK("list", "--name-only").output.split(separator: "\n").sorted() == ["one", "two"])
    }

    @Test func aRemoteThatIsAnOption() throws {
        let sandbox = try project()
        try sandbox.git("config", "remote.origin.pushurl", "--upload-pack=touch hacked;")
        try expect(sandbox, "push origin one", "cannot be a Git remote or URL")
        let empty = try sandbox.exp("push", "")
        #expect(empty.status == 128 && empty.errors.contains("'' cannot be a Git remote or URL"), "\(empty)")
        let escape = try sandbox.exp("pull", "a\u{1B}[2J")
        #expect(escape.status == 128 && !escape.errors.contains("\u{1B}"), "\(escape)")
        #expect(try !sandbox.exists("hacked"))
    }

    @Test func whichRemoteIsMeantHasToBeClear() throws {
        let sandbox = try project()
        try sandbox.git("remote", "rename", "origin", "a")
        try sandbox.expOK("push")
        try sandbox.git("remote", "add", "b", "../b.git")
        try expect(sandbox, "push", "it cannot be told which Git remote is meant", "hint: name it: a, b")
    }

    @Test func aRemoteThatLostACommit() throws {
        let sandbox = try project()
        try sandbox.git("clone", "-q", "--no-local", "../origin.git", "../clone")
        let folder = sandbox.root.removingLastComponent().appending("clone")
        let tip = try sandbox.git("for-each-ref", "--format=%(objectname)", "refs/exps/*/*/one")
        let object = "../origin.git/objects/\(tip.prefix(2))/\(tip.dropFirst(2).dropLast())"
        let file = sandbox.root.pushing(FilePath(object)).lexicallyNormalized()
        #expect(try FileStatus.of(file, followingLinks: false) != nil)
        try FileIO.remove(file)
        let outcome = try sandbox.run("git", ["exp", "pull", "origin", "one"], in: folder)
        #expect(outcome.status == 128, "\(outcome)")
        #expect(try sandbox.git("-C", folder.string, "for-each-ref", "refs/exps", "refs/git-exp").isEmpty)
    }

    /// An experiment with a lock file that no program wrote.
    @Test func checkpointsWhoseDataCannotBeTold() throws {
        let sandbox = try project()
        let commands = """
            place=refs/exps/$(git rev-parse HEAD | sed 's,^..,&/,')
            export GIT_INDEX_FILE=.git/other-index
            git read-tree "$place/one"
            printf 'schema: [\\n' > ../broken
            git update-index --cacheinfo "100644,$(git hash-object -w ../broken),dvc.lock"
            git update-ref "$place/bad" "$(git commit-tree -p HEAD -m bad "$(git write-tree)")"
            """
        let made = try sandbox.run("sh", ["-ec", commands])
        #expect(made.status == 0, "\(made)")
        let before = try there(sandbox)
        try expect(sandbox, "push origin bad", "cannot tell which data ", "hint: '--no-cache' leaves the data out\n")
        #expect(try there(sandbox) == before)
        let objects = try sandbox.run("find", [".dvc/cache", "-type", "f"]).output
        try expect(sandbox, "data gc --workspace --force", "cannot tell which data ", "'--skip-failed' passes over it")
        #expect(try sandbox.run("find", [".dvc/cache", "-type", "f"]).output == objects)
        try sandbox.expOK("push", "-q", "--no-cache", "origin", "bad")
        #expect(try there(sandbox).contains("/bad\n"))
    }
}
