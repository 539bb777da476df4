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

/// Experiments that are being made somewhere else: what removes them, and what only looks.
@Suite struct RunningExperimentTests {
    /// A project whose stage makes a checkpoint and then waits for a file in the home folder.
    private func project() throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.write(
            "train.sh",
            """
            echo 1 >> model.txt
            git exp checkpoint
            echo waiting
            n=0
            while [ ! -e $HOME/go ] && [ $n -lt 600 ]; do sleep 0.1; n=$((n + 1)); done
            echo the end

            """)
        try sandbox.expOK(
            "stage", "add", "-q", "-n", "train", "-d", "train.sh", "-c", "model.txt", "sh", "train.sh")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-qm", "project")
        return sandbox
    }

    private func wait(_ what: String, until condition: () throws -> Bool) throws {
        for _ in 0..<1_200 {
            if try condition() { return }
            usleep(25_000)
        }
        Issue.record("waited in vain for \(what)")
    }

    private func exists(_ sandbox: Sandbox, _ name: String) throws -> Bool {
        try !sandbox.git("for-each-ref", "refs/exps/*/*/\(name)").isEmpty
    }

    private func state(_ sandbox: Sandbox, _ name: String) throws -> String {
        let lines = try sandbox.expOK("queue", "status").output.split(separator: "\n").map { $0.split(separator: " ") }
        return lines.first { $0.count > 3 && $0[1] == name }.map { String($0[$0.count - 1]) } ?? ""
    }

    @Test func aTemporaryRunKeepsItsExperiment() throws {
        let sandbox = try project()
        let run = try ProcessCall(
            executable: "git-exp", arguments: ["run", "--temp", "-n", "busy"], environment: sandbox.environment,
            directory: sandbox.root
        ).start()
        try wait("a checkpoint") { try exists(sandbox, "busy") }
        let before = try sandbox.git("for-each-ref", "refs/exps")
        for words in [["remove", "busy"], ["remove", "-A", "-f"], ["rename", "busy", "other"]] {
            let call = try sandbox.run("git", ["exp"] + words)
            #expect(call.status == 128, "\(call)")
            #expect(call.errors.contains("experiment 'busy' is being run by process \(run.id)"), "\(call)")
            #expect(call.errors.contains("'kill -INT \(run.id)'"), "\(call)")
        }
        #expect(try sandbox.git("for-each-ref", "refs/exps") == before)
        try sandbox.write("../home/go", "")
        #expect(run.wait().exit.isSuccess)
        try sandbox.expOK("remove", "busy")
        #expect(try !exists(sandbox, "busy"))
    }

    @Test func theQueueKeepsWhatItRuns() throws {
        let sandbox = try project()
        try sandbox.expOK("run", "--queue", "-n", "busy")
        try sandbox.expOK("queue", "start")
        try wait("a checkpoint") { try exists(sandbox, "busy") }
        let call = try sandbox.exp("remove", "busy")
        #expect(call.status == 128, "\(call)")
        #expect(call.errors.contains("is being run") && call.errors.contains("git exp queue kill busy"), "\(call)")
        try sandbox.write("../home/go", "")
        try wait("the end") { try state(sandbox, "busy") == "Success" }
        try sandbox.expOK("remove", "busy")
    }

    @Test func namesOfEntriesAreTakenOutOfTheQueue() throws {
        let sandbox = try project()
        try sandbox.write("../home/go", "")
        try sandbox.expOK("run", "-q", "-n", "made")
        for name in ["one", "two", "three"] { try sandbox.expOK("run", "--queue", "--reset", "-n", name) }
        try sandbox.expOK("queue", "hold", "two")
        let unknown = try sandbox.exp("remove", "one", "made", "nosuch")
        #expect(unknown.status == 128 && unknown.errors.contains("'nosuch'"), "\(unknown)")
        #expect(try state(sandbox, "one") == "Queued" && exists(sandbox, "made"))
        #expect(try sandbox.expOK("remove", "--dry-run", "one", "made").output.contains("[one]"))
        #expect(try state(sandbox, "one") == "Queued" && exists(sandbox, "made"))
        let removed = try sandbox.expOK("remove", "made", "one", "two")
        #expect(removed.errors.contains("Removed experiments: 'made', 'one' and 'two'"), "\(removed)")
        #expect(try !exists(sandbox, "made"))
        #expect(try state(sandbox, "one") == "" && state(sandbox, "two") == "" && state(sandbox, "three") == "Queued")
        #expect(try sandbox.git("reflog", "show", "refs/exps/celery/stash").split(separator: "\n").count == 1)
    }

    @Test func failedEntriesAreRemovedByName() throws {
        let sandbox = try project()
        try sandbox.write("train.sh", "exit 3\n")
        try sandbox.expOK("run", "--queue", "-n", "fails")
        #expect(try sandbox.exp("run", "--run-all").status == 1)
        #expect(try state(sandbox, "fails") == "Failed")
        try sandbox.expOK("remove", "fails")
        #expect(try state(sandbox, "fails") == "")
    }

    @Test func logsAreFollowedToTheEnd() throws {
        let sandbox = try project()
        try sandbox.expOK("run", "--queue", "-n", "busy")
        let output = sandbox.root.pushing("../follow.txt")
        func follow(into file: FilePath) throws -> RunningProcess {
            try ProcessCall(
                executable: "/bin/sh", arguments: ["-c", "exec git-exp queue logs -f busy > '\(file.string)'"],
                environment: sandbox.environment, directory: sandbox.root
            ).start()
        }
        func text(_ file: FilePath) throws -> String { String(decoding: try FileIO.read(file) ?? [], as: UTF8.self) }
        let first = try follow(into: output)
        try sandbox.expOK("queue", "start")
        try wait("the log") { try text(output).contains("waiting\n") }
        // Whoever stops looking does not stop the run.
        let impatient = sandbox.root.pushing("../impatient.txt")
        let second = try follow(into: impatient)
        try wait("the log again") { try text(impatient).contains("waiting\n") }
        kill(second.id, SIGINT)
        #expect(second.wait().exit == .signal(SIGINT))
        #expect(try state(sandbox, "busy") == "Running")
        #expect(try !text(output).contains("the end"))
        try sandbox.write("../home/go", "")
        #expect(first.wait().exit.isSuccess)
        #expect(try text(output).contains("the end\n"))
        #expect(try state(sandbox, "busy") == "Success")
        #expect(try sandbox.expOK("queue", "logs", "-f", "busy").output == text(output))
    }
}
