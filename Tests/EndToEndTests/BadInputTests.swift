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
