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

/// Runs that are told to make room, and how they go on.
@Suite struct PreemptionTests {
    @Test(arguments: [[], ["--temp"]])
    func theCommandFinishesItsCheckpointAndTheNextRunGoesOn(options: [String]) throws {
        let scene = try TrainingScene()
        let run = try scene.start(["run", "-n", "otter"] + options)
        defer { try? scene.write("free") }
        try scene.wait(for: "made2")
        kill(run.id, SIGTERM)
        let outcome = run.wait()
        #expect(outcome.exit == .status(75), "\(String(decoding: outcome.error, as: UTF8.self))")
        #expect(try scene.sandbox.git("log", "-1", "--format=%(trailers)", scene.tip("otter")) == scene.interrupted)
        // The epoch that was going on is there, too.
        #expect(try scene.model("otter").split(separator: "\n").count == 3)
        let rows = try scene.sandbox.expOK("show", "--csv").output
        #expect(rows.contains(",State,") && rows.contains(",Interrupted,") && !rows.contains("Failed"), "\(rows)")
        #expect(try scene.sandbox.expOK("show").output.contains("Interrupted"))
        let json = try scene.sandbox.expOK("show", "--json").output
        #expect(json.split(separator: "\"state\": \"interrupted\"").count == 2 && !json.contains("unfinished"))

        try scene.write("free")
        try scene.sandbox.git("config", "exp.graceSeconds", "5")
        let next = try scene.run(options.isEmpty ? ["run"] : ["run", "--temp", "--rev", "otter"])
        #expect(next.status == 0 && next.errors.contains("Existing checkpoint experiment 'otter'"), "\(next)")
        #expect(try scene.model("otter") == scene.wanted)
        #expect(try !scene.sandbox.expOK("show", "--csv").output.contains("State"))
    }

    @Test func withoutACheckpointNothingIsKept() throws {
        let scene = try TrainingScene()
        try scene.write("early")
        let run = try scene.start(["run", "-n", "otter"])
        defer { try? scene.write("free") }
        try scene.wait(for: "begun")
        kill(run.id, SIGTERM)
        #expect(run.wait().exit == .status(75))
        #expect(try scene.sandbox.git("for-each-ref", "refs/exps") == "")
        try scene.remove("early")
        try scene.write("free")
        #expect(try scene.run(["run", "-n", "otter"]).status == 0)
        #expect(try scene.model("otter") == scene.wanted)
    }

    @Test func whoDoesNotEndIsKilledAfterTheGrace() throws {
        let scene = try TrainingScene()
        try scene.sandbox.git("config", "exp.graceSeconds", "1")
        try scene.write("stubborn")
        let run = try scene.start(["run", "-n", "otter"])
        defer { try? scene.write("free") }
        try scene.wait(for: "made2")
        kill(run.id, SIGTERM)
        #expect(run.wait().exit == .status(75))
        #expect(try scene.model("otter").split(separator: "\n").count == 2)
        #expect(try scene.sandbox.git("log", "-1", "--format=%(trailers)", scene.tip("otter")) == scene.interrupted)
        try scene.sandbox.git("config", "exp.graceSeconds", "soon")
        let refused = try scene.run(["run"])
        #expect(refused.status == 128 && refused.errors.contains("exp.graceSeconds"), "\(refused)")
    }

    @Test func failureIsSomethingElse() throws {
        let scene = try TrainingScene()
        try scene.write("free")
        try scene.write("fails2")
        #expect(try scene.run(["run", "-n", "otter"]).status == 1)
        let rows = try scene.sandbox.expOK("show", "--csv").output
        #expect(rows.contains(",Failed,") && !rows.contains("Interrupted"), "\(rows)")
        #expect(try scene.sandbox.expOK("show", "--json").output.contains("\"state\": \"failed\""))
    }

    @Test func anEntryOfATerminatedWorkerGoesOnAtTheNextStart() throws {
        let scene = try TrainingScene()
        try scene.sandbox.expOK("run", "-q", "--queue", "-n", "otter")
        _ = try scene.run(["queue", "start"])
        try scene.wait(for: "made2")
        let status = try scene.sandbox.expOK("queue", "status", "--json").output
        let text = try #require(status.split(separator: "\"pid\": ").last?.prefix { $0.isNumber })
        let stat = try #require(try scene.contents(ofProcessFile: "/proc/\(text)/stat"))
        let worker = try #require(stat.split(separator: ")").last?.split(separator: " ").dropFirst().first)
        kill(try #require(Int32(String(worker))), SIGTERM)
        try scene.waitForQueue("Interrupted")
        #expect(try scene.sandbox.expOK("queue", "status").output.contains("Worker status: 0 active"))
        try scene.write("free")
        _ = try scene.run(["queue", "start"])
        try scene.waitForQueue("Success")
        #expect(try scene.sandbox.expOK("queue", "status", "--json").output.contains("\"attempts\": 2"))
        #expect(try scene.model("otter") == scene.wanted)
    }
}

/// A project whose training can be held up after each checkpoint.
///
/// What a step adds follows from all steps before. The training is started by another script, which SIGTERM ends at once.
struct TrainingScene {
    let sandbox: Sandbox
    private let hold: String
    let interrupted = "Experiment-State: interrupted\n\n"

