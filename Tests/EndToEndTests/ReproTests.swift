import Files
import Processes
import SystemPackage
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#endif

@Suite struct ReproTests {
    private func makeProject(_ sandbox: Sandbox, _ pipeline: String) throws {
        try sandbox.expOK("init", "-q")
        try sandbox.write("in.txt", "1\n")
        try sandbox.write(".gitignore", "/go*\n")
        try sandbox.write("dvc.yaml", pipeline)
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "project")
    }

    /// `one` and `two` wait for each other, so they end only if they run at the same time.
    private let meeting = """
        stages:
          one:
            cmd:
            - echo one begins
            - echo 2 > go1; n=0; while [ ! -s go2 ] && [ $n -lt 500 ]; do sleep 0.02; n=$((n + 1)); done; cp go2 one.txt
            - sleep 0.1; echo one ends; echo one complains >&2
            deps: [in.txt]
            outs: [one.txt]
          two:
            cmd: echo two begins; echo 1 > go2; n=0; while [ ! -s go1 ] && [ $n -lt 500 ]; do sleep 0.02; n=$((n + 1)); done; cp go1 two.txt; echo two ends
            deps: [in.txt]
            outs: [two.txt]
          three:
            cmd: cat one.txt two.txt > three.txt; echo three
            deps: [one.txt, two.txt]
            outs: [three.txt]

        """

    /// As with DVC: what a frozen stage reads is not looked at, but its command and outputs are.
    @Test func aFrozenStageIsVerifiedWithItsCommand() throws {
        let sandbox = try Sandbox()
        let pipeline = "stages:\n  a:\n    cmd: cp in.txt out.txt\n    deps: [in.txt]\n    outs: [out.txt]\n"
        try makeProject(sandbox, pipeline)
        try sandbox.expOK("repro", "-q")
        let frozen = pipeline.replacing("out.txt\n    deps", with: "out.txt; false\n    deps") + "    frozen: true\n"
        try sandbox.write("dvc.yaml", frozen)
        let verified = "Verifying outputs in frozen stage: 'a'"
        #expect(try sandbox.expOK("repro").errors.contains(verified))
        #expect(try sandbox.read("dvc.lock")?.contains("cmd: cp in.txt out.txt; false\n") == true)
        #expect(try !sandbox.expOK("repro").errors.contains(verified))
        #expect(try sandbox.expOK("repro", "-f").errors.contains(verified))
        #expect(try sandbox.expOK("repro", "-f", "-j2").errors.contains(verified))
    }

    /// The text of DVC 3.67.1 for the same project.
    @Test func statusShowsPathsAsSeenFromWhereTheUserIs() throws {
        let sandbox = try Sandbox()
        try makeProject(
            sandbox,
            """
            stages:
              a:
                wdir: w
                cmd: cp ../in.txt o
                deps: [../in.txt, .././in.txt]
                params: [x]
                outs: [o]
            """)
        try sandbox.write("w/params.yaml", "x: 1\n")
        try sandbox.write(
            "sub/dvc.yaml", "stages:\n  b:\n    cmd: cp k o\n    deps: [./k]\n    outs: [o]\n")
        try sandbox.write("sub/k", "1\n")
        #expect(
            try sandbox.expOK("status", "--json").output == """
                {"a": [{"changed deps": {"in.txt": "modified", "w/params.yaml": "new"}}, \
                {"changed outs": {"w/o": "deleted"}}], \
                "sub/dvc.yaml:b": [{"changed deps": {"sub/k": "modified"}}, {"changed outs": {"sub/o": "deleted"}}]}

                """)
        let below = try sandbox.run("git", ["exp", "status"], in: sandbox.root.appending("sub"))
        #expect(
            below.output == """
                ../dvc.yaml:a:
                \tchanged deps:
                \t\tmodified:           ../in.txt
                \t\tnew:                ../w/params.yaml
                \tchanged outs:
                \t\tdeleted:            ../w/o
                b:
                \tchanged deps:
                \t\tmodified:           k
                \tchanged outs:
                \t\tdeleted:            o

                """)
    }

    @Test func stagesRunAtTheSameTimeAndShowOneAfterTheOther() throws {
        let sandbox = try Sandbox()
        try makeProject(sandbox, meeting)
        let outcome = try sandbox.exp("repro", "-j2")
        #expect(outcome.status == 0, "\(outcome)")
        #expect(outcome.output == "one begins\none ends\ntwo begins\ntwo ends\nthree\n")
        let lines = outcome.errors.split(separator: "\n", omittingEmptySubsequences: false)
        let marks = lines.filter { !$0.hasPrefix("> ") && !$0.hasPrefix("Generating") }
        #expect(
            marks == [
                "Running stage 'one':", "one complains", "Updating lock file 'dvc.lock'", "", "Running stage 'two':",
                "Updating lock file 'dvc.lock'", "", "Running stage 'three':", "Updating lock file 'dvc.lock'", "",
            ], "\(outcome)")
        // The same again, one after the other: what git and DVC see has the same bytes.
        let lock = try sandbox.read("dvc.lock")
        let ignored = try sandbox.read(".gitignore")
        for path in ["dvc.lock", ".dvc/cache"] { try FileIO.removeTree(sandbox.root.pushing(FilePath(path))) }
        try sandbox.write(".gitignore", "/go*\n")
        try sandbox.expOK("repro")
        #expect(try sandbox.read("dvc.lock") == lock)
        #expect(try sandbox.read(".gitignore") == ignored)
    }

    @Test func anExperimentRunsItsStagesAtTheSameTime() throws {
        let sandbox = try Sandbox()
        try makeProject(sandbox, meeting)
        let before = try sandbox.untouched(includingStatus: false)
        try sandbox.expOK("run", "-n", "both", "--jobs", "3")
        #expect(try sandbox.untouched(includingStatus: false) == before)
        let reference = try sandbox.git("for-each-ref", "--format=%(refname)", "refs/exps/*/*/both").dropLast()
        #expect(try sandbox.git("show", "\(reference):dvc.lock").contains("three:"))
        #expect(try sandbox.expOK("list", "--name-only").output == "both\n")
    }

    private let failing = """
        stages:
          bad:
            cmd: echo part > bad.txt; exit 7
            deps: [in.txt]
            outs: [bad.txt]
          after:
            cmd: cp bad.txt after.txt
            deps: [bad.txt]
            outs: [after.txt]
          other:
            cmd: cp in.txt other.txt
            deps: [in.txt]
            outs: [other.txt]

        """

    @Test(arguments: ["1", "3"]) func failuresStopOnlyWhatNeedsThem(_ jobs: String) throws {
        let sandbox = try Sandbox()
        try makeProject(sandbox, failing)
        let kept = try sandbox.exp("repro", "--keep-going", "--jobs", jobs)
        #expect(kept.status == 1)
        #expect(kept.errors.contains("warning: stage 'bad' failed"), "\(kept)")
        #expect(kept.errors.contains("stage 'after' is left out, because 'bad' failed"))
        #expect(kept.errors.hasSuffix("error: a stage failed: 'bad'\n"))
        #expect(try sandbox.exists("other.txt") && !sandbox.exists("after.txt"))
        let ignored = try sandbox.exp("repro", "--ignore-errors", "--jobs", jobs)
        #expect(ignored.status == 0, "\(ignored)")
        #expect(ignored.errors.contains("(ignored)"))
        #expect(try sandbox.read("after.txt") == "part\n")
        let lock = try #require(try sandbox.read("dvc.lock"))
        #expect(!lock.contains("bad:\n") && lock.contains("after:\n") && lock.contains("other:\n"))
    }

    @Test func aFailureStopsTheRest() throws {
        let sandbox = try Sandbox()
        try makeProject(sandbox, failing)
        let outcome = try sandbox.exp("repro")
        #expect(outcome.status == 1)
        #expect(try !sandbox.exists("other.txt"))
    }

    @Test(arguments: ["1", "2"]) func anInterruptEndsAll(_ jobs: String) throws {
        let sandbox = try Sandbox()
        try makeProject(
            sandbox,
            """
            stages:
              one:
                cmd: echo $$ > go1; sleep 60
                outs: [one.txt]
              two:
                cmd: echo $$ > go2; sleep 60
                outs: [two.txt]

            """)
        let run = try ProcessCall(
            executable: "git-exp", arguments: ["repro", "--keep-going", "--ignore-errors", "-j", jobs],
            environment: sandbox.environment, directory: sandbox.root
        ).start()
        let started = ["go1", "go2"].prefix(jobs == "1" ? 1 : 2)
        while try !started.allSatisfy({ try sandbox.read($0)?.hasSuffix("\n") == true }) { usleep(10_000) }
        kill(run.id, SIGINT)
        #expect(run.wait().exit == .status(130))
        for name in started {
            let process = try #require(try sandbox.read(name).flatMap { Int32($0.dropLast()) })
            #expect(kill(process, 0) != 0)
        }
        #expect(try !sandbox.exists("dvc.lock"))
        if jobs == "1" { #expect(try !sandbox.exists("go2")) }
    }

    @Test func onlyWhatNeedsAForcedStageIsForcedWithIt() throws {
        let sandbox = try Sandbox()
        try makeProject(
            sandbox,
            """
            stages:
              a:
                cmd: head -c 1 in.txt > a.txt
                deps: [in.txt]
                outs: [a.txt]
              b:
                cmd: cp a.txt b.txt
                deps: [a.txt]
                outs: [b.txt]
              c:
                cmd: echo c > c.txt
                outs: [c.txt]

            """)
        try sandbox.expOK("repro")
        try sandbox.write("in.txt", "12\n")
        let outcome = try sandbox.expOK("repro", "--force-downstream")
        #expect(outcome.errors.contains("Running stage 'b'"), "\(outcome)")
        #expect(outcome.errors.contains("Stage 'c' didn't change"))
    }

    @Test func aStageThatAsksForCheckpointsRunsAlone() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        let outcome = try sandbox.expOK("run", "-n", "alone", "-j", "4")
        #expect(outcome.errors.contains("Checkpoint experiment iteration"))
    }

    @Test func aRequestThatNobodyCanTellApartIsDismissed() throws {
        let sandbox = try Sandbox()
        try makeProject(
            sandbox,
            """
            stages:
              one:
                cmd: git exp checkpoint; echo 1 > one.txt
                outs: [one.txt]
              two:
                cmd: echo 2 > two.txt
                outs: [two.txt]

            """)
        let outcome = try sandbox.exp("repro", "-j", "2")
        #expect(outcome.status == 0, "\(outcome)")
        #expect(outcome.errors.contains("asked for a checkpoint"))
    }

    @Test(arguments: ["0", "-1", "x"]) func jobsIsANumber(_ text: String) throws {
        let sandbox = try Sandbox()
        try makeProject(sandbox, failing)
        #expect(try sandbox.exp("repro", "--jobs=\(text)").status == 129)
    }
}
