import Files
import SystemPackage
import TestSupport
import Testing

/// What DVC does, or does not do, where one would expect otherwise.
@Suite struct TrapTests {
    private func project(_ pipeline: String) throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.write("dvc.yaml", pipeline)
        return sandbox
    }

    private func isUpToDate(_ sandbox: Sandbox) throws -> Bool {
        try sandbox.expOK("status").errors.contains("up to date")
    }

    @Test func pathsAreSortedByCodePointAndNeverNormalised() throws {
        // By UTF-16 the last two change places, by a locale all do, and by canonical equivalence two are one.
        let names = ["B", "a", "e\u{301}", "é", "\u{FF21}", "\u{1F600}"]
        let list = names.reversed().map { "    - \"in/\($0)\"\n" }.joined()
        let sandbox = try project("stages:\n  s:\n    cmd: mkdir out; cp in/* out\n    deps:\n\(list)    outs: [out]\n")
        for name in names { try sandbox.write("in/" + name, name) }
        try sandbox.expOK("repro", "-q")
        let lock = try #require(try sandbox.read("dvc.lock"))
        let places = names.map { name in lock.utf8.firstRange(of: "path: in/\(name)\n".utf8)?.lowerBound }
        #expect(!places.contains(nil), "\(lock)")
        #expect(places.compactMap(\.self) == places.compactMap(\.self).sorted(), "\(lock)")
        #expect(lock.contains("nfiles: 6"))
    }

    @Test func wordsThatWereTruthValuesAreWords() throws {
        let sandbox = try project("stages:\n  s:\n    cmd: echo > o\n    params: [a, b, c, d]\n    outs: [o]\n")
        try sandbox.write("params.yaml", "a: yes\nb: off\nc: 017\nd: 1e3\n")
        try sandbox.expOK("repro", "-q")
        let lock = try #require(try sandbox.read("dvc.lock"))
        #expect(lock.contains("a: yes\n        b: off\n        c: 17\n        d: 1000.0\n"), "\(lock)")
        try sandbox.write("params.yaml", "a: 'yes'\nb: \"off\"\nc: 17\nd: 1000.0\n")
        #expect(try isUpToDate(sandbox))
        try sandbox.write("params.yaml", "a: true\nb: off\nc: 17\nd: 1000.0\n")
        #expect(try !isUpToDate(sandbox))
    }

    @Test func onlyWhatPersistsSurvivesARun() throws {
        let sandbox = try project(
            """
            stages:
              s:
                cmd: ls > seen.log; for n in cached plain metric kept; do echo 1 >> $n; done
                deps: [in]
                outs:
                - cached
                - plain: {cache: false}
                - kept: {persist: true}
                metrics:
                - metric: {cache: false}

            """)
        for text in ["1", "2"] {
            try sandbox.write("in", text)
            try sandbox.expOK("repro", "-q")
        }
        let seen = try sandbox.read("seen.log")?.split(separator: "\n").map(String.init) ?? []
        #expect(seen.contains("kept") && !seen.contains("cached") && !seen.contains("plain"))
        #expect(!seen.contains("metric"))
        #expect(try sandbox.read("kept") == "1\n1\n" && sandbox.read("cached") == "1\n")
    }

    @Test func everyLineOfACommandIsAProcessOfItsOwn() throws {
        let sandbox = try project(
            """
            stages:
              text:
                cmd: |
                  cd sub
                  x=1
                  pwd > here; echo "$x" >> here
                outs: [here]
              list:
                cmd:
                - |
                  cd sub
                  echo in > there
                - echo out > other
                outs: [sub/there, other]

            """)
        try sandbox.write("sub/keep", "")
        try sandbox.expOK("repro", "-q")
        #expect(try sandbox.read("here") == sandbox.root.string + "\n\n")
        #expect(try sandbox.exists("sub/there") && sandbox.exists("other"))
    }

    @Test func whatAStageNoLongerNamesIsNoChange() throws {
        let full =
            "stages:\n  s:\n    cmd: echo > o; echo > p\n    deps: [a, b]\n    params: [x, y]\n    outs: [o, p]\n"
        let sandbox = try project(full)
        for name in ["a", "b"] { try sandbox.write(name, name) }
        try sandbox.write("params.yaml", "x: 1\ny: 2\n")
        try sandbox.expOK("repro", "-q")
        try sandbox.write(
            "dvc.yaml", "stages:\n  s:\n    cmd: echo > o; echo > p\n    deps: [a]\n    params: [x]\n    outs: [o]\n")
        try FileIO.setMode(sandbox.root.appending("a"), 0o755)
        #expect(try isUpToDate(sandbox))
        #expect(try sandbox.expOK("repro").errors.contains("didn't change"))
        // Another spelling of a path is another path.
        try sandbox.write("dvc.yaml", full.replacing("[a, b]", with: "[./a, b]"))
        #expect(try sandbox.expOK("status").output.contains("modified:           a"))
    }

    @Test func aDateBesideAPipelineBreaksNothing() throws {
        let sandbox = try project("stages:\n  s: {cmd: 'echo ${x} > o', outs: [o]}\n")
        try sandbox.write("params.yaml", "x: 1\nd: 2024-01-01\n")
        #expect(try sandbox.expOK("repro").status == 0)
        #expect(try sandbox.read("o") == "1\n")
    }

    @Test func ignoreLinesOutliveAFailure() throws {
        let sandbox = try project(
            "stages:\n  a: {cmd: 'echo > o\\[1\\]', outs: ['o[1]']}\n  b: {cmd: exit 3, deps: ['o[1]'], outs: [p]}\n")
        #expect(try sandbox.exp("repro").status == 1)
        #expect(try sandbox.read(".gitignore")?.contains("/o\\[1\\]\n") == true)
        #expect(try sandbox.git("status", "--porcelain").contains("o[1]") == false)
        try sandbox.expOK("data", "remove", "a")
        #expect(try sandbox.read(".gitignore")?.contains("o") != true)
    }

    @Test func stagesMayCallUs() throws {
        let sandbox = try project(
            """
            stages:
              outer: {cmd: git exp add -q inside && git exp repro -q -s inner && cp inner o, deps: [inside], outs: [o]}
              inner: {cmd: echo 1 > inner, outs: [inner]}

            """)
        try sandbox.write("inside", "x")
        let outcome = try sandbox.run("/usr/bin/timeout", ["50", "git", "exp", "repro", "outer"])
        #expect(outcome.status == 0, "\(outcome)")
        #expect(try sandbox.read("o") == "1\n" && sandbox.exists("inside.dvc"))
        #expect(try sandbox.read("dvc.lock")?.contains("inner:") == true)
    }

    @Test func anObjectThatMayBeWrittenIsNotTrusted() throws {
        let sandbox = try project("{}\n")
        try sandbox.write("a", "a\n")
        try sandbox.expOK("add", "-q", "a")
        let object = ".dvc/cache/files/md5/60/b725f10c9c85c70d97880dfe8191b3"
        let path = sandbox.root.pushing(FilePath(object))
        try FileIO.setMode(path, 0o644)
        try sandbox.write(object, "b\n")
        try sandbox.expOK("commit", "-q")
        #expect(try sandbox.read(object) == "a\n")
        #expect(try FileStatus.of(path, followingLinks: false)?.mode ?? 0 & 0o777 == 0o444)
    }

    @Test func onlySchedulingLooksAtTheWholeGraph() throws {
        let sandbox = try project("stages:\n  a: {cmd: echo > x, outs: [x]}\n  c: {cmd: echo > y, outs: [y]}\n")
        try sandbox.expOK("repro", "-q")
        try sandbox.write("f", "f")
        try sandbox.write(
            "dvc.yaml",
            "stages:\n  a: {cmd: echo > x, outs: [x]}\n  b: {cmd: echo > x, outs: [x]}\n  c: {cmd: echo > y, outs: [y]}\n"
        )
        for call in [
            ["repro"], ["repro", "c"], ["run"], ["dag"], ["add", "f"], ["stage", "add", "-n", "d", "-o", "z", "true"],
        ] {
            let outcome = try sandbox.run("git", ["exp"] + call)
            #expect(outcome.status == 128 && outcome.errors.contains("'x'"), "\(call): \(outcome)")
        }
        for call in [["status"], ["commit", "c"], ["stage", "list"], ["repro", "-s", "c"], ["checkout", "c"]] {
            let outcome = try sandbox.run("git", ["exp"] + call)
            #expect(outcome.status == 0, "\(call): \(outcome)")
        }
    }

    @Test(arguments: [
        (
            "stages:\n  a: {cmd: x, outs: [d]}\n  b: {cmd: x, outs: [d/x]}\n",
            ["'d'", "'d/x'"]
        ),
        ("stages:\n  a: {cmd: x, deps: [o], outs: [p]}\n  b: {cmd: x, deps: [p], outs: [o]}\n", ["'a'", "'b'"]),
        ("stages:\n  a: {cmd: x, deps: [o], outs: [o]}\n", ["'a'"]),
    ])
    func unsoundGraphsAreNamed(_ pipeline: String, _ words: [String]) throws {
        let sandbox = try project(pipeline)
        for call in [["repro"], ["dag"]] {
            let outcome = try sandbox.run("git", ["exp"] + call)
            #expect(outcome.status == 128, "\(outcome)")
            for word in words { #expect(outcome.errors.contains(word), "\(outcome)") }
        }
    }

    @Test(arguments: [
        ("stages:\n  a:\n    cmd: x\n    cache: 1\n", "line 4, column 5"),
        ("stages:\n  a:\n    deps: [x]\n", "'cmd'"),
        ("stages:\n  a:\n    cmd: x\n    deps: x\n", "line 4, column 11"),
        ("stages:\n  a:\n    cmd: x\n    outs:\n    - o: {cache: 1}\n", "line 5"),
        ("stages:\n  a:\n    cmd: x\n  a:\n    cmd: y\n", "line 4"),
        ("<<<<<<< HEAD\nstages:\n=======\nstage:\n>>>>>>> other\n", "conflict"),
        ("stages:\n  a:\n    cmd: x\n    outs: [foo.dvc]\n", "'foo.dvc' cannot be an output"),
        ("stages:\n  a:\n    cmd: x\n    outs: [../out]\n", "../out"),
    ])
    func mistakesHaveAPlace(_ pipeline: String, _ word: String) throws {
        let sandbox = try project(pipeline)
        let outcome = try sandbox.exp("repro")
        #expect(outcome.status == 128 && outcome.errors.contains(word), "\(outcome)")
        #expect(outcome.errors.contains("dvc.yaml"), "\(outcome)")
    }

    @Test func aLockThatGitIgnoresIsToldOf() throws {
        let sandbox = try project("stages:\n  a: {cmd: echo > x, outs: [x]}\n")
        try sandbox.write(".gitignore", "dvc.lock\n")
        let outcome = try sandbox.exp("repro")
        #expect(outcome.errors.contains("'dvc.lock' is ignored by git"), "\(outcome)")
    }
}
