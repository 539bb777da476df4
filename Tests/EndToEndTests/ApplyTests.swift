import Files
import TestSupport
import Testing

@Suite struct ApplyTests {
    @Test func localWorkIsSavedFirst() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.expOK("run", "-n", "first")
        try sandbox.write("params.yaml", "steps: 3\nlr: 42\n")
        try sandbox.write("notes.txt", "mine\n")
        let outcome = try sandbox.expOK("apply", "first@1")
        #expect(try sandbox.read("params.yaml") == "steps: 3\nlr: 0.1  # how fast\n")
        #expect(try sandbox.read("notes.txt") == "mine\n")
        let line = outcome.errors.split(separator: "\n").first { $0.contains("git restore --source=") }
        let command = try #require(line).drop { $0 == "\t" }
        #expect(try sandbox.run("sh", ["-c", String(command)]).status == 0)
        #expect(try sandbox.read("params.yaml") == "steps: 3\nlr: 42\n")
    }

    @Test func allOfManyFilesCanBeHadBack() throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        let names = (1...6).map { "file \($0).txt" }
        for name in names { try sandbox.write(name, "old\n") }
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "old")
        try sandbox.git("tag", "old")
        for name in names { try sandbox.write(name, "new\n") }
        try sandbox.git("commit", "-q", "-a", "-m", "new")
        for name in names { try sandbox.write(name, "mine\n") }
        let outcome = try sandbox.expOK("apply", "old")
        let line = outcome.errors.split(separator: "\n").first { $0.contains("git restore --source=") }
        let command = try #require(line).drop { $0 == "\t" }
        #expect(try sandbox.run("sh", ["-c", String(command)]).status == 0)
        for name in names { #expect(try sandbox.read(name) == "mine\n") }
    }

    @Test func unsavedOutputsAreKept() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.expOK("run", "-n", "first")
        try sandbox.write("model.txt", "precious\n")
        let outcome = try sandbox.expOK("apply", "first@1")
        let start = try #require(outcome.errors.range(of: ".dvc/cache/files/md5/"))
        let path = outcome.errors[start...].prefix { $0 != "'" }
        #expect(try sandbox.read(String(path)) == "precious\n")
    }

    @Test func indexAndHeadStay() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.expOK("run", "-n", "first")
        let before = try sandbox.untouched(includingStatus: false)
        try sandbox.expOK("apply", "first@1")
        #expect(try sandbox.untouched(includingStatus: false) == before)
    }

    @Test func branchesAtTheTipOrExactly() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.expOK("run", "-n", "first")
        try sandbox.expOK("branch", "first@2", "whole")
        try sandbox.expOK("branch", "--at", "first@2", "exact")
        #expect(try sandbox.git("rev-list", "--count", "main..whole") == "4\n")
        #expect(try sandbox.git("rev-list", "--count", "main..exact") == "2\n")
        #expect(try sandbox.exp("branch", "first", "whole").status == 128)
        #expect(try sandbox.exp("branch", "HEAD", "no").status == 128)
        #expect(try sandbox.exp("branch", "first", "-x").status != 0)
    }

    @Test func garbageCollectionListsAndRemoves() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.expOK("run", "-n", "old")
        try sandbox.git("commit", "-q", "--allow-empty", "-m", "next")
        try sandbox.expOK("run", "-n", "new")
        let dry = try sandbox.expOK("gc", "-w", "--dry-run")
        #expect(dry.output.contains("[old]") && !dry.output.contains("[new]"))
        // Nobody is there to say yes.
        #expect(try sandbox.exp("gc", "-w").status == 1)
        #expect(try sandbox.expOK("list", "-A", "--name-only").output == "new\nold\n")
        try sandbox.expOK("gc", "-w", "--force")
        #expect(try sandbox.expOK("list", "-A", "--name-only").output == "new\n")
    }
}

extension String {
    fileprivate func range(of text: String) -> String.Index? {
        indices.first { self[$0...].hasPrefix(text) }
    }

