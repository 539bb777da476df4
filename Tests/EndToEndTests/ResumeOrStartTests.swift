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

/// One call that starts an experiment, goes on with it, or finds it complete.
@Suite struct ResumeOrStartTests {
    @Test(arguments: [SIGKILL, SIGTERM], [[], ["--temp"]])
    func theSameCallGoesOnUntilAllIsDone(signal: Int32, options: [String]) throws {
        let scene = try TrainingScene()
        let call = ["run", "--resume-or-start", "otter", "-S", "lr=7"] + options
        let run = try scene.start(call)
        defer { try? scene.write("free") }
        try scene.wait(for: "made2")
        let busy = try scene.run(call)
        #expect(busy.status == 75 && busy.errors.contains("'otter' is being run by process"), "\(busy)")
        kill(run.id, signal)
        if signal == SIGTERM {
            #expect(run.wait().exit == .status(75))
        } else {
            // The training lives on, and with it the pipe for its output, until the next run ends it.
            var status: Int32 = 0
            waitpid(run.id, &status, 0)
            #expect(try scene.sandbox.expOK("show", "--csv").output.contains(",Unfinished,"))
        }
        try scene.write("free")
        let next = try scene.run(call)
        #expect(next.status == 0 && next.errors.contains("'otter' will be resumed"), "\(next)")
        try scene.sandbox.write("params.yaml", "lr: 7\n")
        #expect(try scene.model("otter") == scene.wanted)
        #expect(try scene.epochs("otter") == scene.wantedEpochs)
        let tip = try scene.tip("otter")
        let last = try scene.run(call)
        #expect(last.status == 0 && last.errors.contains("'otter' is complete"), "\(last)")
        #expect(try scene.tip("otter") == tip)
        #expect(try scene.sandbox.git("for-each-ref", "refs/exps").split(separator: "/otter").count == 2)
    }

    @Test func aFreshCloneGoesOnWhatAnotherOneBegan() throws {
        let scene = try TrainingScene()
        let sandbox = scene.sandbox
        let beside = sandbox.root.removingLastComponent()
        try sandbox.git("init", "-q", "--bare", "-b", "main", "../origin.git")
        try sandbox.expOK("remote", "add", "-q", "--default", "store", beside.appending("store").string)
        try sandbox.git("commit", "-qam", "store")
        try sandbox.git("remote", "add", "origin", beside.appending("origin.git").string)
        try sandbox.git("push", "-q", "origin", "main")
        let run = try scene.start(["run", "--resume-or-start", "otter"])
        defer { try? scene.write("free") }
        try scene.wait(for: "made2")
        kill(run.id, SIGTERM)
        #expect(run.wait().exit == .status(75))
        try sandbox.expOK("push", "-q", "origin", "otter")

        try scene.write("free")
        try sandbox.git("clone", "-q", beside.appending("origin.git").string, "../clone")
        let clone = beside.appending("clone")
        #expect(try scene.run(["pull", "-q", "origin", "otter"], in: clone).status == 0)
        let next = try scene.run(["run", "--resume-or-start", "otter"], in: clone)
        #expect(next.status == 0 && next.errors.contains("'otter' will be resumed"), "\(next)")
        #expect(try scene.run(["push", "-q", "origin", "otter"], in: clone).status == 0)
        try sandbox.expOK("pull", "-q", "origin", "otter")
        #expect(try scene.model("otter") == scene.wanted)
        #expect(try scene.epochs("otter") == scene.wantedEpochs)
        #expect(try scene.run(["run", "--resume-or-start", "otter"]).errors.contains("is complete"))
    }

