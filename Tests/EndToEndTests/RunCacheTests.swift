import Files
import SystemPackage
import TestSupport
import Testing

@Suite struct RunCacheTests {
    /// A stage that counts how often it ran, in a file that nobody tracks.
    private func makeProject(
        _ sandbox: Sandbox, parameters: String = "lr: 1\n", keys: String = "lr", extra: String = ""
    ) throws {
        try sandbox.expOK("init", "-q")
        try sandbox.write("params.yaml", parameters)
        try sandbox.write("in.txt", "1\n")
        try sandbox.write(".gitignore", "/count\n")
        try sandbox.write(
            "dvc.yaml",
            """
            stages:
              a:
                cmd: cp in.txt out.txt; mkdir -p d; cp params.yaml d/p; cp in.txt m.json; echo >> count
                deps: [in.txt]
                params: [\(keys)]
                outs: [out.txt, d]
                metrics:
                - m.json:
                    cache: false
            \(extra)
            """)
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "project")
    }

    private func count(_ sandbox: Sandbox) throws -> Int { try sandbox.read("count")?.utf8.count ?? 0 }

    private let restored = "Stage 'a' is cached - skipping run, checking out outputs"

    @Test func anEarlierResultComesBack() throws {
        let sandbox = try Sandbox()
        try makeProject(sandbox)
        try sandbox.expOK("repro")
        let first = try sandbox.read("dvc.lock")
        try sandbox.write("in.txt", "2\n")
        try sandbox.expOK("repro")
        try sandbox.write("in.txt", "1\n")
        let outcome = try sandbox.expOK("repro")
        #expect(outcome.errors.contains(restored), "\(outcome)")
        #expect(try count(sandbox) == 2)
        #expect(try sandbox.read("out.txt") == "1\n")
        #expect(try sandbox.read("m.json") == "1\n")
        #expect(try sandbox.read("dvc.lock") == first)
        #expect(try sandbox.expOK("status").errors.contains("up to date"))
    }

    /// As DVC does: whoever commits by force vouches for the result, so even plain outputs that are not cached are kept.
    @Test func aForcedCommitIsKeptAndOneWithoutChangesIsNot() throws {
        let sandbox = try Sandbox()
        try makeProject(sandbox)
        let text = try #require(try sandbox.read("dvc.yaml"))
            .replacing("[out.txt, d]", with: "[out.txt, d, {n.txt: {cache: false}}]")
            .replacing("echo >> count", with: "echo n > n.txt")
        try sandbox.write("dvc.yaml", text)
        try sandbox.expOK("repro", "--no-run-cache", "--no-commit")
        try sandbox.expOK("commit")
        #expect(try !sandbox.exists(".dvc/cache/runs"))
        try sandbox.expOK("commit", "-f")
        let names = try FileIO.list(sandbox.root.pushing(".dvc/cache/runs"))
        #expect(names?.count == 1)
    }

    /// Names as DVC 3.67.1 made them.
    @Test func aDependencyThatIsNamedTwiceIsRecordedTwice() throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.write("a", "1")
        let pipeline = "stages:\n  s:\n    cmd: echo 1 > o\n    deps: [a, a, ./a]\n    outs: [o]\n"
        try sandbox.write("dvc.yaml", pipeline)
        try sandbox.expOK("repro")
        let lines = try #require(try sandbox.read("dvc.lock")).split(separator: "\n")
        #expect(lines.filter { $0 == "    - path: a" }.count == 2 && lines.contains("    - path: ./a"))
        let key = "0afd56ae8fcac4f2da87858da32978fbe39487f9ab33ad4e37ae3e8656dda9a1"
        let value = "05879e98c70b72adb6fb3de4280c7732971d3eac8ab2245bf7229eb4c2f848cd"
        #expect(try sandbox.exists(".dvc/cache/runs/0a/\(key)/\(value)"))
        #expect(try sandbox.expOK("status").errors.contains("up to date"))
        try sandbox.write("a", "2")
        let status = try sandbox.expOK("status").output
        #expect(status.split(separator: "\n").filter { $0.hasSuffix(" a") }.count == 1, "\(status)")
    }

    /// As DVC does: such a file is recorded, and what has no value has no hash, so the run is not kept.
    @Test func aParameterFileWithoutKeysIsRecordedAndNoRunIsKept() throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.write("p.json", "{}\n")
        try sandbox.write(
            "dvc.yaml", "stages:\n  s:\n    cmd: echo 1 > o\n    params:\n    - p.json:\n    outs: [o]\n")
        try sandbox.expOK("repro")
        #expect(try sandbox.read("dvc.lock")?.contains("    params:\n      p.json: {}\n") == true)
        #expect(try !sandbox.exists(".dvc/cache/runs"))
        #expect(try sandbox.expOK("status").errors.contains("up to date"))
    }

    @Test func anExperimentIsMadeOfAnEarlierResult() throws {
        let sandbox = try Sandbox()
        try makeProject(sandbox)
        try sandbox.expOK("run", "-n", "first")
        try sandbox.expOK("run", "-n", "second", "-S", "lr=2")
        let outcome = try sandbox.expOK("run", "-n", "third", "-S", "lr=1")
        #expect(outcome.errors.contains(restored), "\(outcome)")
        #expect(try count(sandbox) == 2)
        func tree(_ name: String) throws -> String {
            let reference = try sandbox.git("for-each-ref", "--format=%(refname)", "refs/exps/*/*/\(name)").dropLast()
            return try sandbox.git("rev-parse", "\(reference)^{tree}")
        }
        #expect(try tree("first") == tree("third"))
        #expect(try tree("first") != tree("second"))
    }

    @Test func whatIsMissingComesFromTheLock() throws {
        let sandbox = try Sandbox()
        try makeProject(sandbox)
        try sandbox.expOK("repro")
        for path in ["out.txt", "m.json", "d", ".dvc/cache/runs"] {
            try FileIO.removeTree(sandbox.root.pushing(FilePath(path)))
        }
        // The lock file knows the result, so this needs no lookup.
        #expect(try sandbox.expOK("repro", "--no-run-cache").errors.contains(restored))
        #expect(try count(sandbox) == 1)
        #expect(try sandbox.read("m.json") == "1\n")
        #expect(try sandbox.exists(".dvc/cache/runs"))
    }

    @Test func withoutRunCacheTheCommandRuns() throws {
        let sandbox = try Sandbox()
        try makeProject(sandbox)
        try sandbox.expOK("repro")
        try sandbox.write("in.txt", "2\n")
        try sandbox.expOK("repro")
        try sandbox.write("in.txt", "1\n")
        try sandbox.expOK("repro", "--no-run-cache")
        #expect(try count(sandbox) == 3)
        try sandbox.expOK("repro", "-f")
        #expect(try count(sandbox) == 4)
    }

    /// The key leaves out everything called `size`, also parameters.
    @Test(arguments: ["size: 1\n", "net: {size: 1}\n"])
    func aParameterCalledSizeIsNotOverlooked(_ parameters: String) throws {
        let sandbox = try Sandbox()
        try makeProject(sandbox, parameters: parameters, keys: parameters.hasPrefix("net") ? "net" : "size")
        try sandbox.expOK("repro")
        let other = String(parameters.replacing("1", with: "2"))
        try sandbox.write("params.yaml", other)
        try sandbox.expOK("repro")
        #expect(try count(sandbox) == 2)
        #expect(try sandbox.read("d/p") == other)
        try sandbox.write("params.yaml", parameters)
        #expect(try sandbox.expOK("repro").errors.contains(restored))
        #expect(try sandbox.read("d/p") == parameters)
    }

    @Test func aDamagedEntryIsRemovedAndTheCommandRuns() throws {
        let sandbox = try Sandbox()
        try makeProject(sandbox)
        try sandbox.expOK("repro")
        let runs = sandbox.root.pushing(".dvc/cache/runs")
        let file = try FileTreeWalk.files(below: runs)
        #expect(file.count == 1)
        try FileIO.replace(file[0], with: Array("cmd: [".utf8), sync: false)
        try FileIO.remove(sandbox.root.pushing("dvc.lock"))
        let outcome = try sandbox.expOK("repro")
        #expect(outcome.errors.contains("is no entry of the run cache"), "\(outcome)")
        #expect(try count(sandbox) == 2)
        #expect(try FileIO.read(file[0])?.starts(with: "cmd: cp".utf8) == true)
    }

    @Test func dataThatIsGoneOrDamagedIsMadeAnew() throws {
        let sandbox = try Sandbox()
        try makeProject(sandbox)
        try sandbox.expOK("repro")
        let object = sandbox.root.pushing(".dvc/cache/files/md5/b0/26324c6904b2a9cb4b88d6d61c81d1")
        try FileIO.setMode(object, 0o644)
        try FileIO.replace(object, with: Array("damaged".utf8), sync: false)
        try FileIO.setMode(object, 0o444)
        try FileIO.remove(sandbox.root.pushing("out.txt"))
        let outcome = try sandbox.expOK("repro")
        #expect(outcome.errors.contains("does not hold what its name says"), "\(outcome)")
        #expect(try sandbox.read("out.txt") == "1\n")
        #expect(try count(sandbox) == 2)
    }

    @Test func withoutCommitNothingIsStored() throws {
        let sandbox = try Sandbox()
        try makeProject(sandbox)
        try sandbox.expOK("repro", "--no-commit")
        #expect(try FileTreeWalk.files(below: sandbox.root.pushing(".dvc/cache")).isEmpty)
        #expect(try sandbox.read("dvc.lock")?.contains("out.txt") == true)
        #expect(try sandbox.expOK("status").errors.contains("up to date") == false)
    }

    @Test func whatGitKeepsComesBackAsAFileOfItsOwn() throws {
        let sandbox = try Sandbox()
        try makeProject(sandbox)
        try sandbox.write(".dvc/config", "[cache]\n    type = hardlink\n")
        try sandbox.expOK("repro")
        for path in ["out.txt", "m.json"] { try FileIO.remove(sandbox.root.pushing(FilePath(path))) }
        #expect(try sandbox.expOK("repro").errors.contains(restored))
        func links(_ path: String) throws -> Int? {
            try FileStatus.of(sandbox.root.pushing(FilePath(path)), followingLinks: false)?.links
        }
        #expect(try links("m.json") == 1)
        #expect(try #require(try links("out.txt")) > 1)
    }

    @Test func aDryRunSaysWhatItWouldBringBack() throws {
        let sandbox = try Sandbox()
        try makeProject(sandbox)
        try sandbox.expOK("repro")
        try FileIO.remove(sandbox.root.pushing("out.txt"))
        let outcome = try sandbox.expOK("repro", "--dry")
        #expect(outcome.errors.contains(restored))
        #expect(try !sandbox.exists("out.txt"))
    }
}

/// The files in and below a folder.
enum FileTreeWalk {
    static func files(below folder: FilePath) throws -> [FilePath] {
        try (FileIO.list(folder) ?? []).flatMap { entry in
            let path = folder.appending(entry.name)
            return entry.kind == .directory ? try files(below: path) : [path]
        }
    }
}
