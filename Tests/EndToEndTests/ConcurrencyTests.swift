import Files
import Processes
import SystemPackage
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#endif

@Suite struct ConcurrencyTests {
    @Test func aSecondRunIsRefusedAndShowSeesTheFirst() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.write(
            "train.sh",
            "touch started; while [ ! -e go ]; do sleep 0.05; done; echo 1 > model.txt; echo '{}' > metrics.json\n")
        let first = try ProcessCall(
            executable: "git-exp", arguments: ["run", "-n", "slow"], environment: sandbox.environment,
            directory: sandbox.root
        ).start()
        while try !sandbox.exists("started") { usleep(10_000) }
        let second = try sandbox.exp("run")
        #expect(second.status == 128)
        #expect(second.errors.contains("process \(first.id)"), "\(second)")
        let table = try sandbox.expOK("show", "--csv").output
        #expect(table.contains("slow") && table.contains("Running"), "\(table)")
        try sandbox.write("go", "")
        #expect(first.wait().exit == .status(0))
        #expect(try !sandbox.expOK("show", "--csv").output.contains("Running"))
    }

    @Test func anInterruptBeforeACheckpointRecordsNothing() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.write("train.sh", "touch started; sleep 60\n")
        let run = try ProcessCall(
            executable: "git-exp", arguments: ["run"], environment: sandbox.environment, directory: sandbox.root
        ).start()
        while try !sandbox.exists("started") { usleep(10_000) }
        kill(run.id, SIGINT)
        #expect(run.wait().exit == .status(130))
        #expect(try sandbox.expOK("list").output.isEmpty)
        #expect(try sandbox.git("for-each-ref", "refs/exps").isEmpty)
    }

    @Test func aKilledRunTakesItsCommandAlongAndTheNextOneContinues() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.write(
            "train.sh",
            "echo 1 >> model.txt; echo '{}' > metrics.json; git exp checkpoint; echo $$ > pid; [ -e go ] || sleep 60 > /dev/null 2>&1\n"
        )
        let run = try ProcessCall(
            executable: "git-exp", arguments: ["run", "-n", "killed"], environment: sandbox.environment,
            directory: sandbox.root
        ).start()
        while try !sandbox.exists("pid") { usleep(10_000) }
        kill(run.id, SIGKILL)
        try sandbox.write("go", "")
        // What the killed run left running is ended by the next one, and with it the output that we wait for.
        let next = try sandbox.expOK("run")
        #expect(run.wait().exit == .signal(SIGKILL))
        #expect(next.errors.contains("was killed"))
        #expect(try sandbox.read("model.txt") == "1\n1\n")
        #expect(try sandbox.expOK("list", "--name-only").output == "killed\n")
        #expect(try sandbox.git("fsck", "--strict").isEmpty)
    }

    @Test func aFullDiskIsToldAndLosesNothing() throws {
        // Only root may mount a small file system.
        guard geteuid() == 0 else { return }
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.expOK("run", "-n", "small")
        let cache = sandbox.root.pushing(".dvc/tiny")
        try FileIO.makeDirectories(cache)
        guard try sandbox.run("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", cache.string]).status == 0 else {
            return
        }
        defer { _ = try? sandbox.run("umount", [cache.string]) }
        try sandbox.write(".dvc/config", "[cache]\n    dir = tiny\n")
        try sandbox.write("train.sh", "head -c 1000000 /dev/zero > model.txt; echo '{}' > metrics.json\n")
        let outcome = try sandbox.exp("run", "--reset", "-n", "large")
        #expect(outcome.status == 128)
        #expect(outcome.errors.contains("no space left"), "\(outcome)")
        #expect(try FileIO.list(cache)?.contains { $0.name.hasSuffix(".tmp") } == false)
        #expect(try sandbox.expOK("list", "--name-only").output == "small\n")
    }
}
