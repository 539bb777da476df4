import Files
import SystemPackage
import TestSupport
import Testing

/// Experiments between a project, its clones and a bare repository.
@Suite struct ExperimentSharingTests {
    /// A training project with a bare repository and a data remote beside it.
    private func project() throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject(steps: 2)
        try sandbox.expOK("remote", "add", "-q", "--default", "store", "../store")
        try sandbox.git("commit", "-q", "-a", "-m", "data remote")
        try sandbox.git("init", "-q", "--bare", "-b", "main", "../origin.git")
        try sandbox.git("remote", "add", "origin", "../origin.git")
        try sandbox.git("push", "-q", "origin", "main")
        return sandbox
    }

    private func beside(_ sandbox: Sandbox, _ name: String) -> FilePath {
        sandbox.root.removingLastComponent().appending(name)
    }

    private func clone(_ sandbox: Sandbox) throws -> FilePath {
        try sandbox.git("clone", "-q", "../origin.git", "../clone")
        return beside(sandbox, "clone")
    }

    private func exp(_ sandbox: Sandbox, in folder: FilePath, _ arguments: String...) throws -> Outcome {
        try sandbox.run("git", ["exp"] + arguments, in: folder)
    }

    /// The experiments in the bare repository, by name.
    private func there(_ sandbox: Sandbox) throws -> [String: String] {
        let text = try sandbox.git(
            "-C", "../origin.git", "for-each-ref", "--format=%(objectname) %(refname)", "refs/exps")
        var result: [String: String] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            result[String(words[1].split(separator: "/").last ?? "")] = String(words[0])
        }
        return result
    }

    private func storedFiles(_ sandbox: Sandbox) throws -> Int {
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
        #expect(try sandbox.expOK("push", "origin").output == "No experiments to push.\n")
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

    @Test func remotesAreListedAndChanged() throws {
        let sandbox = try project()
        try sandbox.expOK("run", "-q", "-n", "one")
        try sandbox.expOK("run", "-q", "--reset", "-S", "lr=2", "-n", "two")
        try sandbox.expOK("push", "-q", "origin")
        let folder = try clone(sandbox)
        #expect(try exp(sandbox, in: folder, "list", "origin", "--name-only").output == "one\ntwo\n")
        let tips = try there(sandbox)
        #expect(
            try exp(sandbox, in: folder, "list", "origin").output
                == "main:\n\t\(tips["one"]?.prefix(7) ?? "") [one]\n\t\(tips["two"]?.prefix(7) ?? "") [two]\n")
        #expect(
            try exp(sandbox, in: folder, "list", "-A", "--sha-only", "../origin.git").output
                == "\(tips["one"] ?? "")\n\(tips["two"] ?? "")\n")
        // Nothing of it is in the clone.
        #expect(try exp(sandbox, in: folder, "list").output == "")
        let renamed = try exp(sandbox, in: folder, "rename", "-g", "origin", "one", "uno")
        #expect(renamed.status == 0, "\(renamed)")
        #expect(try there(sandbox) == ["uno": tips["one"] ?? "", "two": tips["two"] ?? ""])
        let taken = try exp(sandbox, in: folder, "rename", "-g", "origin", "uno", "two")
        #expect(taken.status == 128 && taken.errors.contains("already exists in 'origin'"), "\(taken)")
        #expect(try exp(sandbox, in: folder, "rename", "-f", "-g", "origin", "uno", "two").status == 0)
        #expect(try there(sandbox) == ["two": tips["one"] ?? ""])
        let unknown = try exp(sandbox, in: folder, "remove", "-g", "origin", "two", "nosuch")
        #expect(unknown.status == 128 && unknown.errors.contains("'nosuch' does not exist in 'origin'"), "\(unknown)")
        #expect(try exp(sandbox, in: folder, "remove", "-g", "origin", "--dry-run", "-A").output.contains("[two]"))
        #expect(try there(sandbox).count == 1)
        let removed = try exp(sandbox, in: folder, "remove", "-g", "origin", "two")
        #expect(removed.status == 0 && removed.errors.contains("Removed experiments: 'two'"), "\(removed)")
        #expect(try there(sandbox).isEmpty)
        #expect(try sandbox.expOK("list", "--name-only").output == "one\ntwo\n")
    }

    @Test func hooksBehaveAsInGitPush() throws {
        let sandbox = try project()
        try sandbox.expOK("run", "-q", "-n", "one")
        try sandbox.expOK("run", "-q", "--reset", "-S", "lr=2", "-n", "two")
        let hook = beside(sandbox, "origin.git/hooks/update")
        try sandbox.write(
            "../origin.git/hooks/update", "#!/bin/sh\ncase $1 in */two) printf 'not \\033[31mtwo\\n'; exit 1;; esac\n")
        try FileIO.setMode(hook, 0o755)
        let refused = try sandbox.exp("push", "origin")
        #expect(refused.status == 128 && refused.errors.contains("did not take 'one', 'two'"), "\(refused)")
        #expect(refused.errors.contains("remote: not \\x1b[31mtwo"), "\(refused)")
        #expect(try there(sandbox).isEmpty, "all or none")
        try sandbox.git("-C", "../origin.git", "config", "receive.advertiseAtomic", "false")
        let partly = try sandbox.exp("push", "origin")
        #expect(partly.status == 128 && partly.output.contains("Pushed experiment one"), "\(partly)")
        #expect(try there(sandbox).keys.sorted() == ["one"])
        try FileIO.remove(hook)
        try sandbox.write(".git/hooks/pre-push", "#!/bin/sh\necho no pushing today >&2\nexit 1\n")
        try FileIO.setMode(sandbox.root.pushing(".git/hooks/pre-push"), 0o755)
        let stopped = try sandbox.exp("push", "origin")
        #expect(stopped.status == 128 && stopped.errors.contains("no pushing today"), "\(stopped)")
        #expect(try there(sandbox).keys.sorted() == ["one"])
    }

    @Test func manyTravelAtOnce() throws {
        let sandbox = try project()
        let head = try sandbox.git("rev-parse", "HEAD").prefix(40)
        let folder = "refs/exps/\(head.prefix(2))/\(head.dropFirst(2))"
        var commits: [String] = []
        for number in 0..<40 {
            let tree = "\(head)^{tree}"
            let id = try sandbox.git("commit-tree", "-m", "\(number)", "-p", String(head), tree).prefix(40)
            commits.append(String(id))
            try sandbox.git("update-ref", "\(folder)/e\(number)", String(id))
        }
        try sandbox.git("update-ref", "refs/exps/exec/EXEC_APPLY", commits[0])
        // One has diverged, another is not meant; hooks and settings are those of the repository.
        try sandbox.git("push", "-q", "origin", "\(commits[1]):\(folder)/e0")
        try sandbox.write(".git/hooks/pre-push", "#!/bin/sh\nwc -l > pushed; git config core.bare > bare\n")
        try FileIO.setMode(sandbox.root.pushing(".git/hooks/pre-push"), 0o755)
        try sandbox.write(".git/git-exp-push-0/HEAD", "left behind")
        try sandbox.write(".git/git-exp-push-999999999/HEAD", "left behind")
        let names = (0..<39).map { "e\($0)" }
        let first = try sandbox.run("git", ["exp", "push", "../origin.git"] + names)
        #expect(first.status == 0 && first.errors.contains("experiment e0 has diverged"), "\(first)")
        #expect(try there(sandbox).count == 39)
        #expect(try there(sandbox)["e0"] == commits[1])
        #expect(try sandbox.read("pushed") == "38\n")
        #expect(try sandbox.read("bare") == "false\n")
        let forced = try sandbox.exp("push", "--force", "origin")
        #expect(forced.output.contains("Pushed experiments e0 and e39 to"), "\(forced)")
        #expect(try there(sandbox)["e0"] == commits[0])
        try sandbox.expOK("remove", "-f", "-g", "origin", "-A")
        #expect(try there(sandbox).isEmpty)
        try sandbox.git("push", "-q", "origin", "\(commits[1]):\(folder)/e0")
        #expect(try sandbox.exp("push", "--force", "origin").output.contains("Pushed experiments e0, e1, e10"))
        #expect(try there(sandbox).count == 40 && there(sandbox)["e0"] == commits[0])
        let left = try sandbox.run("ls", [".git"]).output.split(separator: "\n").filter { $0.hasPrefix("git-exp-push") }
        #expect(left.isEmpty, "\(left)")
    }

    @Test func hostileNamesAreRefused() throws {
        let sandbox = try project()
        try sandbox.expOK("run", "-q", "-n", "one")
        for remote in ["--upload-pack=touch ../evil;", "", "a\nb", "\u{1B}[31m"] {
            for verb in ["push", "pull", "list"] {
                let outcome = try sandbox.exp(verb, "--", remote)
                #expect(outcome.status == 128 && outcome.errors.contains("cannot be a Git remote"), "\(outcome)")
                #expect(!outcome.errors.contains("\u{1B}"))
            }
        }
        for remote in ["ext::sh -c 'touch ../evil'", "nosuch"] {
            let outcome = try sandbox.exp("push", remote)
            #expect(outcome.status == 128, "\(outcome)")
        }
        let swapped = try sandbox.exp("push", "one")
        #expect(
            swapped.errors.contains("hint: to share an experiment, name the remote first: origin one"), "\(swapped)")
        #expect(try !sandbox.exists("../evil"))
        // A server may say anything.
        try sandbox.expOK("push", "-q", "origin")
        let tip = try there(sandbox)["one"] ?? ""
        let head = try sandbox.git("rev-parse", "HEAD").prefix(40)
        let folder = "refs/exps/\(head.prefix(2))/\(head.dropFirst(2))"
        for name in ["\(folder)/--force", "refs/exps/foo", "refs/exps/exec/EXEC_BASELINE", "refs/exps/a/b/c/d"] {
            try sandbox.git("-C", "../origin.git", "update-ref", name, tip)
        }
        let clone = try clone(sandbox)
        let pulled = try exp(sandbox, in: clone, "pull", "-A", "origin")
        #expect(pulled.status == 0 && pulled.errors.contains("1 experiment in 'origin' passed over"), "\(pulled)")
        let references = try sandbox.git("-C", clone.string, "for-each-ref", "--format=%(refname)", "refs/exps")
        #expect(references == "\(folder)/one\n")
    }

    @Test func withoutADataRemoteItSaysSo() throws {
        let sandbox = try project()
        try sandbox.expOK("run", "-q", "-n", "one")
        try sandbox.expOK("remote", "remove", "-q", "store")
        let failed = try sandbox.exp("push", "origin")
        #expect(failed.status == 128 && failed.errors.contains("'--no-cache' leaves the data here"), "\(failed)")
        #expect(try there(sandbox).isEmpty)
        try sandbox.expOK("push", "-q", "--no-cache", "origin")
        #expect(try there(sandbox).keys.sorted() == ["one"])
    }
}
