import Files
import Processes
import SystemPackage
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Runs in folders of their own.
@Suite struct TemporaryRunTests {
    private func project() throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        return sandbox
    }

    private func leftovers(_ sandbox: Sandbox) throws -> [String] {
        let folders = try FileIO.list(sandbox.root.pushing(".dvc/tmp/exps/standalone")) ?? []
        let trees = try sandbox.git("worktree", "list", "--porcelain").split(separator: "\n")
        return folders.map(\.name).filter { $0.hasPrefix("tmp") }
            + trees.filter { $0.hasPrefix("worktree ") }.dropFirst().map(String.init)
    }

    @Test func theWorkspaceIsOnlyRead() throws {
        let sandbox = try project()
        try sandbox.write("staged.txt", "1")
        try sandbox.git("add", "staged.txt")
        try sandbox.write("params.yaml", "steps: 2\nlr: 0.1  # mine\n")
        let before = try sandbox.untouched()
        let outcome = try sandbox.expOK("run", "--temp", "-n", "apart", "-S", "lr=0.5")
        #expect(try sandbox.untouched() == before)
        #expect(try !sandbox.exists("model.txt") && !sandbox.exists("dvc.lock"))
        #expect(outcome.errors.contains("git exp apply apart"), "\(outcome)")
        #expect(try leftovers(sandbox).isEmpty)
        // The workspace's own changes count, and the overrides, and what was staged.
        let tip = try sandbox.git("for-each-ref", "--format=%(objectname)", "refs/exps/*/*/apart").dropLast()
        #expect(try sandbox.git("show", "\(tip):params.yaml") == "steps: 2\nlr: 0.5  # mine\n")
        #expect(try sandbox.git("show", "\(tip):staged.txt") == "1")
        #expect(try !sandbox.git("ls-tree", "-r", "--name-only", String(tip)).contains("repro.dat"))
        #expect(try sandbox.git("for-each-ref", "refs/exps/exec").isEmpty)
        #expect(try sandbox.git("fsck", "--strict", "--no-dangling").isEmpty)
        try sandbox.git("checkout", "-q", "--", "params.yaml")
        try sandbox.expOK("apply", "apart")
        #expect(try sandbox.read("model.txt") == "step 1 lr 0.5\nstep 2 lr 0.5\n")
    }

    @Test func whatItNeedsIsThere() throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.write("data/a b.txt", "old")
        try sandbox.expOK("add", "-q", "data")
        try sandbox.write("helper.sh", "cat 'data/a b.txt' made.txt secret/key > out.txt\n")
        try sandbox.expOK("stage", "add", "-q", "-n", "make", "-o", "made.txt", "echo made > made.txt")
        try sandbox.expOK(
            "stage", "add", "-q", "-n", "use", "-d", "helper.sh", "-d", "data", "-d", "made.txt", "-O", "out.txt",
            "sh helper.sh")
        try sandbox.git("add", ".dvc", "dvc.yaml", ".gitignore", "data.dvc")
        try sandbox.git("commit", "-qm", "without the helper")
        try sandbox.write("data/a b.txt", "new ")
        try sandbox.write(".git/info/exclude", "secret\n")
        try sandbox.write("secret/key", "key\n")
        let entry = try sandbox.read("data.dvc")
        let outcome = try sandbox.expOK("run", "--temp", "-n", "one", "-C", "secret")
        let tip = try sandbox.git("for-each-ref", "--format=%(objectname)", "refs/exps/*/*/one").dropLast()
        #expect(try sandbox.git("show", "\(tip):out.txt") == "new made\nkey\n", "\(outcome)")
        #expect(try sandbox.git("show", "\(tip):data.dvc") != entry)
        #expect(try sandbox.read("data.dvc") == entry)
        #expect(try sandbox.git("ls-tree", "-r", "--name-only", String(tip)).contains("helper.sh"))
        // What a stage that does not run has made is brought from the cache.
        try sandbox.expOK("apply", "one")
        try sandbox.expOK("run", "--temp", "-n", "two", "-C", "secret", "-s", "-f", "use")
        let missing = try sandbox.exp("run", "--temp", "-C", "nosuch")
        #expect(missing.status == 128 && missing.errors.contains("cannot copy 'nosuch'"), "\(missing)")
        #expect(try leftovers(sandbox).isEmpty)
    }

    @Test func aFailureIsReportedAndNothingStays() throws {
        let sandbox = try project()
        try sandbox.write("train.sh", "exit 3\n")
        let outcome = try sandbox.exp("run", "--temp")
        #expect(outcome.status == 1 && outcome.errors.contains("exited with status 3"), "\(outcome)")
        #expect(try leftovers(sandbox).isEmpty)
        #expect(try sandbox.git("for-each-ref", "refs/exps").isEmpty)
    }

    @Test func whatAKilledRunLeftIsSweptByTheNext() throws {
        let sandbox = try project()
        try sandbox.write(
            "train.sh",
            "echo 1 >> model.txt; echo '{}' > metrics.json; git exp checkpoint; "
                + "[ -e $HOME/go ] || exec sleep 100 >/dev/null 2>&1\n")
        let run = try ProcessCall(
            executable: "git-exp", arguments: ["run", "--temp", "-n", "killed"], environment: sandbox.environment,
            directory: sandbox.root
        ).start()
        while try sandbox.git("for-each-ref", "refs/exps/*/*/killed").isEmpty { usleep(20_000) }
        kill(run.id, SIGKILL)
        #expect(run.wait().exit == .signal(SIGKILL))
        #expect(try !leftovers(sandbox).isEmpty)
        // Its checkpoint is safe, and the next run goes on from it.
        try sandbox.write("../home/go", "")
        try sandbox.expOK("run", "--temp", "--rev", "killed")
        #expect(try leftovers(sandbox).isEmpty)
        try sandbox.expOK("apply", "killed")
        #expect(try sandbox.read("model.txt") == "1\n1\n")
    }

    @Test func aRevisionIsTheStartAndTheWorkspaceHasNoPartInIt() throws {
        let sandbox = try project()
        try sandbox.expOK("run", "-n", "base")
        try sandbox.write("params.yaml", "steps: 99\nlr: 0.9\n")
        let outcome = try sandbox.expOK("run", "--temp", "-r", "base@1", "-n", "fork", "-S", "lr=0.3")
        #expect(outcome.errors.contains("Training continues from checkpoint"), "\(outcome)")
        try sandbox.git("checkout", "-q", "--", "params.yaml")
        try sandbox.expOK("apply", "fork")
        #expect(try sandbox.read("model.txt") == "step 1 lr 0.1\nstep 2 lr 0.3\nstep 3 lr 0.3\n")
        let same = try sandbox.exp("run", "--temp", "-r", "base@1")
        #expect(same.status == 128 && same.errors.contains("nothing to do"), "\(same)")
        #expect(try sandbox.exp("run", "-r", "base").status == 129)
        #expect(try sandbox.exp("run", "--temp", "--reset", "-r", "base").status == 129)
    }

    @Test func severalRunAtOnceWithTheirOwnSignalFiles() throws {
        let sandbox = try project()
        let runs = try (1...4).map { number in
            try ProcessCall(
                executable: "git-exp", arguments: ["run", "--temp", "-n", "run\(number)", "-S", "lr=0.\(number)"],
                environment: sandbox.environment, directory: sandbox.root
            ).start()
        }
        for run in runs {
            let result = run.wait()
            #expect(result.exit == .status(0), "\(String(decoding: result.error, as: UTF8.self))")
        }
        #expect(try sandbox.expOK("list", "--name-only").output == "run1\nrun2\nrun3\nrun4\n")
        for number in 1...4 {
            let reference = try sandbox.git("for-each-ref", "--format=%(refname)", "refs/exps/*/*/run\(number)")
            let count = try sandbox.git("rev-list", "--count", "main..\(reference.dropLast())")
            #expect(count == "4\n")
        }
        #expect(try leftovers(sandbox).isEmpty)
        #expect(try sandbox.git("fsck", "--strict", "--no-dangling").isEmpty)
    }
}
