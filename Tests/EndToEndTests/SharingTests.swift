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

/// Data between a project, its clones and a remote that is a folder.
@Suite struct SharingTests {
    /// A project with a tracked folder, a tracked file and a stage, and a default remote beside it.
    private func project() throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        for (name, text) in [("data/a", "a\n"), ("data/s/b", "b\n"), ("one", "1\n")] { try sandbox.write(name, text) }
        try sandbox.expOK("add", "-q", "data", "one")
        try sandbox.write(
            "dvc.yaml",
            """
            stages:
              copy:
                cmd: echo ran >> ../log; cat one data/a > made; echo secret > own
                deps: [one, data]
                outs:
                - made
                - own: {push: false}

            """)
        try sandbox.expOK("repro", "-q")
        try sandbox.expOK("remote", "add", "-q", "--default", "Store", "../store")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "project")
        return sandbox
    }

    private func clone(_ sandbox: Sandbox, _ name: String = "clone") throws -> FilePath {
        try sandbox.git("clone", "-q", ".", "../\(name)")
        return sandbox.root.removingLastComponent().appending(name)
    }

    private func exp(_ sandbox: Sandbox, in folder: FilePath, _ arguments: String...) throws -> Outcome {
        try sandbox.run("git", ["exp"] + arguments, in: folder)
    }

    private func store(_ sandbox: Sandbox) -> FilePath { sandbox.root.removingLastComponent().appending("store") }

    private func files(below folder: FilePath, _ prefix: String = "") throws -> [String] {
        try (FileIO.list(folder) ?? []).flatMap { name, kind in
            kind == .directory ? try files(below: folder.appending(name), prefix + name + "/") : [prefix + name]
        }
    }

    @Test func whatIsPushedCanBePulledElsewhere() throws {
        let sandbox = try project()
        #expect(try sandbox.expOK("data", "status", "-c").output.contains("\tnew:                data/a\n"))
        #expect(try sandbox.exp("data", "status", "-c", "--quiet").status == 1)
        #expect(try sandbox.expOK("data", "push").output == "5 files pushed\n")
        #expect(try sandbox.expOK("data", "push").output == "Everything is up to date.\n")
        #expect(try sandbox.expOK("data", "status", "-c").output == "Cache and remote 'store' are in sync.\n")
        // a, b, their list, one, made; not what is marked.
        let there = try files(below: store(sandbox))
        #expect(there.count == 5 && there.allSatisfy { $0.hasPrefix("files/md5/") }, "\(there)")
        for name in there {
            #expect(try FileStatus.of(store(sandbox).pushing(FilePath(name)), followingLinks: false)?.mode == 0o444)
        }
        let folder = try clone(sandbox)
        let pulled = try exp(sandbox, in: folder, "data", "pull")
        #expect(pulled.status == 0, "\(pulled)")
        #expect(
            pulled.output.split(separator: "\n").sorted()
                == ["5 files fetched and 4 files added", "A\tdata/", "A\tmade", "A\tone"], "\(pulled)")
        #expect(try FileIO.read(folder.pushing("data/s/b")) == Array("b\n".utf8))
        #expect(try exp(sandbox, in: folder, "data", "pull").output == "Everything is up to date.\n")
    }

    @Test func targetsNameWhatIsMeant() throws {
        let sandbox = try project()
        try sandbox.expOK("data", "push", "-q")
        let folder = try clone(sandbox)
        #expect(try exp(sandbox, in: folder, "data", "pull", "data/s").output.contains("2 files fetched and 1 file"))
        #expect(try FileStatus.of(folder.pushing("data/a"), followingLinks: false) == nil)
        #expect(try exp(sandbox, in: folder, "data", "fetch", "copy").output == "1 file fetched\n")
        #expect(try exp(sandbox, in: folder, "data", "fetch", "--glob", "on*").output == "1 file fetched\n")
        #expect(try exp(sandbox, in: folder, "data", "fetch", "-d", "copy").output == "1 file fetched\n")
        let unknown = try exp(sandbox, in: folder, "data", "fetch", "dat")
        #expect(unknown.status == 128 && unknown.errors.contains("no stage and no output 'dat'"), "\(unknown)")
    }

    @Test func dataOfOtherCommitsComesAlongWhenAsked() throws {
        let sandbox = try project()
        try sandbox.write("one", "2\n")
        try sandbox.expOK("add", "-q", "one")
        try sandbox.git("commit", "-q", "-a", "-m", "two")
        #expect(try sandbox.expOK("data", "push", "one").output == "1 file pushed\n")
        #expect(try sandbox.expOK("data", "push", "--all-commits", "one.dvc").output == "1 file pushed\n")
        try sandbox.git("branch", "old", "HEAD~1")
        try FileIO.removeTree(store(sandbox))
        #expect(try sandbox.expOK("data", "push", "-a", "one").output == "2 files pushed\n")
    }

    @Test func everyOutputGoesWhereItBelongs() throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        for name in ["main", "other"] { try sandbox.expOK("remote", "add", "-q", name, "../\(name)") }
        try sandbox.expOK("remote", "default", "main")
        try sandbox.write(
            "dvc.yaml",
            """
            stages:
              make:
                cmd: echo a > a; echo b > b
                params: [x]
                outs:
                - a
                - b: {remote: other}

            """)
        try sandbox.write("params.yaml", "x: 1\n")
        try sandbox.expOK("repro", "-q")
        #expect(try sandbox.expOK("data", "push").output == "2 files pushed\n")
        let above = sandbox.root.removingLastComponent()
        for name in ["main", "other"] { #expect(try files(below: above.appending(name)).count == 1) }
        #expect(try sandbox.expOK("data", "push", "-r", "main").output == "Everything is up to date.\n")
        #expect(try sandbox.expOK("data", "push", "--run-cache").output == "1 file pushed\n")
        #expect(try files(below: above.pushing("main/runs")).count == 1)
        try FileIO.removeTree(sandbox.root.pushing(".dvc/cache"))
        #expect(try sandbox.expOK("data", "fetch", "--run-cache").output == "3 files fetched\n")
        #expect(try files(below: sandbox.root.pushing(".dvc/cache/runs")).count == 1)
    }

    @Test func damagedAndMissingDataIsNamed() throws {
        let sandbox = try project()
        let md5 = "60b725f10c9c85c70d97880dfe8191b3"  // "a\n"
        let object = sandbox.root.pushing(".dvc/cache/files/md5/60/b725f10c9c85c70d97880dfe8191b3")
        try FileIO.replace(object, with: Array("x\n".utf8), sync: false)
        let pushed = try sandbox.exp("data", "push")
        #expect(pushed.status == 128 && pushed.errors.contains(md5), "\(pushed)")
        #expect(try FileIO.read(FilePath(object.string + ".corrupt")) == Array("x\n".utf8))
        #expect(try !files(below: store(sandbox)).contains { $0.hasSuffix(".dir") })
        try sandbox.expOK("commit", "-f", "-q", "data.dvc")
        try sandbox.expOK("data", "push", "-q")
        let there = store(sandbox).pushing("files/md5/60/b725f10c9c85c70d97880dfe8191b3")
        try FileIO.replace(there, with: Array("y\n".utf8), sync: false)
        let folder = try clone(sandbox)
        let pulled = try exp(sandbox, in: folder, "data", "pull")
        #expect(pulled.status == 128 && pulled.errors.contains(md5.dropFirst(2)), "\(pulled)")
        #expect(try !files(below: folder.pushing(".dvc/cache")).contains { $0.contains(md5.dropFirst(2)) })
        // The rest is there.
        #expect(try FileIO.read(folder.appending("one")) == Array("1\n".utf8))
        try FileIO.removeTree(folder.pushing(".dvc/cache"))
        let fetched = try exp(sandbox, in: folder, "data", "fetch")
        #expect(
            fetched.status == 128 && fetched.errors.contains("neither in the cache nor on the remote"), "\(fetched)")
        #expect(try exp(sandbox, in: folder, "data", "fetch", "--allow-missing").status == 0)
    }

    @Test func unsavedDataIsNotReplacedByAPull() throws {
        let sandbox = try project()
        try sandbox.expOK("data", "push", "-q")
        try sandbox.write("one", "mine\n")
        let pulled = try sandbox.exp("data", "pull")
        #expect(pulled.status == 128 && pulled.errors.contains("saved nowhere"), "\(pulled)")
        #expect(try sandbox.read("one") == "mine\n")
        #expect(try sandbox.expOK("data", "pull", "--force").output.contains("M\tone\n"))
        #expect(try sandbox.read("one") == "1\n")
    }

    @Test func aRunPullsWhatItLacks() throws {
        let sandbox = try project()
        try sandbox.write(
            "dvc.yaml", try #require(try sandbox.read("dvc.yaml")?.replacing("{push: false}", "{push: true}")))
        try sandbox.expOK("data", "push", "-q", "--run-cache")
        try sandbox.git("commit", "-q", "-a", "-m", "push all")
        let log = sandbox.root.removingLastComponent().appending("log")
        for command in ["repro", "run"] {
            let folder = try clone(sandbox, command)
            let outcome = try exp(sandbox, in: folder, command, "--pull")
            #expect(outcome.status == 0, "\(outcome)")
            #expect(try FileIO.read(log) == Array("ran\n".utf8))
            #expect(try FileIO.read(folder.appending("made")) == Array("1\na\n".utf8))
        }
        // An earlier run with other inputs is known there; its results come when they are needed.
        let folder = try clone(sandbox, "third")
        try FileIO.remove(folder.appending("dvc.lock"))
        let outcome = try exp(sandbox, in: folder, "repro", "--pull")
        #expect(outcome.status == 0 && outcome.errors.contains("is cached"), "\(outcome)")
        #expect(try FileIO.read(log) == Array("ran\n".utf8))
    }

    @Test func onlyUnusedDataIsRemoved() throws {
        let sandbox = try project()
        try sandbox.expOK("data", "push", "-q")
        try sandbox.write("one", "2\n")
        try sandbox.expOK("add", "-q", "one")
        try sandbox.expOK("repro", "-q")
        try sandbox.expOK("data", "push", "-q")
        let before = try files(below: sandbox.root.pushing(".dvc/cache/files"))
        #expect(try sandbox.exp("data", "gc").status == 129)
        #expect(try sandbox.exp("data", "gc", "-w").status == 1)
        #expect(try sandbox.expOK("data", "gc", "-A", "--force").errors == "No unused data in the cache.\n")
        #expect(try sandbox.expOK("data", "gc", "-w", "--dry").errors.contains("2 objects"))
        #expect(try sandbox.expOK("data", "gc", "-w", "--not-in-remote", "--dry").errors.contains("2 objects"))
        #expect(try files(below: sandbox.root.pushing(".dvc/cache/files")) == before)
        let removed = try sandbox.expOK("data", "gc", "-w", "--cloud", "--force")
        #expect(removed.errors.contains("2 objects") && removed.errors.contains("from the remote"), "\(removed)")
        #expect(try files(below: sandbox.root.pushing(".dvc/cache/files")).count == before.count - 2)
        #expect(try sandbox.expOK("status").errors.contains("up to date"))
        #expect(try sandbox.expOK("data", "status", "-c").output.contains("in sync"))
        // What the last commit names is gone from both.
        try sandbox.git("checkout", "-q", "--", ".")
        #expect(try sandbox.exp("data", "pull").status == 128)
    }

    @Test func dataOfExperimentsAndOtherProjectsStays() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.expOK("run", "-q")
        let objects = sandbox.root.pushing(".dvc/cache/files")
        let count = try files(below: objects).count
        try sandbox.git("checkout", "-q", "--", ".")
        try sandbox.git("clean", "-fdq")
        #expect(try sandbox.expOK("data", "gc", "-w", "-f").errors == "No unused data in the cache.\n")
        try sandbox.git("clone", "-q", ".", "../second")
        let second = sandbox.root.removingLastComponent().appending("second")
        _ = try exp(sandbox, in: second, "config", "cache.dir", sandbox.root.pushing(".dvc/cache").string)
        let unused = try exp(sandbox, in: second, "data", "gc", "-w", "--dry")
        #expect(unused.errors.contains("\(count) objects"), "\(unused)")
        let kept = try exp(sandbox, in: second, "data", "gc", "-w", "--dry", "--projects", "../work")
        #expect(kept.errors == "No unused data in the cache.\n", "\(kept)")
        #expect(try sandbox.expOK("data", "gc", "-w", "-f", "--no-all-experiments").errors.contains("Removed"))
        #expect(try files(below: objects).isEmpty)
    }

    /// A transfer that is killed leaves nothing that looks complete and is not, and the next one completes it.
    @Test func killedTransfersAreCompletedByTheNext() throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        for number in 0..<300 {
            try sandbox.write("data/\(number)", String(repeating: "\(number) ", count: number == 7 ? 3_000_000 : 400))
        }
        try sandbox.expOK("add", "-q", "data")
        try sandbox.expOK("remote", "add", "-q", "-d", "store", "../store")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "project")
        let folder = try clone(sandbox)
        var kills = 0
        for (command, place, copies) in [
            ("push", sandbox.root, store(sandbox)), ("pull", folder, folder.pushing(".dvc/cache")),
        ] {
            for delay in [3, 8, 15, 30, 60, 120] {
                let call = try ProcessCall(
                    executable: "git-exp", arguments: ["data", command], environment: sandbox.environment,
                    directory: place
                ).start()
                usleep(UInt32(delay) * 1_000)
                kill(call.id, SIGKILL)
                if call.wait().exit == .signal(SIGKILL) { kills += 1 }
                let there = try files(below: copies.pushing("files/md5")).filter { !$0.contains(".git-exp-") }
                let sums = try sandbox.run(
                    "sh", ["-c", "find . -type f ! -name '*.dir' ! -name '.git-exp-*' -exec md5sum {} +"],
                    in: copies.removingLastComponent())
                for line in sums.output.split(separator: "\n") where line.contains("files/md5/") {
                    let name = line.suffix(33).filter { $0 != "/" }
                    #expect(line.hasPrefix(name), "\(line)")
                }
                // A list is there with all of its files only.
                if there.contains(where: { $0.hasSuffix(".dir") }) { #expect(there.count == 301) }
            }
            let last = try exp(sandbox, in: place, "data", command)
            #expect(last.status == 0, "\(last)")
        }
        #expect(kills >= 4)
        #expect(try FileIO.read(folder.pushing("data/7")) == FileIO.read(sandbox.root.pushing("data/7")))
        #expect(try exp(sandbox, in: folder, "data", "status", "-c").output.contains("in sync"))
        #expect(try exp(sandbox, in: folder, "status").errors.contains("up to date"))
    }
}

extension String {
    fileprivate func replacing(_ part: String, _ other: String) -> String {
        guard let range = firstRange(of: part) else { return self }
        return String(self[..<range.lowerBound]) + other + String(self[range.upperBound...])
    }
}
