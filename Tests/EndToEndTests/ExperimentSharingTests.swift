import Files
import SystemPackage
import TestSupport
import Testing

/// Experiments between a project, its clones and a bare repository.
@Suite struct ExperimentSharingTests {
    /// A training project with a bare repository and a data remote beside it.
    func project() throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject(steps: 2)
        try sandbox.expOK("remote", "add", "-q", "--default", "store", "../store")
        try sandbox.git("commit", "-q", "-a", "-m", "data remote")
        try sandbox.git("init", "-q", "--bare", "-b", "main", "../origin.git")
        try sandbox.git("remote", "add", "origin", "../origin.git")
        try sandbox.git("push", "-q", "origin", "main")
        return sandbox
    }

    func beside(_ sandbox: Sandbox, _ name: String) -> FilePath {
        sandbox.root.removingLastComponent().appending(name)
    }

    func clone(_ sandbox: Sandbox) throws -> FilePath {
        try sandbox.git("clone", "-q", "../origin.git", "../clone")
        return beside(sandbox, "clone")
    }

    func exp(_ sandbox: Sandbox, in folder: FilePath, _ arguments: String...) throws -> Outcome {
        try sandbox.run("git", ["exp"] + arguments, in: folder)
    }

    /// The experiments in the bare repository, by name.
    func there(_ sandbox: Sandbox) throws -> [String: String] {
        let text = try sandbox.git(
            "-C", "../origin.git", "for-each-ref", "--format=%(objectname) %(refname)", "refs/exps")
        var result: [String: String] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            result[String(words[1].split(separator: "/").last ?? "")] = String(words[0])
        }
        return result
    }

    func storedFiles(_ sandbox: Sandbox) throws -> Int {
        let outcome = try sandbox.run("find", [beside(sandbox, "store").string, "-type", "f"])
        return outcome.output.split(separator: "\n").count
    }

    @Test func whatIsPushedCanBePulledElsewhere() throws {
        let sandbox = try project()
        try sandbox.expOK("run", "-q", "-n", "one")
        let before = try sandbox.untouched()
        let pushed = try sandbox.expOK("push", "origin")
        #expect(pushed.output == "Pushed experiment one to Git remote 'origin'.\n2 files uploaded\n")
        #expect(
            try sandbox.expOK("push", "origin", "one").output
                == "Experiment one is up to date on Git remote 'origin'.\n")
        #expect(try sandbox.untouched() == before)
        #expect(try sandbox.git("rev-parse", "refs/exps/exec/EXEC_CHECKPOINT") != "")
        #expect(try there(sandbox).keys.sorted() == ["one"], "references of state must not travel")
        let folder = try clone(sandbox)
        let pulled = try exp(sandbox, in: folder, "pull", "origin", "one")
        #expect(pulled.output == "Pulled experiment one from Git remote 'origin'.\n2 files fetched\n", "\(pulled)")
        #expect(pulled.status == 0)
        #expect(try exp(sandbox, in: folder, "apply", "one@1").status == 0)
        #expect(try FileIO.read(folder.appending("model.txt")) == Array("step 1 lr 0.1\n".utf8))
        let again = try exp(sandbox, in: folder, "pull")
        #expect(again.output == "Experiment one is up to date on Git remote 'origin'.\n", "\(again)")
        #expect(again.errors == "Git remote 'origin'\n")
        #expect(try sandbox.git("-C", folder.string, "for-each-ref", "refs/git-exp") == "")
    }

    @Test func experimentsAreSelected() throws {
        let sandbox = try project()
        try sandbox.expOK("run", "-q", "-n", "old")
        try sandbox.git("commit", "-q", "--allow-empty", "-m", "next")
        let none = try sandbox.expOK("push", "origin")
        #expect(none.output == "No experiments to push.\n" && none.errors.contains("'-A' all"), "\(none)")
        try sandbox.expOK("run", "-q", "--reset", "-S", "lr=1", "-n", "new")
        #expect(try sandbox.expOK("push", "-q", "origin", "--rev", "HEAD~1").output == "")
        #expect(try there(sandbox).keys.sorted() == ["old"])
        #expect(try sandbox.expOK("push", "-A", "origin").output.contains("Pushed experiment new to"))
        let folder = try clone(sandbox)
        #expect(try exp(sandbox, in: folder, "pull", "origin", "-n", "2").output.contains("Pulled experiment old from"))
        // The baseline of the other one is on no branch there.
        #expect(try exp(sandbox, in: folder, "pull", "origin", "-A").output.contains("Pulled experiment new from"))
        let both = try exp(sandbox, in: folder, "push", "origin", "new", "--all-commits")
        #expect(both.status == 129, "\(both)")
    }

    @Test func divergedExperimentsStayUnlessForced() throws {
        let sandbox = try project()
        try sandbox.expOK("run", "-q", "-n", "one")
        try sandbox.expOK("push", "-q", "origin")
        let folder = try clone(sandbox)
        #expect(try exp(sandbox, in: folder, "pull", "-q", "origin").status == 0)
        let first = try there(sandbox)["one"] ?? ""
        try sandbox.expOK("run", "-q", "--reset", "-f", "-n", "one", "-S", "lr=3")
        let refused = try sandbox.expOK("push", "origin", "one")
        #expect(refused.output == "No experiments to push.\n", "\(refused)")
        #expect(refused.errors.contains("Local experiment one has diverged from remote experiment with the same name."))
        #expect(refused.errors.contains("To override the remote experiment re-run with '--force'."))
        #expect(try there(sandbox)["one"] == first)
        #expect(try sandbox.expOK("push", "-f", "origin", "one").output.contains("Pushed experiment one"))
        #expect(try there(sandbox)["one"] != first)
        let diverged = try exp(sandbox, in: folder, "pull", "origin")
        #expect(diverged.status == 0 && diverged.output == "No experiments to pull.\n", "\(diverged)")
        #expect(diverged.errors.contains("To override the local experiment re-run with '--force'."))
        #expect(try exp(sandbox, in: folder, "pull", "--force", "origin").status == 0)
        let name = try sandbox.git("-C", folder.string, "for-each-ref", "--format=%(objectname)", "refs/exps/*/*/one")
        #expect(try name == (there(sandbox)["one"] ?? "") + "\n")
        #expect(try exp(sandbox, in: folder, "undo").status == 0)
        let undone = try sandbox.git("-C", folder.string, "for-each-ref", "--format=%(objectname)", "refs/exps/*/*/one")
        #expect(undone == first + "\n")
    }

    @Test func anExperimentThatGrewGoesOn() throws {
        let sandbox = try project()
        try sandbox.expOK("run", "-q", "-n", "one")
        try sandbox.expOK("push", "-q", "origin")
        let folder = try clone(sandbox)
        #expect(try exp(sandbox, in: folder, "pull", "-q", "origin").status == 0)
        let tip = try sandbox.git(
            "-C", folder.string, "for-each-ref", "--format=%(objectname) %(refname)", "refs/exps/*/*/one")
        let words = tip.split(whereSeparator: \.isWhitespace).map(String.init)
        let more = try sandbox.git("commit-tree", "-m", "more", "-p", words[0], words[0] + "^{tree}")
            .split(separator: "\n").map(String.init)[0]
        try sandbox.git("update-ref", words[1], more)
        #expect(try sandbox.expOK("push", "origin").output.contains("Pushed experiment one"))
        #expect(try there(sandbox)["one"] == more)
        let behind = try exp(sandbox, in: folder, "push", "origin")
        #expect(behind.status == 0 && behind.output == "No experiments to push.\n", "\(behind)")
        #expect(try exp(sandbox, in: folder, "pull", "origin").output.contains("Pulled experiment one"))
        let newer = try sandbox.git("-C", folder.string, "rev-parse", words[1])
        #expect(newer == more + "\n")
        try sandbox.git("update-ref", words[1], words[0])
        let local = try sandbox.expOK("push", "origin")
        #expect(local.errors.contains("is newer than the local one; pull it"), "\(local)")
    }

    @Test func withoutItsDataNoReferenceTravels() throws {
        let sandbox = try project()
        try sandbox.expOK("run", "-q", "-n", "one")
        // A file is where the data should go.
        try sandbox.write("../store", "")
        let failed = try sandbox.exp("push", "origin")
        #expect(failed.status != 0, "\(failed)")
        #expect(try there(sandbox).isEmpty)
        try FileIO.remove(beside(sandbox, "store"))
        // One object of two is damaged.
        let objects = try sandbox.run("find", [".dvc/cache/files/md5", "-type", "f"]).output.split(separator: "\n")
        let damaged = String(objects[0])
        try FileIO.setMode(sandbox.root.pushing(FilePath(damaged)), 0o644)
        try sandbox.write(damaged, "other\n")
        let held = try sandbox.exp("push", "origin")
        #expect(held.status == 128 && held.errors.contains("so its reference was not either"), "\(held)")
        #expect(try there(sandbox).isEmpty)
        // It was moved aside, and what is nowhere does not hold anything back.
        let pushed = try sandbox.expOK("push", "origin")
        #expect(
            pushed.errors.contains("warning: Some of the data is neither in the cache nor on the remote:\n\tmodel.txt"))
        #expect(pushed.output.contains("Pushed experiment one"), "\(pushed)")
        let folder = try clone(sandbox)
        let pulled = try exp(sandbox, in: folder, "pull", "origin")
        #expect(pulled.status == 0 && pulled.errors.contains("\tmodel.txt ("), "\(pulled)")
        #expect(pulled.output == "Pulled experiment one from Git remote 'origin'.\n1 file fetched\n")
    }

    @Test func dataMayBeLimited() throws {
        let sandbox = try project()
        try sandbox.expOK("run", "-q", "-n", "one", "-S", "steps=4")
        let alone = try sandbox.expOK("push", "--no-cache", "origin")
        #expect(alone.output == "Pushed experiment one to Git remote 'origin'.\n")
        #expect(alone.errors.contains("without '--no-cache'"))
        #expect(try FileStatus.of(beside(sandbox, "store"), followingLinks: false) == nil)
        try sandbox.expOK("push", "-q", "origin", "--last")
        #expect(try storedFiles(sandbox) == 1)
        // The lowest loss is that of the last step, the lowest step the first one.
        try sandbox.expOK("push", "-q", "origin", "--best", "-loss")
        #expect(try storedFiles(sandbox) == 1)
        try sandbox.expOK("push", "-q", "origin", "--best", "loss")
        #expect(try storedFiles(sandbox) == 2)
        let chain = try sandbox.git("rev-list", "--first-parent", "HEAD..refs/exps/exec/EXEC_CHECKPOINT")
        let third = chain.split(separator: "\n").reversed()[2]
        try sandbox.git("tag", "good", String(third))
        try sandbox.expOK("push", "-q", "origin", "--tagged")
        #expect(try storedFiles(sandbox) == 3)
        let folder = try clone(sandbox)
        #expect(try exp(sandbox, in: folder, "pull", "origin", "--last").output.contains("1 file fetched"))
        let unknown = try sandbox.expOK("push", "origin", "--best", "nosuch")
        #expect(unknown.errors.contains("has no metric 'nosuch'"), "\(unknown)")
        try sandbox.expOK("push", "-q", "origin")
        #expect(try storedFiles(sandbox) == 4)
    }
}
