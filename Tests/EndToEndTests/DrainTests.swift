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

/// `run --run-all` comes to an end, whatever happens to the workers.
@Suite struct DrainTests {
    /// A project whose stage waits until there is a file in the home folder.
    private func project(in sandbox: Sandbox) throws {
        try sandbox.expOK("init", "-q")
        try sandbox.write(
            "train.sh",
            """
            n=0
            while [ ! -e $HOME/go ] && [ $n -lt 600 ]; do sleep 0.1; n=$((n + 1)); done
            echo done > out.txt

            """)
        try sandbox.expOK("stage", "add", "-q", "-n", "train", "-d", "train.sh", "-o", "out.txt", "sh", "train.sh")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-qm", "project")
    }

    private func wait(_ sandbox: Sandbox, for what: String, in line: String) throws {
        for _ in 0..<1_200 {
            if try sandbox.expOK("queue", "status").output.split(separator: "\n").contains(where: {
                $0.contains(line) && $0.contains(what)
            }) {
                return
            }
            usleep(25_000)
        }
        Issue.record("waited in vain for \(what)")
    }

    private func drain(_ sandbox: Sandbox) throws -> RunningProcess {
        try ProcessCall(
            executable: "git-exp", arguments: ["run", "--run-all"], environment: sandbox.environment,
            directory: sandbox.root
        ).start()
    }

    /// The process of the only entry's attempt, once it says so.
    private func attempt(_ sandbox: Sandbox) throws -> Int32? {
        for _ in 0..<1_200 {
            if let entry = try FileIO.list(sandbox.root.pushing(".dvc/tmp/exps/run"))?.first?.name,
                let text = try sandbox.read(".dvc/tmp/exps/run/\(entry)/\(entry).json"),
                let process = Int32(text.drop { !$0.isNumber }.prefix { $0.isNumber })
            {
                return process
            }
            usleep(25_000)
        }
        return nil
    }

    @Test func workersThatAreKilledAreReplaced() throws {
        let sandbox = try Sandbox()
        try project(in: sandbox)
        try sandbox.expOK("run", "--queue", "-n", "one")
        let run = try drain(sandbox)
        try wait(sandbox, for: "Running", in: "one")
        let lock = try sandbox.read(".dvc/tmp/git-exp/queue/workers/0.lock")
        let worker = try #require(Int32((lock ?? "").filter(\.isNumber)))
        kill(worker, SIGKILL)
        let attempt = try #require(try self.attempt(sandbox))
        kill(attempt, SIGKILL)
        try sandbox.write("../home/go", "")
        #expect(run.wait().exit.isSuccess)
        #expect(try sandbox.expOK("queue", "logs", "one").output.contains("attempt 2"))
        try wait(sandbox, for: "Success", in: "one")
    }

    @Test func stoppedWorkersEndTheWait() throws {
        let sandbox = try Sandbox()
        try project(in: sandbox)
        for name in ["one", "two"] { try sandbox.expOK("run", "--queue", "-n", name) }
        let run = try drain(sandbox)
        try wait(sandbox, for: "Running", in: "one")
        try sandbox.expOK("queue", "stop")
        try sandbox.write("../home/go", "")
        let end = run.wait()
        #expect(end.exit == .status(1), "\(end)")
        try wait(sandbox, for: "Success", in: "one")
        try wait(sandbox, for: "Queued", in: "two")
    }

    @Test func filesThatMakeNoProjectFailOnce() throws {
        let sandbox = try Sandbox()
        try project(in: sandbox)
        let settings = try #require(try sandbox.read(".dvc/config"))
        try sandbox.write(".dvc/config", "[core\n")
        try sandbox.git("commit", "-qam", "broken settings")
        try sandbox.write(".dvc/config", settings)
        try sandbox.git("commit", "-qam", "mended settings")
        try sandbox.expOK("run", "--queue", "-n", "old", "--rev", "HEAD~1")
        #expect(try sandbox.exp("run", "--run-all").status == 1)
        try wait(sandbox, for: "Failed", in: "old")
        let log = try sandbox.expOK("queue", "logs", "old").output
        #expect(log.contains("config' is invalid") && log.contains("attempt 1") && !log.contains("attempt 2"), "\(log)")
    }

    @Test func aFolderMayHaveALineFeedInItsName() throws {
        let sandbox = try Sandbox()
        let folder = sandbox.root.pushing("two\nlines")
        try sandbox.write("two\nlines/train.sh", "echo done > out.txt\n")
        func call(_ words: String) throws -> Outcome {
            try sandbox.run("sh", ["-c", "cd '\(folder.string)' && \(words)"])
        }
        let script = """
            git init -q && git exp init -q && git exp stage add -q -n train -o out.txt sh train.sh \
            && git add . && git commit -qm project && git exp run --temp -n one && git exp apply one && cat out.txt
            """
        let outcome = try call(script)
        #expect(outcome.status == 0 && outcome.output.hasSuffix("done\n"), "\(outcome)")
    }
}