    @Test func aCommitThatCannotBeReadChangesNothing() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        let good = try sandbox.read("dvc.yaml")
        try sandbox.git("checkout", "-q", "-b", "broken")
        try sandbox.write("dvc.yaml", "stages: [\n")
        try sandbox.write("train.sh", "other\n")
        try sandbox.git("commit", "-q", "-a", "-m", "broken")
        try sandbox.git("checkout", "-q", "main")
        let before = try sandbox.untouched()
        let outcome = try sandbox.exp("apply", "broken")
        #expect(outcome.status == 128 && outcome.errors.contains("'dvc.yaml' is invalid"), "\(outcome)")
        #expect(try sandbox.untouched() == before)
        #expect(try sandbox.read("dvc.yaml") == good)
    }

    @Test func dataThatTheCacheLostIsToldOf() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.expOK("run", "-n", "first")
        let lock = try #require(try sandbox.read("dvc.lock"))
        let entry = lock.split(separator: "- path: model.txt")[1]
        let md5 = try #require(entry.split(separator: "md5: ").dropFirst().first?.prefix(32))
        let object = sandbox.root.pushing(".dvc/cache/files/md5").appending(String(md5.prefix(2)))
            .appending(String(md5.dropFirst(2)))
        try FileIO.remove(object)
        try FileIO.replace(object, with: Array("damaged".utf8), mode: 0o444, sync: false)
        try FileIO.remove(sandbox.root.appending("model.txt"))
        let apply = try sandbox.exp("apply", "first")
        #expect(apply.status == 1 && apply.errors.contains("does not hold what its name says"), "\(apply)")
        #expect(apply.errors.contains("have been applied"))
        let run = try sandbox.exp("run")
        #expect(run.status == 128 && run.errors.contains("the data of 'model.txt' is not in the cache"), "\(run)")
    }

    @Test func submodulesStay() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.expOK("run", "-n", "before")
        try sandbox.git("init", "-q", "../module")
        try sandbox.git("-C", "../module", "commit", "-q", "--allow-empty", "-m", "x")
        try sandbox.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", "../module", "module")
        try sandbox.git("commit", "-q", "-m", "module")
        try sandbox.write("notes.txt", "mine\n")
        let outcome = try sandbox.exp("apply", "before@1")
        #expect(outcome.status == 0, "\(outcome)")
        #expect(try sandbox.exists("module/.git"))
        #expect(try sandbox.read("metrics.json") == "{\"step\": 1, \"loss\": 99}\n")
    }

    @Test func whatIsInTheWayOfAFolderIsNotLost() throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.write("d/e/f", "1\n")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "with")
        try sandbox.git("tag", "with")
        try sandbox.git("rm", "-r", "-q", "d")
        try sandbox.git("commit", "-q", "-m", "without")
        try sandbox.write("d", "mine\n")
        let outcome = try sandbox.exp("apply", "with")
        #expect(outcome.status == 128 && outcome.errors.contains("'d' is in the way"), "\(outcome)")
        #expect(try sandbox.read("d") == "mine\n")
        try FileIO.remove(sandbox.root.appending("d"))
        #expect(try sandbox.run("ln", ["-s", "home", "d"]).status == 0)
        #expect(try sandbox.exp("apply", "with").status == 128)
        // What HEAD has as it is can be had again.
        try sandbox.git("add", "d")
        try sandbox.git("commit", "-q", "-m", "link")
        try sandbox.expOK("apply", "with")
        #expect(try sandbox.read("d/e/f") == "1\n")
    }

    @Test func dataOfTrackedFilesComesAlong() throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        for text in ["one", "two"] {
            try sandbox.write("data", text)
            try sandbox.expOK("add", "-q", "data")
            try sandbox.git("add", ".")
            try sandbox.git("commit", "-q", "-m", text)
            try sandbox.git("tag", text)
        }
        try sandbox.expOK("apply", "one")
        #expect(try sandbox.read("data") == "one")
        try sandbox.write("data", "mine")
        let outcome = try sandbox.expOK("apply", "two")
        #expect(outcome.errors.contains("'data' had changes that were saved nowhere; they are kept as"), "\(outcome)")
        #expect(try sandbox.read("data") == "two")
    }

    @Test func foldersOfTrackedFilesComeAlong() throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        for name in ["one", "two"] {
            try sandbox.write("data/x", "\(name)\n")
            try sandbox.expOK("add", "-q", "data")
            try sandbox.git("add", ".")
            try sandbox.git("commit", "-q", "-m", name)
            try sandbox.git("tag", name)
        }
        try sandbox.expOK("apply", "one")
        #expect(try sandbox.read("data/x") == "one\n" && sandbox.expOK("status").errors.contains("up to date"))
        _ = try sandbox.run("rm", ["-rf", ".dvc/cache/files"])
        let outcome = try sandbox.exp("apply", "two")
        #expect(outcome.status == 1 && outcome.errors.contains("'data' is not in the cache"), "\(outcome)")
    }

    @Test func aFolderThatGitHasGivesWayToAFile() throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.write(".gitignore", "*.log\n")
        try sandbox.write("d", "file\n")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "file")
        try sandbox.git("tag", "file")
        try sandbox.git("rm", "-q", "d")
        try sandbox.write("d/e/f", "1\n")
        try sandbox.write("d/g", "2\n")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "folder")
        // Whatever git does not have keeps it.
        for (path, text) in [("d/new", "mine\n"), ("d/e/mine.log", "mine\n"), ("d/g", "mine\n")] {
            try sandbox.write(path, text)
            let outcome = try sandbox.exp("apply", "file")
            #expect(outcome.status == 128 && outcome.errors.contains("a folder is in the way"), "\(outcome)")
            #expect(try sandbox.read(path) == text && sandbox.read("d/e/f") == "1\n")
            try sandbox.git("checkout", "-q", "--", "d")
            try sandbox.git("clean", "-q", "-f", "-x", "--", "d")
        }
        try sandbox.expOK("apply", "file")
        #expect(try sandbox.read("d") == "file\n")
        #expect(try sandbox.git("diff", "--cached", "--name-only").isEmpty)
        try sandbox.git("reset", "-q", "--hard")
        #expect(try sandbox.read("d/e/f") == "1\n")
    }

    @Test func anotherBaselineIsTold() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.expOK("run", "-n", "old")
        #expect(try !sandbox.expOK("apply", "old").errors.contains("started from"))
        let baseline = try sandbox.git("rev-parse", "--short=7", "HEAD").dropLast()
        try sandbox.write("new.txt", "x\n")
        try sandbox.git("add", "-A")
        try sandbox.git("commit", "-q", "-m", "more")
        let outcome = try sandbox.expOK("apply", "old")
        #expect(outcome.errors.contains("started from commit \(baseline), and HEAD is"), "\(outcome)")
        #expect(try !sandbox.exists("new.txt"))
        try sandbox.expOK("apply", "HEAD")
        #expect(try sandbox.git("status", "--porcelain").isEmpty)
    }
}
