import Files
import SystemPackage
import TestSupport
import Testing

/// Linked worktrees share their references, not what they hold.
@Suite struct WorktreeTests {
    private func withWorktree() throws -> (Sandbox, FilePath) {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        let other = sandbox.root.removingLastComponent().appending("other")
        try sandbox.git("worktree", "add", "-q", other.string, "-b", "side")
        return (sandbox, other)
    }

    @Test func eachGoesOnWithItsOwnExperiment() throws {
        let (sandbox, other) = try withWorktree()
        func exp(_ arguments: String...) throws -> Outcome { try sandbox.run("git", ["exp"] + arguments, in: other) }
        try sandbox.expOK("run", "-n", "mine")
        // The references name the other worktree's experiment, which this one never held.
        let first = try exp("run", "-n", "theirs", "-S", "lr=0.7")
        #expect(first.status == 0 && !first.errors.contains("Modified checkpoint experiment"), "\(first)")
        let mine = try sandbox.expOK("run")
        #expect(mine.errors.contains("'mine' will be resumed"), "\(mine)")
        let theirs = try exp("run")
        #expect(theirs.errors.contains("'theirs' will be resumed"), "\(theirs)")
        // Starting over in one of them is no business of the other.
        #expect(try exp("run", "--reset", "-n", "again").status == 0)
        #expect(try sandbox.expOK("run").errors.contains("'mine' will be resumed"))
        try sandbox.expOK("apply", "mine@2")
        #expect(try exp("run").errors.contains("'again' will be resumed"))
        #expect(try sandbox.exp("run").errors.contains("nothing to do"))
    }

    @Test func whatDVCAppliedCountsHere() throws {
        let (sandbox, _) = try withWorktree()
        try sandbox.expOK("run", "-n", "first")
        try sandbox.expOK("run", "--reset", "-n", "second", "-S", "lr=0.2")
        try sandbox.expOK("apply", "second")
        // As another program applies: files and references.
        let tip = try sandbox.git("for-each-ref", "--format=%(objectname)", "refs/exps/*/*/first").dropLast()
        for path in ["dvc.lock", "params.yaml", "metrics.json"] {
            try sandbox.write(path, try sandbox.git("show", "\(tip):\(path)"))
        }
        try sandbox.git("update-ref", "refs/exps/exec/EXEC_APPLY", String(tip))
        let outcome = try sandbox.expOK("run")
        #expect(outcome.errors.contains("'first' will be resumed"), "\(outcome)")
    }

    @Test func dataOutlivesAWorktree() throws {
        let (sandbox, other) = try withWorktree()
        func exp(_ arguments: String...) throws -> Outcome { try sandbox.run("git", ["exp"] + arguments, in: other) }
        #expect(try exp("run", "--dry").status == 0)
        #expect(try FileIO.read(other.pushing(".dvc/config.local")) == nil)
        let run = try exp("run", "-n", "there")
        #expect(run.status == 0 && run.errors.contains("linked worktree goes to the cache of the main one"), "\(run)")
        let settings = try FileIO.read(other.pushing(".dvc/config.local")).map { String(decoding: $0, as: UTF8.self) }
        let cache = sandbox.root.appending(".dvc").appending("cache").string
        #expect(settings?.hasPrefix("[cache]\n    dir = /") == true && settings?.hasSuffix(".dvc/cache\n") == true)
        #expect(try FileIO.list(FilePath(cache)) != nil)
        #expect(try !exp("run", "-S", "steps=4").errors.contains("linked worktree"))
        #expect(try sandbox.run("git", ["checkout", "-q", "--", "."], in: other).status == 0)
        try sandbox.git("worktree", "remove", "--force", other.string)
        try sandbox.expOK("apply", "there")
        #expect(try sandbox.read("model.txt")?.split(separator: "\n").count == 3)
    }

    @Test func aWorktreeKeepsTheCacheThatItHas() throws {
        let (sandbox, other) = try withWorktree()
        try FileIO.makeDirectories(other.pushing(".dvc/cache/files/md5/00"))
        let run = try sandbox.run("git", ["exp", "run"], in: other)
        #expect(run.status == 0 && !run.errors.contains("linked worktree"), "\(run)")
        #expect(try FileIO.read(other.pushing(".dvc/config.local")) == nil)
    }
}
