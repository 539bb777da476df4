import Files
import SystemPackage
import TestSupport
import Testing

/// Installing hooks beside those of others, and taking them away.
@Suite struct HookInstallTests {
    private static let names = ["pre-commit", "post-checkout", "post-merge", "post-rewrite", "pre-push"]

    private func hook(_ sandbox: Sandbox, _ name: String, _ text: String, mode: UInt16 = 0o755) throws {
        try sandbox.write(".git/hooks/\(name)", text)
        try FileIO.setMode(sandbox.root.pushing(FilePath(".git/hooks/\(name)")), mode)
    }

    /// Everything below `.git/hooks` with contents and permissions, and git's settings.
    private func state(_ sandbox: Sandbox) throws -> String {
        let script = """
            cd .git/hooks && for f in *; do
                if [ -L "$f" ]; then echo "$f -> $(readlink "$f")"; else stat -c '%n %a' "$f"; md5sum < "$f"; fi
            done; cat ../config; cat ../../.gitattributes 2>/dev/null
            """
        return try sandbox.run("sh", ["-c", script]).output
    }

    @Test func installingTwiceChangesNothingAndRemovingLeavesNothing() throws {
        let sandbox = try Sandbox()
        let before = try state(sandbox)
        let dry = try sandbox.expOK("install", "--dry-run")
        #expect(dry.output.contains("would have written our lines into '.git/hooks/pre-commit'"))
        #expect(try state(sandbox) == before)
        try sandbox.expOK("install", "--local")
        let installed = try state(sandbox)
        for name in Self.names { #expect(installed.contains("\(name) 755")) }
        for name in ["lock", "yaml", "dvc"] {
            let driver = try sandbox.git("config", "merge.git-exp-\(name).driver")
            #expect(driver.contains("git exp merge-driver --marker-size=%L -- %O %A %B %P;"))
        }
        #expect(try sandbox.git("config", "diff.git-exp-lock.textconv").contains("git exp textconv -- "))
        #expect(try sandbox.git("config", "log.excludeDecoration") == "refs/exps/*\n")
        #expect(
            try sandbox.read(".gitattributes")
                == "dvc.lock merge=git-exp-lock diff=git-exp-lock\ndvc.yaml merge=git-exp-yaml\n*.dvc merge=git-exp-dvc\n"
        )
        #expect(try sandbox.expOK("install").errors == "Everything is installed.\n")
        #expect(try state(sandbox) == installed)
        try sandbox.expOK("uninstall", "-q")
        #expect(try state(sandbox) == before)
        #expect(try sandbox.expOK("uninstall").errors == "Nothing of ours is installed.\n")
    }

    /// A folder whose name looks like an option, and has a blank and a quote.
    private static let odd = "-it's one"

    /// Two branches, each of which ran another one of two stages, or both the same, and the drivers.
    private func divergedProject(_ sandbox: Sandbox, sameStage: Bool) throws {
        let folder = Self.odd
        try sandbox.write(
            folder + "/dvc.yaml",
            "stages:\n  a: {cmd: cp pa a, deps: [pa], outs: [a]}\n  b: {cmd: cp pb b, deps: [pb], outs: [b]}\n")
        func run(_ name: String, _ text: String) throws {
            try sandbox.write(folder + "/" + name, text)
            let run = try sandbox.run("git", ["exp", "repro", "-q"], in: sandbox.root.appending(folder))
            #expect(run.exit.isSuccess, "\(run)")
            try sandbox.git("add", ".")
            try sandbox.git("commit", "-q", "-m", text)
        }
        try sandbox.expOK("init", "-q")
        try sandbox.expOK("install", "-q")
        try sandbox.write(folder + "/pb", "1")
        try run("pa", "1")
        try sandbox.git("checkout", "-q", "-b", "side")
        try run("pa", "theirs")
        try sandbox.git("checkout", "-q", "main")
        try run(sameStage ? "pa" : "pb", "ours")
    }

    @Test func driversWorkInFoldersWithOddNames() throws {
        let sandbox = try Sandbox()
        try divergedProject(sandbox, sameStage: false)
        try sandbox.git("merge", "-q", "-m", "merged", "side")
        #expect(try sandbox.expOK("verify").exit.isSuccess)
        let shown = try sandbox.git("diff", "HEAD^", "--", "./\(Self.odd)/dvc.lock")
        #expect(shown.contains("+  out    a  6 B"))
    }

