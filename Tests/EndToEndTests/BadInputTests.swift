import Files
import SystemPackage
import TestSupport
import Testing

@Suite struct BadInputTests {
    @Test func notARepository() throws {
        let sandbox = try Sandbox(git: false)
        let outcome = try sandbox.run("git-exp", ["run"])
        #expect(outcome.status == 128)
        #expect(outcome.errors.contains("not a git repository"))
    }

    @Test func noCommitYet() throws {
        let sandbox = try Sandbox(git: false)
        try sandbox.git("init", "-q")
        try sandbox.expOK("init", "-q")
        let outcome = try sandbox.exp("run")
        #expect(outcome.status == 128)
        #expect(outcome.errors.contains("no commits yet"))
        #expect(try sandbox.exp("show").status == 0)
    }

    @Test func notInitialised() throws {
        let sandbox = try Sandbox()
        let outcome = try sandbox.exp("run")
        #expect(outcome.status == 128)
        #expect(outcome.errors.contains("git exp init"))
    }

    @Test func unknownStage() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        let outcome = try sandbox.exp("run", "trian")
        #expect(outcome.status == 128)
        #expect(outcome.errors.contains("'trian'") && outcome.errors.contains("'train'"))
    }

    @Test func aFolderWithoutAPipelineIsToldOfTheNearest() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject(steps: 1)
        try sandbox.write("a/b/c.txt", "")
        let folder = sandbox.root.pushing("a/b")
        for (call, instead) in [
            (["run"], "../../dvc.yaml"), (["repro"], "../../dvc.yaml"), (["run", "train"], "../../dvc.yaml:train"),
            (["run", "dvc.yaml"], "../../dvc.yaml"), (["status", "train"], "../../dvc.yaml:train"),
        ] {
            let outcome = try sandbox.run("git", ["exp"] + call, in: folder)
            #expect(outcome.status == 128)
            #expect(outcome.errors.contains("error: there is no 'dvc.yaml' in this folder\n"), "\(outcome)")
            #expect(outcome.errors.contains("hint: name '\(instead)', "), "\(outcome)")
        }
        let unknown = try sandbox.run("git", ["exp", "repro", "other"], in: folder)
        #expect(unknown.errors.contains("error: there is no stage 'other'\n"), "\(unknown)")
        #expect(try sandbox.run("git", ["exp", "run", "-P", "-n", "all"], in: folder).status == 0)
    }

    @Test func brokenYAMLHasAPosition() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.write("dvc.yaml", "stages:\n  train:\n    cmd: x\n    foo: 1\n")
        let before = try sandbox.untouched()
        let outcome = try sandbox.exp("run", "-S", "lr=9")
        #expect(outcome.status == 128)
        #expect(outcome.errors.contains("line 4, column 5"), "\(outcome)")
        #expect(try sandbox.untouched() == before)
    }

    @Test func aTakenNameIsRefusedUnlessForced() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.expOK("run", "-n", "same")
        let old = try sandbox.git("rev-parse", "refs/exps/exec/EXEC_APPLY")
        let refused = try sandbox.exp("run", "--reset", "-n", "same")
        #expect(refused.status == 128)
        #expect(refused.errors.contains("already exists") && refused.errors.contains("-f"))
        #expect(try sandbox.git("rev-parse", "refs/exps/exec/EXEC_APPLY") == old)
        try sandbox.expOK("run", "--reset", "-f", "-n", "same")
        #expect(try sandbox.expOK("list", "--name-only").output == "same\n")
    }

    @Test func unknownAndAmbiguousRevisions() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.expOK("run", "-n", "twin")
        try sandbox.git("commit", "-q", "--allow-empty", "-m", "next")
        try sandbox.expOK("run", "-n", "twin")
        try sandbox.git("commit", "-q", "--allow-empty", "-m", "last")
        let ambiguous = try sandbox.exp("apply", "twin")
        #expect(ambiguous.status == 128)
        #expect(ambiguous.errors.components(of: "/twin") == 2, "\(ambiguous)")
        let unknown = try sandbox.exp("apply", "twni")
        #expect(unknown.status == 128)
        #expect(unknown.errors.contains("did you mean 'twin'"))
    }

    @Test(arguments: ["a/b", "-x", "a\u{1B}[31mb", "beef", "a..b", "x@1"])
    func badNames(_ name: String) throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        let outcome = try sandbox.exp("run", "--name=\(name)")
        #expect(outcome.status == 128)
        #expect(!outcome.errors.contains("\u{1B}"))
        #expect(try sandbox.expOK("list", "-A").output.isEmpty)
    }

    @Test func anUnknownParameterChangesNothing() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        let before = try sandbox.untouched()
        let outcome = try sandbox.exp("run", "-S", "lr=0.5", "-S", "rl=1")
        #expect(outcome.status == 128)
        #expect(outcome.errors.contains("+rl="))
        #expect(try sandbox.untouched() == before)
    }

    @Test func strangeOutputs() throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.expOK("stage", "add", "-q", "-n", "a", "-o", "out", "mkfifo out")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "x")
        let pipe = try sandbox.exp("run")
        #expect(pipe.status == 128)
        #expect(pipe.errors.contains("'") && pipe.errors.contains("pipe"))
        try sandbox.expOK("stage", "add", "-q", "-f", "-n", "a", "-o", "out", "ln -sf nowhere out")
        let link = try sandbox.exp("run")
        #expect(link.status == 128)
        #expect(link.errors.contains("symbolic link to nothing"))
    }

    @Test func hiddenOutputsAndPipelinesAreNamed() throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.write(".dvcignore", "*.tmp\n")
        try sandbox.write("sub/.dvcignore", "secret/\n")
        for output in ["a.tmp", "sub/secret"] {
            let hidden = try sandbox.exp("stage", "add", "-n", "a", "-o", output, "true")
            #expect(hidden.status == 128 && hidden.errors.contains("'\(output)' cannot be an output"), "\(hidden)")
        }
        #expect(try !sandbox.exists("dvc.yaml"))
        try sandbox.expOK("stage", "add", "-n", "a", "-o", "sub/open", "echo 1 > sub/open")
        try sandbox.write(".dvcignore", "open\n")
        let run = try sandbox.exp("repro")
        #expect(run.status == 128 && run.errors.contains("'.dvcignore'"), "\(run)")
        try sandbox.write(".gitignore", "dvc.yaml\n")
        let add = try sandbox.exp("stage", "add", "-n", "b", "true")
        #expect(add.status == 128 && add.errors.contains("'dvc.yaml' is ignored by git"), "\(add)")
        #expect(try sandbox.exp("stage", "list").errors.contains("'dvc.yaml' is ignored by git"))
    }

    @Test func anUnwritableCacheIsNamed() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        // Permissions do not stop root, but a file in the place of a folder stops everybody.
        try sandbox.write(".dvc/cache", "in the way")
        let outcome = try sandbox.exp("run")
        #expect(outcome.status == 128)
        #expect(outcome.errors.contains(".dvc/cache"))
        #expect(try sandbox.git("for-each-ref", "refs/exps").isEmpty)
    }

    @Test func strangeFileNames() throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        let longest = String(repeating: "x", count: 255)
        let command =
            "mkdir -p out && printf a > 'out/with space' && printf b > 'out/-dash' && printf c > 'out/é' && "
            + "printf d > \"$(printf 'out/line\\nfeed')\" && printf e > out/\(longest)"
        try sandbox.expOK("stage", "add", "-q", "-n", "a", "-o", "out", command)
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "x")
        let run = try sandbox.exp("run", "-n", "names")
        #expect(run.status == 0, "\(run)")
        try FileIO.removeTree(sandbox.root.appending("out"))
        try sandbox.expOK("apply", "names")
        #expect(try sandbox.read("out/line\nfeed") == "d")
        #expect(try sandbox.read("out/-dash") == "b")
        #expect(try sandbox.read("out/" + longest) == "e")
    }

    @Test func otherShapesOfRepositoriesAreRefusedBeforeAnythingIsWritten() throws {
        let sandbox = try Sandbox(git: false)
        try sandbox.git("init", "-q", "--object-format=sha256")
        let sha256 = try sandbox.exp("init")
        #expect(sha256.status == 128)
        #expect(sha256.errors.contains("SHA256"), "\(sha256)")
        #expect(try !sandbox.exists(".dvc"))
        let other = try Sandbox()
        try other.git("config", "extensions.refStorage", "reftable")
        try other.git("config", "core.repositoryformatversion", "1")
        let reftable = try other.run("git-exp", ["init"])
        #expect(reftable.status == 128)
        #expect(reftable.errors.contains("reftable"), "\(reftable)")
        #expect(try !other.exists(".dvc"))
    }

    @Test func detachedHead() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.git("checkout", "-q", "--detach")
        let before = try sandbox.untouched(includingStatus: false)
        try sandbox.expOK("run", "-n", "plain")
        #expect(try sandbox.untouched(includingStatus: false) == before)
        #expect(try sandbox.expOK("list", "--name-only").output == "plain\n")
    }

    @Test func linkedWorktree() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.git("worktree", "add", "-q", "../other", "-b", "other")
        let folder = sandbox.root.removingLastComponent().appending("other")
        let outcome = try sandbox.run("git", ["exp", "run", "-n", "there"], in: folder)
        #expect(outcome.status == 0, "\(outcome)")
        #expect(try sandbox.expOK("list", "--name-only").output == "there\n")
    }

    @Test func theUsersWordOnTheWorkTreeCounts() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try FileIO.makeDirectories(sandbox.root.pushing("sub"))
        try FileIO.move(sandbox.root.pushing(".git"), to: sandbox.root.pushing("sub/elsewhere.git"))
        func git(_ arguments: String...) throws -> Outcome {
            try sandbox.run(
                "git", ["--git-dir=elsewhere.git", "--work-tree=.."] + arguments, in: sandbox.root.pushing("sub"))
        }
        // Filters leave the work to git itself, which is started in another folder.
        _ = try git("config", "core.autocrlf", "input")
        let run = try git("exp", "run", "-n", "there", "../dvc.yaml")
        #expect(run.status == 0, "\(run)")
        #expect(try git("exp", "list", "--name-only").output == "there\n")
        let tree = try git("ls-tree", "--full-tree", "--name-only", "-r", "refs/exps/exec/EXEC_APPLY").output
        #expect(tree.contains("train.sh\n") && tree.contains("metrics.json\n"), "\(tree)")
        #expect(try git("exp", "apply", "there@1").status == 0)
        let other = try sandbox.run(
            "git", ["exp", "list"],
            environment: [
                "GIT_DIR": sandbox.root.pushing("sub/elsewhere.git").string, "GIT_WORK_TREE": "/",
            ])
        #expect(other.status == 0, "\(other)")
        let wrong = try sandbox.run(
            "git-exp", ["list"],
            environment: [
                "GIT_DIR": sandbox.root.pushing("sub/elsewhere.git").string,
                "GIT_WORK_TREE": sandbox.root.pushing("sub").string,
            ])
        #expect(wrong.status == 128 && wrong.errors.contains("is not in the work tree"), "\(wrong)")
    }

    @Test func projectBelowTheTop() throws {
        let sandbox = try Sandbox()
        try FileIO.makeDirectories(sandbox.root.pushing("sub"))
        let folder = sandbox.root.appending("sub")
        #expect(try sandbox.run("git", ["exp", "init"], in: folder).status == 128)
        #expect(try sandbox.run("git", ["exp", "init", "--subdir"], in: folder).status == 0)
        try sandbox.write(
            "sub/dvc.yaml",
            "stages:\n  a:\n    cmd: echo 1 > m.json\n    metrics:\n    - m.json:\n        cache: false\n")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "x")
        let run = try sandbox.run("git", ["exp", "run", "-n", "deep"], in: folder)
        #expect(run.status == 0, "\(run)")
        let names = try sandbox.git("for-each-ref", "--format=%(refname)", "refs/exps").dropLast()
        #expect(try sandbox.git("ls-tree", "-r", "--name-only", String(names)).contains("sub/m.json\n"))
    }

    @Test func usage() throws {
        let sandbox = try Sandbox()
        #expect(try sandbox.exp("run", "--nosuch").status == 129)
        #expect(try sandbox.exp("nosuch").status == 129)
        #expect(try sandbox.exp("gc").status == 129)
        #expect(try sandbox.exp("run", "-h").status == 0)
        let commands = [
            ["init"], ["stage"], ["stage", "add"], ["stage", "list"], ["run"], ["repro"], ["status"], ["checkpoint"],
            ["show"], ["list"], ["apply"], ["branch"], ["gc"], ["metrics"], ["metrics", "show"], ["metrics", "diff"],
        ]
        for words in commands {
            let help = try sandbox.run("git", ["exp"] + words + ["-h"]).output
            #expect(help.contains("USAGE: git exp \(words.joined(separator: " "))"), "\(help)")
        }
        #expect(try sandbox.exp("init", "-q").errors.isEmpty)
        #expect(try sandbox.exp("--version").output.hasPrefix("git-exp version "))
    }
}

