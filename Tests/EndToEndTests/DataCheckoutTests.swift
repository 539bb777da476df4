import Files
import SystemPackage
import TestSupport
import Testing

@Suite struct DataCheckoutTests {
    private func project() throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        for (name, text) in [("data/a", "a\n"), ("data/s/b", "b\n"), ("one", "1\n")] { try sandbox.write(name, text) }
        try sandbox.expOK("add", "-q", "data", "one")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "data")
        return sandbox
    }

    @Test func dataComesBackAndIsReported() throws {
        let sandbox = try project()
        _ = try sandbox.run("rm", ["-r", "data", "one"])
        #expect(try sandbox.expOK("checkout").output == "A\tdata/\nA\tone\n")
        #expect(try sandbox.expOK("checkout").output.isEmpty)
        _ = try sandbox.run("rm", ["-r", "data/s"])
        #expect(try sandbox.expOK("checkout", "data/s/b").output == "M\tdata/\n")
        #expect(try sandbox.read("data/s/b") == "b\n")
        _ = try sandbox.run("rm", ["-r", "data"])
        #expect(try sandbox.expOK("checkout", "--summary", "data.dvc").output == "2 files added\n")
    }

    @Test func unsavedWorkStays() throws {
        let sandbox = try project()
        try sandbox.write("one", "precious")
        try sandbox.write("data/new", "precious too")
        _ = try sandbox.run("rm", ["data/a"])
        let outcome = try sandbox.exp("checkout")
        #expect(outcome.status == 128 && outcome.errors.contains("saved nowhere"))
        #expect(try sandbox.read("one") == "precious" && sandbox.read("data/new") == "precious too")
        #expect(
            try sandbox.expOK("checkout", "-f", "--summary").output
                == "1 file modified, 1 file added and 1 file deleted\n")
        #expect(try sandbox.read("one") == "1\n" && !sandbox.exists("data/new"))
    }

    @Test func dataThatAnotherCommitTracksGoesAndComesBack() throws {
        let sandbox = try project()
        try sandbox.git("switch", "-q", "-c", "without")
        try sandbox.expOK("data", "remove", "one.dvc")
        try sandbox.git("commit", "-q", "-a", "-m", "without")
        #expect(try sandbox.expOK("checkout").output == "D\tone\n")
        try sandbox.git("switch", "-q", "main")
        #expect(try sandbox.expOK("checkout").output == "A\tone\n")
        // What changed since it was brought is the user's.
        try sandbox.write("one", "mine")
        try sandbox.git("switch", "-q", "without")
        #expect(try sandbox.expOK("checkout").output.isEmpty && sandbox.read("one") == "mine")
    }

    @Test func missingDataIsNamed() throws {
        let sandbox = try project()
        _ = try sandbox.run("rm", ["-rf", "data", "one", ".dvc/cache/files/md5/60"])
        let outcome = try sandbox.exp("checkout")
        #expect(outcome.status == 128 && outcome.output == "A\tone\n")
        #expect(outcome.errors.contains("data/a") && outcome.errors.contains("60b725f10c9c85c70d97880dfe8191b3"))
        #expect(try sandbox.expOK("checkout", "--allow-missing").output.isEmpty && !sandbox.exists("data"))
    }

    @Test(arguments: ["copy", "hardlink,copy", "symlink,copy"])
    func aDamagedObjectIsMovedAsideAndNeverLinked(_ type: String) throws {
        let sandbox = try project()
        try sandbox.expOK("config", "cache.type", type)
        let object = ".dvc/cache/files/md5/60/b725f10c9c85c70d97880dfe8191b3"
        _ = try sandbox.run("sh", ["-c", "rm -r data; rm -f \(object); echo evil > \(object); chmod 444 \(object)"])
        let outcome = try sandbox.exp("checkout")
        #expect(outcome.status == 128 && outcome.errors.contains("60b725f10c9c85c70d97880dfe8191b3"))
        #expect(try !sandbox.exists("data") && !sandbox.exists(object) && sandbox.exists(object + ".corrupt"))
    }

    @Test(arguments: [
        "../../outside", "/tmp/git-exp-test-outside", "a/../../../x", ".git/hooks/post-checkout", "s\\u0000x",
    ])
    func aHostileListWritesNothing(_ path: String) throws {
        let sandbox = try project()
        let list = #"[{"md5": "60b725f10c9c85c70d97880dfe8191b3", "relpath": "\#(path)"}]"#
        try sandbox.write("list", list)
        let md5 = String(try sandbox.run("md5sum", ["list"]).output.prefix(32))
        try sandbox.write(".dvc/cache/files/md5/\(md5.prefix(2))/\(md5.dropFirst(2)).dir", list)
        try sandbox.write("evil.dvc", "outs:\n- md5: \(md5).dir\n  hash: md5\n  path: evil\n")
        let outcome = try sandbox.exp("checkout", "-f", "evil")
        #expect(outcome.status == 128 && outcome.errors.contains("not usable"), "\(outcome)")
        #expect(try !sandbox.exists("evil") && !sandbox.exists("../outside") && !sandbox.exists("x"))
        #expect(try FileStatus.of("/tmp/git-exp-test-outside", followingLinks: false) == nil)
    }

    @Test(arguments: ["../outside", "/tmp/git-exp-test-outside", ".git/config", "sub/../../x", "\"a\\0b\""])
    func aHostileFileIsRefused(_ path: String) throws {
        let sandbox = try project()
        let text = "outs:\n- md5: 60b725f10c9c85c70d97880dfe8191b3\n  hash: md5\n  path: \(path)\n"
        try sandbox.write("evil.dvc", text)
        let config = try sandbox.read(".git/config")
        let outcome = try sandbox.exp("checkout", "-f")
        #expect(outcome.status == 128 && outcome.errors.contains("evil.dvc"), "\(outcome)")
        #expect(try sandbox.read(".git/config") == config && !sandbox.exists("../outside"))
    }

    @Test func nothingIsWrittenThroughALinkOutOfTheProject() throws {
        let sandbox = try project()
        let outside = try TemporaryDirectory()
        _ = try sandbox.run("ln", ["-s", outside.path.string, "away"])
        try sandbox.write(
            "evil.dvc", "outs:\n- md5: 60b725f10c9c85c70d97880dfe8191b3\n  hash: md5\n  path: away/a\n")
        #expect(try sandbox.exp("checkout", "-f").status == 128)
        #expect(try sandbox.exp("data", "remove", "evil.dvc", "--outs", "--force").status == 0)
        #expect(try FileIO.list(outside.path)?.isEmpty == true)
    }

    @Test func aFileSystemWithoutReflinksGetsTheNextType() throws {
        let sandbox = try project()
        try sandbox.expOK("config", "cache.type", "reflink,hardlink")
        try sandbox.write("three", "3\n")
        try sandbox.expOK("add", "-q", "three")
        try sandbox.expOK("stage", "add", "-q", "-n", "s", "-d", "three", "-o", "four", "cp three four; chmod 644 four")
        try sandbox.expOK("repro", "-q")
        let hasReflinks = try sandbox.run("cp", ["--reflink=always", "three", "probe"]).status == 0
        for name in ["three", "four"] {
            let status = try FileStatus.of(sandbox.root.appending(name), followingLinks: false)
            #expect(hasReflinks ? status?.links == 1 : status?.mode == 0o444 && status?.links == 3, "\(name)")
        }
    }

    @Test func linksAndSharedCachesFollowTheSettings() throws {
        let sandbox = try project()
        try sandbox.expOK("config", "cache.type", "hardlink,symlink")
        try sandbox.expOK("checkout", "--relink")
        func status(_ path: String) throws -> FileStatus? {
            try FileStatus.of(sandbox.root.pushing(FilePath(path)), followingLinks: false)
        }
        #expect(try status("data/a")?.links == 2 && status("data/a")?.mode == 0o444)
        try sandbox.expOK("config", "cache.type", "symlink")
        try sandbox.expOK("checkout", "--relink")
        #expect(try status("one")?.kind == .symlink)
        #expect(try sandbox.expOK("status").errors.contains("up to date"))
        try sandbox.expOK("config", "--unset", "cache.type")
        try sandbox.expOK("checkout", "--relink")
        #expect(try status("one")?.kind == .file && status("one")?.links == 1 && status("one")?.mode == 0o644)
        try sandbox.expOK("config", "cache.dir", "../shared/cache")
        try sandbox.expOK("config", "cache.shared", "group")
        try sandbox.write("two", "2\n")
        try sandbox.expOK("add", "-q", "two")
        for folder in ["", "/cache", "/cache/files", "/cache/files/md5", "/cache/files/md5/26"] {
            #expect(try status("../shared" + folder)?.mode == 0o2775, "\(folder)")
        }
        #expect(try status("../shared/cache/files/md5/26/ab0db90d72e28ad0ba1e22ee510510")?.mode == 0o444)
    }

    /// Whether there is a second file system to write to.
    private static let hasSharedMemory: Bool = {
        let (memory, disk) = (FilePath("/dev/shm"), FilePath("/tmp"))
        guard let there = try? FileStatus.of(memory, followingLinks: true), there.kind == .directory,
            let here = try? FileStatus.of(disk, followingLinks: true), there.device != here.device
        else { return false }
        let probe = FileIO.sibling(of: memory.appending("git-exp-test"))
        guard (try? FileIO.makeDirectories(probe)) != nil else { return false }
        return (try? FileIO.removeTree(probe)) != nil
    }()

    @Test(.enabled(if: hasSharedMemory, "'/dev/shm' is no file system of its own"))
    func aCacheOnAnotherFileSystemWorks() throws {
        let sandbox = try project()
        let cache = FilePath(
            "/dev/shm/git-exp-test-\(sandbox.root.removingLastComponent().lastComponent?.string ?? "x")")
        defer { try? FileIO.removeTree(cache) }
        try sandbox.expOK("config", "cache.dir", cache.string)
        try sandbox.expOK("config", "cache.type", "hardlink,copy")
        try sandbox.expOK("add", "-q", "data", "one")
        _ = try sandbox.run("rm", ["-r", "data", "one"])
        #expect(try sandbox.expOK("checkout").output == "A\tdata/\nA\tone\n")
        #expect(try sandbox.expOK("status").errors.contains("up to date"))
    }

    @Test func aKilledCheckoutLeavesAllOrNothingAndCompletesLater() throws {
        let sandbox = try project()
        _ = try sandbox.run(
            "sh", ["-c", "mkdir many; i=0; while [ $i -lt 1500 ]; do echo $i > many/$i; i=$((i+1)); done"])
        for delay in ["0.01", "0.03", "0.06"] {
            _ = try sandbox.run("timeout", ["-s", "KILL", delay, "git-exp", "add", "-q", "many"])
        }
        try sandbox.expOK("add", "-q", "many")
        for delay in ["0.01", "0.02", "0.03", "0.05", "0.07", "0.1"] {
            _ = try sandbox.run("rm", ["-rf", "many"])
            _ = try sandbox.run("timeout", ["-s", "KILL", delay, "git-exp", "checkout", "many"])
            let count = try FileIO.list(sandbox.root.appending("many"))?.count
            #expect(count == nil || count == 1500)
        }
        try sandbox.expOK("checkout")
        #expect(try sandbox.expOK("status").errors.contains("up to date"))
        #expect(try FileIO.list(sandbox.root.pushing(".dvc/tmp/git-exp/checkout"))?.isEmpty == true)
        #expect(try sandbox.git("status", "--porcelain", "--untracked-files=all") == " M .gitignore\n?? many.dvc\n")
    }
}