    init() throws {
        sandbox = try Sandbox()
        hold = sandbox.root.removingLastComponent().appending("hold").string
        try FileIO.makeDirectories(FilePath(hold))
        try sandbox.expOK("init", "-q")
        try sandbox.write("params.yaml", "lr: 1\n")
        try sandbox.write("outer.sh", "sh train.sh\nstatus=$?\nexit $status\n")
        try sandbox.write(
            "train.sh",
            """
            stop=; trap 'stop=1' TERM
            [ -e "$HOLD/stubborn" ] && trap '' TERM
            touch "$HOLD/begun"
            while [ -e "$HOLD/early" ] && [ ! -e "$HOLD/free" ]; do [ -n "$stop" ] && exit 143; sleep 0.02; done
            n=$(wc -l < model.txt 2>/dev/null || echo 0)
            while [ "$n" -lt 5 ]; do
                n=$((n + 1))
                echo "step $n $(cat params.yaml model.txt 2>/dev/null | cksum)" >> model.txt
                echo "{\\"step\\": $n, \\"sum\\": $(cksum < model.txt | cut -d ' ' -f 1)}" > metrics.json
                git exp checkpoint || exit 9
                [ -n "$stop" ] && exit 0
                [ -e "$HOLD/fails$n" ] && exit 3
                touch "$HOLD/made$n"
                while [ "$n" = 2 ] && [ -z "$stop" ] && [ ! -e "$HOLD/free" ]; do sleep 0.02; done
            done
            echo "{\\"step\\": $n, \\"sum\\": $(cksum < model.txt | cut -d ' ' -f 1)}" > metrics.json

            """)
        try sandbox.expOK(
            "stage", "add", "-q", "-n", "train", "-d", "train.sh", "-p", "lr", "-c", "model.txt", "-M", "metrics.json",
            "sh", "outer.sh")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-qm", "project")
    }

    private var environment: [String: String] { sandbox.environment.merging(["HOLD": hold]) { $1 } }

    func start(_ arguments: [String]) throws -> RunningProcess {
        try ProcessCall(
            executable: "git-exp", arguments: arguments, environment: environment, directory: sandbox.root
        ).start()
    }

    func run(_ arguments: [String], in folder: FilePath? = nil) throws -> Outcome {
        try sandbox.run("git-exp", arguments, in: folder, environment: ["HOLD": hold])
    }

    func write(_ file: String) throws { try FileIO.replace(FilePath(hold).appending(file), with: [], sync: false) }
    func remove(_ file: String) throws { try FileIO.remove(FilePath(hold).appending(file)) }

    func wait(for file: String) throws {
        let path = FilePath(hold).appending(file)
        for _ in 0..<3_000 where try FileStatus.of(path, followingLinks: false) == nil { usleep(10_000) }
        try #require(try FileStatus.of(path, followingLinks: false) != nil)
    }

    func waitForQueue(_ state: String) throws {
        for _ in 0..<1_000 {
            if try sandbox.expOK("queue", "status").output.contains(state) { return }
            usleep(50_000)
        }
        Issue.record("waited in vain for \(state)")
    }

    /// The newest commit of an experiment.
    /// Whether a run of the experiment has recorded its end.
    func isOver(_ name: String) throws -> Bool {
        let tips = try sandbox.git("for-each-ref", "--format=%(contents)", "refs/exps/*/*/\(name)")
        return !tips.isEmpty && !tips.contains("Experiment-State: unfinished")
    }

    func tip(_ name: String) throws -> String {
        let lines = try sandbox.git("for-each-ref", "--format=%(objectname) %(refname)", "refs/exps")
        let line = try #require(lines.split(separator: "\n").first { $0.hasSuffix("/" + name) })
        return String(line.prefix(40))
    }

    /// The model of an experiment's newest commit, as the cache has it.
    func model(_ name: String) throws -> String {
        let lock = try sandbox.git("show", tip(name) + ":dvc.lock")
        let outputs = try #require(lock.split(separator: "outs:").last)
        let hash = try #require(outputs.split(separator: "md5: ").last?.prefix(32))
        return try #require(try sandbox.read(".dvc/cache/files/md5/\(hash.prefix(2))/\(hash.dropFirst(2))"))
    }

    /// The metrics that the commits of an experiment have, each once.
    func epochs(_ name: String) throws -> [String] {
        let commits = try sandbox.git("rev-list", tip(name), "^HEAD").split(separator: "\n")
        return Set(try commits.map { try sandbox.git("show", "\($0):metrics.json") }).sorted()
    }

    /// The metrics of a training that nothing interrupted.
    var wantedEpochs: [String] {
        get throws {
            let lines = try wanted.split(separator: "\n")
            return try (1...lines.count).map { step in
                let text = lines[..<step].joined(separator: "\n") + "\n"
                let sum = try sandbox.run("cksum", [], input: text).output.prefix { $0 != " " }
                return "{\"step\": \(step), \"sum\": \(sum)}\n"
            }.sorted()
        }
    }

    /// The model of a training that nothing interrupted.
    var wanted: String {
        get throws {
            let script = """
                rm -f model.wanted; n=0; while [ $n -lt 5 ]; do n=$((n + 1))
                echo "step $n $(cat params.yaml model.wanted 2>/dev/null | cksum)" >> model.wanted; done; cat model.wanted
                """
            let outcome = try sandbox.run("sh", ["-c", script])
            try FileIO.remove(sandbox.root.appending("model.wanted"))
            return outcome.output
        }
    }

    func contents(ofProcessFile path: String) throws -> String? {
        try sandbox.run("cat", [path]).output
    }
}