    @Test func anExperimentIsPushedWhereTheSettingsSaySo() throws {
        let scene = try TrainingScene()
        let sandbox = scene.sandbox
        let beside = sandbox.root.removingLastComponent()
        func pushed() throws -> Set<String> {
            let names = try sandbox.git(
                "-C", "../origin.git", "for-each-ref", "--format=%(refname:lstrip=4)", "refs/exps")
            return Set(names.split(separator: "\n").map(String.init))
        }
        try scene.write("free")
        try sandbox.git("init", "-q", "--bare", "-b", "main", "../origin.git")
        try sandbox.expOK("remote", "add", "-q", "--default", "store", beside.appending("store").string)
        try sandbox.expOK("config", "exp.auto_push", "true")
        try sandbox.git("commit", "-qam", "settings")
        let lonely = try scene.run(["run", "-n", "lonely"])
        #expect(lonely.status == 0 && lonely.errors.contains("'lonely' was not pushed: "), "\(lonely)")
        try sandbox.git("remote", "add", "origin", beside.appending("origin.git").string)
        let first = try scene.run(["run", "--reset", "-n", "first"])
        #expect(first.status == 0 && first.errors.contains("Pushed experiment 'first' to 'origin'."), "\(first)")
        #expect(try pushed() == ["first"])
        #expect(try FileStatus.of(beside.appending("store").appending("files"), followingLinks: false) != nil)
        #expect(try scene.run(["run", "--temp", "-n", "second", "-S", "lr=2"]).status == 0)
        try scene.write("fails2")
        #expect(try scene.run(["run", "--reset", "-n", "third", "-S", "lr=3"]).status == 1)
        #expect(try scene.run(["save", "-n", "fourth"]).status == 0)
        #expect(try pushed() == ["first", "second", "third", "fourth"])
        let silent = try sandbox.run(
            "git-exp", ["save", "-n", "fifth", "-f"], environment: ["DVC_EXP_AUTO_PUSH": "false"])
        #expect(silent.status == 0 && !silent.errors.contains("ush"), "\(silent)")
        let elsewhere = try sandbox.run(
            "git-exp", ["save", "-n", "sixth"], environment: ["DVC_EXP_GIT_REMOTE": "nowhere"])
        #expect(elsewhere.status == 0 && elsewhere.errors.contains("'sixth' was not pushed: "), "\(elsewhere)")
        #expect(try pushed() == ["first", "second", "third", "fourth"])
    }

    @Test(arguments: [[], ["--temp"]]) func checkpointsArePushedWhileTrainingGoesOn(options: [String]) throws {
        let scene = try TrainingScene()
        let sandbox = scene.sandbox
        let store = sandbox.root.removingLastComponent().appending("store")
        try sandbox.git("init", "-q", "--bare", "-b", "main", "../origin.git")
        try sandbox.git("remote", "add", "origin", "../origin.git")
        try sandbox.expOK("remote", "add", "-q", "--default", "store", "../store")
        try sandbox.expOK("config", "exp.auto_push", "true")
        try sandbox.git("commit", "-qam", "settings")
        func pushed() throws -> String {
            try sandbox.git("-C", "../origin.git", "for-each-ref", "--format=%(objectname)", "refs/exps/*/*/otter")
        }
        let run = try scene.start(["run", "-n", "otter"] + options)
        defer { try? scene.write("free") }
        try scene.wait(for: "made2")
        for _ in 0..<6_000 where try pushed().isEmpty { usleep(10_000) }
        #expect(try !pushed().isEmpty)
        #expect(try FileStatus.of(store.appending("files"), followingLinks: false) != nil)
        try scene.write("free")
        let outcome = run.wait()
        #expect(outcome.exit == .status(0), "\(outcome)")
        #expect(String(decoding: outcome.error, as: UTF8.self).contains("Pushed experiment 'otter' to 'origin'."))
        #expect(try pushed() == scene.tip("otter") + "\n")
    }

    @Test func whatIsCompleteWasBegunWithTheSame() throws {
        let scene = try TrainingScene()
        try scene.write("free")
        let call = ["run", "--resume-or-start", "otter"]
        #expect(try scene.run(call + ["-S", "lr=7"]).status == 0)
        for options in [[], ["--temp"]] {
            #expect(try scene.run(call + ["-S", "lr=7"] + options).status == 0)
            let refused = try scene.run(call + ["-S", "lr=3"] + options)
            #expect(refused.status == 128 && refused.errors.contains("something else in 'params.yaml'"), "\(refused)")
        }
        // A clone that has only seen the commit, and asks for the same.
        try scene.sandbox.git("checkout", "-q", "--", "params.yaml")
        #expect(try scene.run(call + ["-S", "lr=7"]).status == 0)
        try scene.sandbox.write("outer.sh", "sh train.sh # changed\n")
        let changed = try scene.run(call + ["-S", "lr=7"])
        #expect(changed.status == 128 && changed.errors.contains("'outer.sh'"), "\(changed)")
    }