    @Test func withoutTheProgramGitMergesAndShowsAsItDoesWithoutDrivers() throws {
        let sandbox = try Sandbox()
        try divergedProject(sandbox, sameStage: true)
        let bare = ["PATH": "/usr/bin:/bin"]
        let merge = try sandbox.run("git", ["merge", "-q", "-m", "merged", "side"], environment: bare)
        #expect(merge.status == 1)
        let lock = try #require(try sandbox.read(Self.odd + "/dvc.lock"))
        #expect(lock.contains("<<<<<<< ours\n") && lock.contains(">>>>>>> theirs\n"))
        try sandbox.git("merge", "--abort")
        let diff = try sandbox.run("git", ["diff", "main", "side"], environment: bare)
        #expect(diff.exit.isSuccess)
        #expect(diff.output.contains("+      md5: "))
    }

    @Test func othersComeBackByteByByte() throws {
        let sandbox = try Sandbox()
        try hook(sandbox, "pre-commit", "#!/bin/sh\necho theirs >> ran; exec true\n")
        try hook(sandbox, "post-checkout", "echo no-first-line >> ran\n", mode: 0o700)
        try hook(sandbox, "post-merge", "#!/usr/bin/env python3\nprint('python', file=open('ran', 'a'))\n")
        try hook(sandbox, "post-rewrite", "#!/bin/sh\necho never >> ran\n", mode: 0o644)
        try sandbox.write("scripts/pre-push", "#!/bin/bash\ncat > pushed")
        try FileIO.setMode(sandbox.root.pushing("scripts/pre-push"), 0o755)
        try FileIO.makeSymlink(sandbox.root.pushing(".git/hooks/pre-push"), to: "../../scripts/pre-push")
        try sandbox.write(".gitattributes", "*.png binary")
        try sandbox.git("config", "--add", "log.excludeDecoration", "refs/other/*")
        let before = try state(sandbox)
        try sandbox.expOK("install", "-q")
        // An older block is brought up to date.
        let text = try sandbox.read(".git/hooks/pre-commit") ?? ""
        try sandbox.write(".git/hooks/pre-commit", text.replacing("    git exp hook", with: "    git exp old-hook"))
        try sandbox.expOK("install", "-q")
        #expect(try sandbox.read(".git/hooks/pre-commit") == text)
        #expect(try sandbox.read("scripts/pre-push") == "#!/bin/bash\ncat > pushed")

        try sandbox.git("add", ".gitattributes")
        try sandbox.git("commit", "-q", "-m", "one")
        try sandbox.git("commit", "-q", "--amend", "-m", "two")
        try sandbox.git("checkout", "-q", "-b", "side", "HEAD~1")
        try sandbox.git("merge", "-q", "main")
        #expect(try sandbox.read("ran") == "theirs\ntheirs\nno-first-line\npython\n")
        let remote = sandbox.root.removingLastComponent().appending("remote.git")
        try sandbox.git("init", "-q", "--bare", remote.string)
        try sandbox.git("push", "-q", remote.string, "main")
        let commit = try sandbox.git("rev-parse", "main").dropLast()
        #expect(
            try sandbox.read("pushed")
                == "refs/heads/main \(commit) refs/heads/main \(String(repeating: "0", count: 40))\n")
        try sandbox.expOK("uninstall", "-q")
        #expect(try state(sandbox) == before)
    }

    @Test(arguments: ["/bin/sh", "/bin/bash", "/usr/bin/env bash"])
    func otherHookOfAPushGetsTheSameInput(_ shell: String) throws {
        let sandbox = try Sandbox()
        try hook(sandbox, "pre-push", "#!\(shell)\ncat > \"$PWD/got\"; echo \"$@\" >> got\n")
        try sandbox.expOK("install", "-q")
        let lines = "refs/heads/a 1 refs/heads/a 2\nrefs/heads/$b `c` \\d 3\n"
        let path = sandbox.root.pushing(".git/hooks/pre-push").string
        #expect(try sandbox.run(path, ["origin", "a b"], input: lines).exit.isSuccess)
        #expect(try sandbox.read("got") == lines + "origin a b\n")
        #expect(try sandbox.run(path, ["x"], input: "").exit.isSuccess)
        #expect(try sandbox.read("got") == "x\n")
    }

    @Test func chosenHooksAloneAreInstalled() throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("install", "-q", "--hook", "pre-push", "--hook", "pre-commit")
        #expect(try sandbox.exists(".git/hooks/pre-push"))
        #expect(try sandbox.exists(".git/hooks/pre-commit"))
        #expect(try !sandbox.exists(".git/hooks/post-merge"))
        #expect(try !sandbox.exists(".gitattributes"))
        try sandbox.expOK("uninstall", "-q", "--hook", "pre-push")
        #expect(try !sandbox.exists(".git/hooks/pre-push"))
        #expect(try sandbox.exists(".git/hooks/pre-commit"))
        #expect(try sandbox.exp("install", "--hook", "commit-msg").status == 128)
    }

    @Test func whereHooksAreSwitchedOffTheyCanOnlyBeRemoved() throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("install", "-q")
        try sandbox.git("config", "core.hooksPath", "/dev/null")
        let outcome = try sandbox.exp("install")
        #expect(outcome.status == 128)
        #expect(outcome.errors.contains("hooks are switched off here"))
        #expect(outcome.errors.contains("git config --unset core.hooksPath"))
        try sandbox.expOK("uninstall", "-q")
        #expect(try !sandbox.exists(".gitattributes"))
    }

    @Test func whatWasEmptyOrTakenAwayByHandStaysSo() throws {
        let sandbox = try Sandbox()
        try sandbox.write(".gitattributes", "")
        try sandbox.expOK("install", "-q")
        try sandbox.git("config", "--unset", "log.excludeDecoration")
        try sandbox.expOK("uninstall", "-q")
        #expect(try sandbox.read(".gitattributes") == "")
        #expect(try sandbox.run("git", ["config", "log.excludeDecoration"]).status == 1)
    }

    @Test func whereHuskyWritesItsFolderAnewUsersAreTold() throws {
        let sandbox = try Sandbox()
        try sandbox.git("config", "core.hooksPath", ".husky/_")
        try sandbox.write(".husky/_/h", "#!/usr/bin/env sh\n")
        #expect(try sandbox.expOK("install").errors.contains("Husky writes '.husky/_' anew"))
    }

    @Test func placesOfHooksAreThoseOfGit() throws {
        let sandbox = try Sandbox()
        try sandbox.git("config", "core.hooksPath", ".husky/_")
        try sandbox.write(".husky/_/pre-commit", "#!/usr/bin/env sh\necho husky >> ran\n")
        try FileIO.setMode(sandbox.root.pushing(".husky/_/pre-commit"), 0o755)
        try sandbox.expOK("install", "-q")
        #expect(try sandbox.exists(".husky/_/post-merge"))
        #expect(try !sandbox.exists(".git/hooks/post-merge"))
        try sandbox.git("commit", "-q", "--allow-empty", "-m", "husky")
        #expect(try sandbox.read("ran") == "husky\n")
        try sandbox.expOK("uninstall", "-q")
        #expect(try sandbox.read(".husky/_/pre-commit") == "#!/usr/bin/env sh\necho husky >> ran\n")
        #expect(try !sandbox.exists(".husky/_/post-merge"))
        try sandbox.git("config", "--unset", "core.hooksPath")
        // A linked worktree shares the hooks, a submodule has its own.
        let other = sandbox.root.removingLastComponent().appending("other")
        try sandbox.git("worktree", "add", "-q", other.string)
        #expect(try sandbox.run("git", ["exp", "install", "-q"], in: other).exit.isSuccess)
        #expect(try sandbox.exists(".git/hooks/pre-commit"))
        #expect(try sandbox.run("git", ["exp", "uninstall", "-q"], in: other).exit.isSuccess)
        #expect(try !sandbox.exists(".git/hooks/pre-commit"))
        let module = sandbox.root.removingLastComponent().appending("module")
        try sandbox.git("clone", "-q", ".", module.string)
        try sandbox.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", module.string, "sub")
        let inside = try sandbox.run("git", ["exp", "install", "-q"], in: sandbox.root.appending("sub"))
        #expect(inside.exit.isSuccess)
        #expect(try sandbox.exists(".git/modules/sub/hooks/pre-commit"))
        #expect(try !sandbox.exists(".git/hooks/pre-commit"))
    }

    @Test func othersThatRenameOursAreUnderstood() throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("install", "-q")
        // As the framework 'pre-commit' does.
        let hooks = sandbox.root.pushing(".git/hooks")
        try FileIO.move(hooks.appending("pre-commit"), to: hooks.appending("pre-commit.legacy"))
        try hook(sandbox, "pre-commit", "#!/bin/sh\n\"$0.legacy\" \"$@\" || exit\necho framework >> ran\n")
        #expect(try sandbox.expOK("install").errors == "Everything is installed.\n")
        try sandbox.git("commit", "-q", "--allow-empty", "-m", "one")
        #expect(try sandbox.read("ran") == "framework\n")
        try sandbox.expOK("uninstall", "-q")
        #expect(try !sandbox.exists(".git/hooks/pre-commit.legacy"))
        #expect(try sandbox.exists(".git/hooks/pre-commit"))
    }
}
