import Files
import Processes
import SystemPackage
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// Stages whose paths another program uses, and what others are told of ours.
@Suite struct PathLockTests {
    private func project() throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.write("in.txt", "1\n")
        try sandbox.write("params.yaml", "a: 1\n")
        try sandbox.write(
            "dvc.yaml",
            """
            stages:
              slow:
                cmd: touch started; while [ ! -e go ]; do sleep 0.05; done; mkdir -p out; cp in.txt out/x
                deps: [in.txt]
                params: [a]
                outs: [out]
              other:
                cmd: cp .dvc/tmp/rwlock seen.json; echo 1 > other.txt
                outs: [other.txt]

            """)
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "project")
        return sandbox
    }

    private func start(_ sandbox: Sandbox, _ arguments: String...) throws -> RunningProcess {
        let process = try ProcessCall(
            executable: "git-exp", arguments: arguments, environment: sandbox.environment, directory: sandbox.root
        ).start()
        while try !sandbox.exists("started") { usleep(10_000) }
        return process
    }

    @Test(arguments: ["1", "2"])
    func aRunningStageSaysWhatItUses(_ jobs: String) throws {
        let sandbox = try project()
        let process = try start(sandbox, "repro", "--jobs", jobs)
        defer { try? sandbox.write("go", "") }
        let root = try sandbox.run("pwd", ["-P"]).output.dropLast()
        let lock = try #require(try sandbox.read(".dvc/tmp/rwlock"))
        let holder = "{\"pid\": \(process.id), \"cmd\": \"git exp repro --jobs \(jobs)\"}"
        #expect(lock.contains("\"\(root)/in.txt\": [\(holder)]"), "\(lock)")
        #expect(lock.contains("\"\(root)/params.yaml\": [\(holder)]"), "\(lock)")
        #expect(lock.contains("\"write\": {") && lock.contains("\"\(root)/out\": \(holder)"), "\(lock)")
        try sandbox.write("go", "")
        #expect(process.wait().exit == .status(0))
        #expect(try sandbox.read(".dvc/tmp/rwlock") == "{\"read\": {}, \"write\": {}}")
    }

    @Test(arguments: ["repro", "run"])
    func whatAnotherProcessUsesIsRefused(_ command: String) throws {
        let sandbox = try project()
        try sandbox.write("go", "")
        let root = try sandbox.run("pwd", ["-P"]).output.dropLast()
        let own = getpid()
        for (kind, path) in [("write", "out/x"), ("write", "in.txt"), ("read", "out")] {
            let holder = "{\"pid\": \(own), \"cmd\": \"dvc repro\"}"
            let entry = "{\"\(root)/\(path)\": \(kind == "read" ? "[\(holder)]" : holder)}"
            let lock = "{\"\(kind)\": \(entry), \"\(kind == "read" ? "write" : "read")\": {}}"
            try sandbox.write(".dvc/tmp/rwlock", lock)
            let outcome = try sandbox.exp(command)
            #expect(outcome.status == 128, "\(outcome)")
            #expect(outcome.errors.contains("stage 'slow' cannot run now: process \(own) (dvc repro)"), "\(outcome)")
            #expect(try sandbox.read(".dvc/tmp/rwlock") == lock)
            #expect(try !sandbox.exists("started"))
        }
        // Both may read; what is written elsewhere disturbs nobody, and stays noted.
        let harmless =
            "{\"read\": {\"\(root)/in.txt\": [{\"pid\": \(own), \"cmd\": \"dvc repro\"}]}, \"write\": {\"\(root)/in\": {\"pid\": \(own), \"cmd\": \"dvc repro\"}}}"
        try sandbox.write(".dvc/tmp/rwlock", harmless)
        try sandbox.expOK(command)
        #expect(try sandbox.read(".dvc/tmp/rwlock") == harmless)
    }

    @Test func processesThatAreGoneCountForNothing() throws {
        let sandbox = try project()
        try sandbox.write("go", "")
        let root = try sandbox.run("pwd", ["-P"]).output.dropLast()
        let gone = try sandbox.run("sh", ["-c", "echo $$"]).output.dropLast()
        let holder = "{\"pid\": \(gone), \"cmd\": \"dvc repro\"}"
        try sandbox.write(".dvc/tmp/rwlock", "{\"write\": {\"\(root)/out\": \(holder)}, \"read\": {}}")
        try sandbox.expOK("repro")
        #expect(try sandbox.read(".dvc/tmp/rwlock") == "{\"read\": {}, \"write\": {}}")
        try sandbox.write(".dvc/tmp/rwlock", "broken")
        try sandbox.expOK("repro", "-f")
    }
}