    @Test(arguments: [SIGTERM, SIGINT]) func aServerThatDoesNotAnswerHoldsNobody(signal: Int32) throws {
        let scene = try TrainingScene()
        let sandbox = scene.sandbox
        try sandbox.git("init", "-q", "--bare", "-b", "main", "../origin.git")
        try sandbox.git("remote", "add", "origin", "../origin.git")
        try sandbox.expOK("remote", "add", "-q", "--default", "store", "../store")
        try FileIO.replace(
            sandbox.root.removingLastComponent().pushing("origin.git/hooks/pre-receive"),
            with: Array("#!/bin/sh\nsleep 61\(signal)\n".utf8), sync: false)
        _ = try sandbox.run("chmod", ["+x", "../origin.git/hooks/pre-receive"])
        try sandbox.expOK("config", "exp.auto_push", "true")
        try sandbox.git("config", "exp.graceSeconds", "2")
        try sandbox.git("commit", "-qam", "settings")
        let run = try scene.start(["run", "-n", "otter"])
        defer { try? scene.write("free") }
        try scene.wait(for: "made2")
        try scene.write("free")
        // Until the training is over and the push is all that is left.
        for _ in 0..<6_000 where try !scene.isOver("otter") { usleep(10_000) }
        kill(run.id, signal)
        let outcome = run.wait()
        let text = String(decoding: outcome.error, as: UTF8.self)
        #expect(text.contains("'otter' was not pushed: that was stopped"), "\(text)")
        #expect(text.contains("git exp push origin otter"))
        _ = try sandbox.run("pkill", ["-f", "sleep 61\(signal)"])
    }

    @Test func otherCodeOrParametersAreNotTheSameExperiment() throws {
        let scene = try TrainingScene()
        let call = ["run", "--resume-or-start", "otter"]
        try scene.write("fails2")
        #expect(try scene.run(call).status == 1)
        let tip = try scene.tip("otter")
        try scene.remove("fails2")
        try scene.write("free")
        for options in [[], ["--temp"]] {
            let refused = try scene.run(call + ["-S", "lr=3"] + options)
            #expect(refused.status == 128 && refused.errors.contains("something else in 'params.yaml'"), "\(refused)")
        }
        #expect(try scene.sandbox.read("params.yaml") == "lr: 1\n" && scene.tip("otter") == tip)
        // What somebody edited is never overwritten; apart from the workspace it has no part.
        try scene.sandbox.write("train.sh", (scene.sandbox.read("train.sh") ?? "") + "# mine\n")
        let refused = try scene.run(call)
        #expect(refused.status == 128 && refused.errors.contains("'train.sh'"), "\(refused)")
        #expect(try scene.run(call + ["--temp"]).status == 0)
        #expect(try scene.model("otter") == scene.wanted)
        #expect(try scene.sandbox.read("train.sh")?.hasSuffix("# mine\n") ?? false)
    }

    @Test func aNewExperimentStartsFromNothing() throws {
        let scene = try TrainingScene()
        try scene.write("free")
        #expect(try scene.run(["run", "-n", "before", "-S", "lr=2"]).status == 0)
        for (name, options) in [("here", []), ("apart", ["--temp"])] {
            let outcome = try scene.run(["run", "--resume-or-start", name, "-S", "lr=5"] + options)
            #expect(outcome.status == 0, "\(outcome)")
            try scene.sandbox.write("params.yaml", "lr: 5\n")
            #expect(try scene.model(name) == scene.wanted)
        }
        for other in [["--name", "x"], ["--queue"], ["--reset"], ["--rev", "before"], ["--dry"]] {
            #expect(try scene.run(["run", "--resume-or-start", "here"] + other).status == 129)
        }
        #expect(try scene.run(["run", "--resume-or-start", "a b"]).status == 128)
    }

    @Test func whatWaitsInTheQueueIsTheQueues() throws {
        let scene = try TrainingScene()
        try scene.sandbox.expOK("run", "-q", "--queue", "-n", "otter")
        let outcome = try scene.run(["run", "--resume-or-start", "otter"])
        #expect(outcome.status == 75 && outcome.errors.contains("waits in the queue (queued)"), "\(outcome)")
        #expect(outcome.errors.contains("git exp queue start"), "\(outcome)")
        try scene.sandbox.expOK("queue", "hold", "otter")
        let held = try scene.run(["run", "--resume-or-start", "otter"])
        #expect(held.status == 75 && held.errors.contains("git exp queue release otter"), "\(held)")
    }
}
