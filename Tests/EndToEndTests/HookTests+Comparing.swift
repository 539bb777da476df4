import Files
import SystemPackage
import TestSupport
import Testing

/// What is compared with what before a commit.
extension HookTests {
    @Test func outputsMustBeSomewhere() throws {
        let sandbox = try Sandbox()
        try project(sandbox)
        try sandbox.write("params.yaml", "lr: 0.5\nother: 1\n")
        try sandbox.expOK("repro", "-q")
        try FileIO.removeTree(sandbox.root.appending(".dvc").appending("cache"))
        let outcome = try commit(sandbox, "-a")
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("model.txt: not in the cache"))
        try sandbox.git("add", "-u")
        #expect(try sandbox.exp("verify", "--staged").status == 1)
        #expect(try sandbox.exp("verify", "--staged", "--allow-missing").status == 0)
        // Later commits name the same data: it is missing for them, too.
        try sandbox.git("commit", "-q", "--no-verify", "-m", "lost")
        try sandbox.write("other.txt", "1")
        try sandbox.git("add", "other.txt")
        try sandbox.git("commit", "-q", "-m", "other")
        let later = try sandbox.exp("verify")
        #expect(later.status == 1 && later.output.contains("model.txt: not in the cache"), "\(later)")
        #expect(try sandbox.exp("verify", "--allow-missing").status == 0)
    }

    @Test func lineEndsOfTheWorkspaceCount() throws {
        let sandbox = try Sandbox()
        try sandbox.write(".gitattributes", "*.txt text eol=crlf\n")
        try sandbox.write("in.txt", "one\r\ntwo\r\n")
        try sandbox.expOK("init", "-q")
        try sandbox.expOK("stage", "add", "-q", "-n", "copy", "-d", "in.txt", "-o", "out.bin", "cp in.txt out.bin")
        try sandbox.expOK("repro", "-q")
        try sandbox.expOK("install", "-q")
        try sandbox.git("add", ".")
        #expect(try sandbox.git("cat-file", "blob", ":in.txt") == "one\ntwo\n")
        #expect(try commit(sandbox).exit.isSuccess)
        try sandbox.write("in.txt", "three\r\n")
        #expect(try commit(sandbox, "-a").status == 1)
    }

    @Test func foldersInGitCountAsDVCHashesThem() throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.write("src/a.py", "a\n")
        try sandbox.write("src/deep/b.py", "b\n")
        try sandbox.write(".gitignore", "*.pyc\n")
        try sandbox.expOK("stage", "add", "-q", "-n", "s", "-d", "src", "-o", "out.txt", "cat src/*.py > out.txt")
        try sandbox.expOK("repro", "-q")
        try sandbox.expOK("install", "-q")
        try sandbox.git("add", ".")
        #expect(try commit(sandbox).exit.isSuccess)
        try FileIO.removeTree(sandbox.root.appending("src"))
        #expect(try sandbox.exp("verify").status == 0)
        try sandbox.git("checkout", "-q", "src")
        // A file that git ignores is part of what DVC hashes.
        try sandbox.write("src/a.pyc", "compiled\n")
        try sandbox.expOK("repro", "-q")
        #expect(try commit(sandbox, "-a").exit.isSuccess)
        // One that was forgotten is not there for others.
        try sandbox.write("src/c.py", "c\n")
        try sandbox.expOK("repro", "-q")
        #expect(try commit(sandbox, "-a").status == 1)
        try sandbox.git("add", "src")
        #expect(try commit(sandbox, "-a").exit.isSuccess)
    }

    @Test func whatIsOnlyMissingInGitIsToBeAdded() throws {
        let sandbox = try Sandbox()
        try project(sandbox)
        try sandbox.git("rm", "-q", "--cached", "metrics.json")
        let stopped = try commit(sandbox)
        #expect(stopped.status == 1)
        #expect(stopped.errors.contains("metrics.json: not added to git"))
        #expect(stopped.errors.contains("add: 'git add -- metrics.json'"))
        #expect(!stopped.errors.contains("git exp run"))
    }

    @Test func entriesOfTheOlderSchemeAreComparedAsTheyWereMade() throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.git("config", "exp.generation", "2")
        try sandbox.write("in.txt", "one\r\ntwo\r\n")
        try sandbox.write("dir/a", "a\r\n")
        try sandbox.expOK(
            "stage", "add", "-q", "-n", "copy", "-d", "in.txt", "-d", "dir", "-o", "out.bin", "cp in.txt out.bin")
        try sandbox.expOK("repro", "-q")
        #expect(try sandbox.read("dvc.lock")?.contains("hash: md5") == false)
        try sandbox.expOK("install", "-q")
        try sandbox.git("add", ".")
        #expect(try commit(sandbox).exit.isSuccess)
        // Line ends do not count there.
        try sandbox.write("in.txt", "one\ntwo\n")
        #expect(try commit(sandbox, "-a").exit.isSuccess)
        try sandbox.write("dir/a", "b\n")
        #expect(try commit(sandbox, "-a").errors.contains("dir: modified"))
    }

    @Test func dataOfAnotherStageIsComparedByItsEntry() throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.write("params.yaml", "p: 1\n")
        try sandbox.expOK("stage", "add", "-q", "-n", "one", "-p", "p", "-o", "a.txt", "cp params.yaml a.txt")
        try sandbox.expOK("stage", "add", "-q", "-n", "two", "-d", "a.txt", "-o", "b.txt", "cp a.txt b.txt")
        try sandbox.expOK("repro", "-q")
        try sandbox.expOK("install", "-q")
        try sandbox.git("add", ".")
        #expect(try commit(sandbox).exit.isSuccess)
        // The second stage did not run on what the first one makes now.
        try sandbox.write("params.yaml", "p: 2\n")
        try sandbox.expOK("repro", "-q", "-s", "one")
        let stopped = try commit(sandbox, "-a")
        #expect(stopped.status == 1)
        #expect(stopped.errors.contains("two:\n  a.txt: modified\n"), "\(stopped)")
        try sandbox.expOK("repro", "-q")
        #expect(try commit(sandbox, "-a").exit.isSuccess)
    }
}
