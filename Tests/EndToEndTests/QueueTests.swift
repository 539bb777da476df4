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

/// Experiments that are queued, and the workers that run them.
@Suite struct QueueTests {
    /// A project whose stage copies a parameter, and fails with 9.
    private func project() throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.write("params.yaml", "lr: 1\nnap: 0\n")
        try sandbox.write(
            "train.sh",
            """
            sleep $(sed -n 's/^nap: //p' params.yaml)
            if grep -q 'lr: 9' params.yaml; then echo no luck; exit 3; fi
            cat params.yaml > out.txt
            echo "$CUDA_VISIBLE_DEVICES" > device.txt

            """)
        try sandbox.expOK(
            "stage", "add", "-q", "-n", "train", "-d", "train.sh", "-p", "lr,nap", "-o", "out.txt", "-O",
            "device.txt", "sh", "train.sh")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-qm", "project")
        return sandbox
    }

    private func states(_ sandbox: Sandbox) throws -> [String: String] {
        let lines = try sandbox.expOK("queue", "status").output.split(separator: "\n").map { $0.split(separator: " ") }
        let rows = lines.filter { $0.count > 3 && !["Task", "Worker", "No"].contains($0[0]) }
        return Dictionary(rows.map { (String($0[1]), String($0.last ?? "")) }) { $0 + " and " + $1 }
    }

    private func wait(_ sandbox: Sandbox, until condition: ([String: String]) -> Bool) throws {
        for _ in 0..<600 {
            if condition(try states(sandbox)) { return }
            usleep(50_000)
        }
        Issue.record("waited in vain: \(try states(sandbox))")
    }

    private func leftovers(_ sandbox: Sandbox) throws -> [String] {
        let folders = try FileIO.list(sandbox.root.pushing(".dvc/tmp/exps")) ?? []
        let trees = try sandbox.git("worktree", "list", "--porcelain").split(separator: "\n")
        return folders.map(\.name).filter { $0.hasPrefix("tmp") }
            + trees.filter { $0.hasPrefix("worktree ") }.dropFirst().map(String.init)
    }

    @Test func codeAndParametersAreThoseOfTheQueueing() throws {
        let sandbox = try project()
        try sandbox.write("params.yaml", "lr: 2\nnap: 0\n")
        let before = try sandbox.untouched()
        try sandbox.expOK("run", "--queue", "-n", "frozen")
        try sandbox.expOK("run", "--queue", "-n", "other", "-S", "lr=5", "-M", "a message of ours")
        #expect(try sandbox.untouched() == before)
        let taken = try sandbox.exp("run", "--queue", "-n", "frozen")
        #expect(taken.status == 128 && taken.errors.contains("already exists"), "\(taken)")
        try sandbox.write("params.yaml", "lr: 3\nnap: 0\n")
        try sandbox.write("train.sh", "exit 1\n")
        #expect(try states(sandbox) == ["frozen": "Queued", "other": "Queued"])
        let table = try sandbox.expOK("show", "--csv").output
        #expect(table.contains("frozen,") && table.contains("Queued,Dvc-task"), "\(table)")
        #expect(try !sandbox.expOK("show", "--csv", "--hide-queued").output.contains("frozen"))
        let outcome = try sandbox.expOK("run", "--run-all")
        #expect(outcome.errors.contains("Ran experiment(s): frozen, other"), "\(outcome)")
        #expect(try sandbox.git("show", "refs/exps/\(try path(sandbox))/frozen:params.yaml") == "lr: 2\nnap: 0\n")
        #expect(try sandbox.git("show", "refs/exps/\(try path(sandbox))/other:params.yaml") == "lr: 5\nnap: 0\n")
        #expect(
            try sandbox.git("log", "-1", "--format=%s", "refs/exps/\(try path(sandbox))/other").hasPrefix(
                "a message of ours\n"))
        #expect(try sandbox.read("params.yaml") == "lr: 3\nnap: 0\n")
        #expect(try states(sandbox) == ["frozen": "Success", "other": "Success"])
        #expect(try leftovers(sandbox).isEmpty)
        // Nothing is left to do.
        #expect(try sandbox.expOK("run", "--run-all").errors.contains("No experiment waits"))
    }

    private func path(_ sandbox: Sandbox) throws -> String {
        let head = try sandbox.git("rev-parse", "HEAD").dropLast()
        return head.prefix(2) + "/" + head.dropFirst(2)
    }

    @Test func entriesAreHeldMovedAndRemoved() throws {
        let sandbox = try project()
        for name in ["a", "b", "c", "d"] { try sandbox.expOK("run", "--queue", "-n", name) }
        try sandbox.expOK("queue", "hold", "a")
        try sandbox.expOK("queue", "move", "d")
        try sandbox.expOK("queue", "remove", "b")
        #expect(try states(sandbox) == ["a": "Held", "c": "Queued", "d": "Queued"])
        let outcome = try sandbox.expOK("run", "--run-all")
        #expect(outcome.errors.contains("Ran experiment(s): d, c"), "\(outcome)")
        #expect(try states(sandbox) == ["a": "Held", "c": "Success", "d": "Success"])
        let refused = try sandbox.exp("queue", "hold", "c")
        #expect(refused.status == 128 && refused.errors.contains("'c' is success"), "\(refused)")
        try sandbox.expOK("queue", "release", "a")
        let run = try sandbox.expOK("queue", "run", "a")
        #expect(run.errors.contains("Reproducing experiment 'a'"), "\(run)")
        try sandbox.expOK("queue", "remove", "--success")
        #expect(try states(sandbox).isEmpty)
        #expect(try sandbox.git("for-each-ref", "refs/exps/celery").isEmpty)
        try sandbox.expOK("run", "--queue", "-n", "e")
        #expect(try sandbox.expOK("remove", "--queue", "--dry-run").output.contains("[e]"))
        try sandbox.expOK("remove", "--queue")
        #expect(try states(sandbox).isEmpty)
        let unknown = try sandbox.exp("queue", "remove", "a", "nosuch")
        #expect(unknown.status == 128 && unknown.errors.contains("'a', 'nosuch'"), "\(unknown)")
        let own = try FileIO.list(sandbox.root.pushing(".dvc/tmp/git-exp/queue")) ?? []
        #expect(
            own.filter { $0.name.contains(".") && !$0.name.hasSuffix(".log") && $0.name.utf8.count > 40 }.isEmpty,
            "\(own)")
    }

    @Test func whatFailedSaysWhyAndCanBeTriedAgain() throws {
        let sandbox = try project()
        try sandbox.expOK("run", "--queue", "-n", "bad", "-S", "lr=9")
        try sandbox.expOK("run", "--queue", "-n", "early", "-C", "train.sh", "-S", "lr=4")
        try sandbox.write("secret", "")
        try sandbox.git("mv", "train.sh", "moved.sh")
        let outcome = try sandbox.exp("run", "--run-all", "-j", "2")
        #expect(outcome.status == 1 && outcome.errors.contains("experiment 'bad': failed"), "\(outcome)")
        #expect(try states(sandbox) == ["bad": "Failed", "early": "Failed"])
        let logs = try sandbox.expOK("queue", "logs", "bad").output
        #expect(logs.contains("attempt 1 of 'bad'") && logs.contains("no luck"), "\(logs)")
        // What could not be copied failed before its command was started.
        #expect(try sandbox.expOK("queue", "logs", "early").output.contains("cannot copy 'train.sh'"))
        #expect(try sandbox.git("reflog", "refs/exps/celery/failed").split(separator: "\n").count == 2)
        try sandbox.git("mv", "moved.sh", "train.sh")
        try sandbox.expOK("queue", "retry", "early")
        #expect(try states(sandbox) == ["bad": "Failed", "early": "Queued"])
        try sandbox.expOK("run", "--run-all", "-q")
        #expect(try states(sandbox) == ["bad": "Failed", "early": "Success"])
        let table = try sandbox.expOK("show", "--csv").output
        #expect(table.contains(",Failed,"), "\(table)")
    }

    @Test func aWorkerThatIsKilledLosesNothing() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject(steps: 4)
        let script = try sandbox.read("train.sh") ?? ""
        try sandbox.write(
            "train.sh",
            script.replacing("git exp checkpoint || exit 9", with: "git exp checkpoint || exit 9; sleep 0.2"))
        try sandbox.git("commit", "-qam", "slower")
        let names = (1...6).map { "e\($0)" }
        for (index, name) in names.enumerated() {
            try sandbox.expOK("run", "--queue", "-n", name, "-S", "lr=\(index + 1)")
        }
        var kills = 0
        for round in 0..<60 {
            try sandbox.expOK("queue", "start", "-q", "-j", "3")
            usleep(150_000)
            if try states(sandbox).values.allSatisfy({ $0 == "Success" }) { break }
            guard round < 12 else { continue }
            for process in try processes(sandbox) where Int.random(in: 0..<2) == 0 {
                kill(process, SIGKILL)
                kills += 1
            }
        }
        try wait(sandbox) { $0.values.allSatisfy { $0 == "Success" } }
        #expect(try states(sandbox) == Dictionary(uniqueKeysWithValues: names.map { ($0, "Success") }))
        #expect(kills > 0)
        for (index, name) in names.enumerated() {
            try sandbox.expOK("apply", "-q", name)
            let model = (1...4).map { "step \($0) lr \(index + 1)\n" }.joined()
            #expect(try sandbox.read("model.txt") == model)
        }
        try sandbox.git("fsck", "--strict")
    }

    @Test func theQueueGoesOnAfterAWorkerWasKilledAlone() throws {
        let sandbox = try project()
        try sandbox.expOK("run", "--queue", "-n", "first", "-S", "nap=2")
        try sandbox.expOK("run", "--queue", "-n", "second")
        try sandbox.expOK("queue", "start", "-q")
        try wait(sandbox) { $0["first"] == "Running" }
        let worker = try sandbox.read(".dvc/tmp/git-exp/queue/workers/0.lock") ?? ""
        kill(try #require(Int32(worker.filter(\.isNumber))), SIGKILL)
        // What it ran goes on, and whoever follows waits for that.
        #expect(try sandbox.expOK("queue", "start").errors.contains("Started 1 queue worker"))
        try wait(sandbox) { $0["first"] == "Success" && $0["second"] == "Success" }
    }

    /// Workers and attempts.
    private func processes(_ sandbox: Sandbox) throws -> [Int32] {
        let workers = try (FileIO.list(sandbox.root.pushing(".dvc/tmp/git-exp/queue/workers")) ?? []).compactMap {
            try sandbox.read(".dvc/tmp/git-exp/queue/workers/\($0.name)")
        }
        let attempts = try (FileIO.list(sandbox.root.pushing(".dvc/tmp/exps/run")) ?? []).compactMap { folder in
            try sandbox.read(".dvc/tmp/exps/run/\(folder.name)/\(folder.name).json")
        }.filter { $0.contains("\"returncode\": null") }.map { text in
            String(text.drop { !$0.isNumber }.prefix { $0.isNumber })
        }
        return (workers.map { String($0.filter(\.isNumber)) } + attempts).compactMap { Int32($0) }.filter { process in
            // A number may be another program's by now.
            let line = (try? FileIO.read(FilePath("/proc/\(process)/cmdline"))) ?? nil
            return process > 1 && String(decoding: line ?? [], as: UTF8.self).contains("git-exp")
        }
    }

    @Test func whatRunsIsStoppedAndGoesOnAndIsKilled() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject(steps: 3)
        let script = try sandbox.read("train.sh") ?? ""
        try sandbox.write(
            "train.sh",
            script.replacing(
                "git exp checkpoint || exit 9",
                with: "git exp checkpoint || exit 9; test -e \(sandbox.root.string)/go || sleep 60"))
        try sandbox.git("commit", "-qam", "slower")
        try sandbox.expOK("run", "--queue", "-n", "long")
        try sandbox.expOK("run", "--queue", "-n", "next")
        try sandbox.expOK("queue", "start")
        func hasCheckpoint() throws -> Bool { try !sandbox.git("for-each-ref", "refs/exps/*/*/long").isEmpty }
        for _ in 0..<400 where try !hasCheckpoint() { usleep(25_000) }
        #expect(try states(sandbox)["long"] == "Running")
        #expect(try sandbox.expOK("show", "--csv").output.contains("Running,Dvc-task"))
        try sandbox.expOK("queue", "stop", "--kill")
        #expect(try states(sandbox) == ["long": "Interrupted", "next": "Queued"])
        try sandbox.expOK("queue", "start")
        try wait(sandbox) { $0["long"] == "Running" }
        try sandbox.expOK("queue", "hold", "next")
        usleep(300_000)
        try sandbox.expOK("queue", "kill", "long")
        #expect(try states(sandbox) == ["long": "Killed", "next": "Held"])
        try sandbox.write("go", "")
        try sandbox.expOK("queue", "retry", "long")
        try sandbox.expOK("run", "--run-all")
        #expect(try states(sandbox) == ["long": "Success", "next": "Held"])
        try sandbox.expOK("apply", "-q", "long")
        #expect(try sandbox.read("model.txt") == "step 1 lr 0.1\nstep 2 lr 0.1\nstep 3 lr 0.1\n")
        #expect(try leftovers(sandbox).isEmpty)
    }

    @Test func workersGetDevicesInTurn() throws {
        let sandbox = try project()
        for name in ["a", "b"] { try sandbox.expOK("run", "--queue", "-n", name, "-S", "nap=1") }
        try sandbox.expOK("run", "--run-all", "-j", "2", "--gpus", "5,7")
        let devices = try ["a", "b"].map { try sandbox.git("show", "refs/exps/\(try path(sandbox))/\($0):device.txt") }
        #expect(Set(devices) == ["5\n", "7\n"])
    }

    @Test func hostileEntriesHarmNothing() throws {
        let sandbox = try project()
        try sandbox.expOK("run", "--queue", "-n", "good")
        let folder = ".dvc/tmp/exps/celery/broker/in"
        try sandbox.write("\(folder)/1_broken.celery.msg", "{\"body\": \"!!\"}")
        try sandbox.write("\(folder)/2_empty.celery.msg", "")
        let head = try sandbox.git("rev-parse", "HEAD").dropLast()
        let entry = """
            [[{"stash_rev": "\(head)", "baseline_rev": "\(head)", "name": "../../heads/main"}], {}, {}]
            """
        let body = try sandbox.run("base64", ["-w0"], input: entry).output
        try sandbox.write(
            "\(folder)/3_name.celery.msg", "{\"headers\": {\"id\": \"x-1\"}, \"body\": \"\(body)\"}")
        let outcome = try sandbox.exp("run", "--run-all")
        #expect(outcome.status == 1, "\(outcome)")
        #expect(try states(sandbox) == ["good": "Success", "../../heads/main": "Failed"])
        #expect(try sandbox.git("rev-parse", "HEAD").dropLast() == head)
        #expect(try leftovers(sandbox).isEmpty)
    }

    @Test func worktreesThatOutlivedTheirRunsAreRemoved() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject(steps: 1)
        try sandbox.expOK("run", "-q", "--queue", "-n", "a")
        let folders = sandbox.root.pushing(".dvc/tmp/exps")
        try sandbox.git("worktree", "add", "-q", "--detach", "--no-checkout", folders.appending("tmpabcdefgh").string)
        // What a git knew that was killed over another one.
        let half = sandbox.root.pushing(".git/worktrees/tmphalfofit")
        try FileIO.makeDirectories(half)
        try FileIO.replace(half.appending("commondir"), with: [], sync: false)
        // One of DVC, which is a clone.
        try FileIO.makeDirectories(folders.pushing("tmpofdvc/.git"))
        try sandbox.expOK("queue", "start")
        try sandbox.expOK("run", "-q", "--run-all")
        #expect(try sandbox.git("worktree", "list").split(separator: "\n").count == 1)
        #expect(try FileIO.list(folders)?.map(\.name).filter { $0.hasPrefix("tmp") } == ["tmpofdvc"])
    }
}