extension String {
    fileprivate func components(of text: String) -> Int {
        var count = 0
        var rest = self[...]
        while let index = rest.indices.first(where: { rest[$0...].hasPrefix(text) }) {
            count += 1
            rest = rest[index...].dropFirst(text.count)
        }
        return count
    }

    @Test func aTimeToWaitThatIsNoneIsRefused() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        for value in ["soon", "-1", "99999999999", ""] {
            try sandbox.git("config", "exp.lockTimeout", value)
            for command in [["run", "-S", "lr=0.7"], ["repro"], ["apply", "HEAD"]] {
                let outcome = try sandbox.run("git", ["exp"] + command)
                let isRefused = outcome.status == 128 && outcome.errors.contains("exp.lockTimeout")
                // A repro refuses the checkpoints of this project before it looks at the time.
                #expect(isRefused || command == ["repro"] && outcome.status == 128, "\(outcome)")
            }
        }
        #expect(try sandbox.git("status", "--short").isEmpty)
        #expect(try sandbox.git("for-each-ref", "refs/exps").isEmpty)
        try sandbox.git("config", "exp.lockTimeout", "5")
        try sandbox.expOK("run")
    }

    @Test func aFrozenStageWithoutItsDataSaysSo() throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.expOK("stage", "add", "-q", "-n", "a", "-o", "out.txt", "echo 1 > out.txt")
        try sandbox.expOK("freeze", "a")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "frozen")
        for command in ["repro", "run"] {
            let outcome = try sandbox.exp(command)
            #expect(outcome.status == 128, "\(outcome)")
            #expect(
                outcome.errors.contains("'out.txt', an output of the frozen stage 'a', does not exist"), "\(outcome)")
            #expect(outcome.errors.contains("'git exp unfreeze a' lets the stage make it"), "\(outcome)")
        }
    }
}
