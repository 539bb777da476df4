import Files
import SystemPackage
import TestSupport
import Testing

/// What remotes say, and what is said of them.
extension ExperimentSharingTests {
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
