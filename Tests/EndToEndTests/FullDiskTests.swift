import Files
import SystemPackage
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// No room: what fails is named, nothing is lost, and nothing unfinished stays behind.
@Suite struct FullDiskTests {
    /// Whether a small file system can be mounted here; mostly root may, except in containers.
    private static let canMount: Bool = {
        guard geteuid() == 0, let sandbox = try? Sandbox(git: false) else { return false }
        let mounted = try? sandbox.run("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", sandbox.root.string])
        guard mounted?.status == 0 else { return false }
        _ = try? sandbox.run("umount", [sandbox.root.string])
        return true
    }()

    @Test(.enabled(if: canMount, "a file system cannot be mounted here"))
    func aFullDiskIsToldAndLosesNothing() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.expOK("run", "-n", "small")
        let cache = sandbox.root.pushing(".dvc/tiny")
        try FileIO.makeDirectories(cache)
        let mounted = try sandbox.run("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", cache.string])
        try #require(mounted.status == 0, "\(mounted)")
        defer { _ = try? sandbox.run("umount", [cache.string]) }
        try sandbox.write(".dvc/config", "[cache]\n    dir = tiny\n")
        try sandbox.write("train.sh", "head -c 1000000 /dev/zero > model.txt; echo '{}' > metrics.json\n")
        let outcome = try sandbox.exp("run", "--reset", "-n", "large")
        #expect(outcome.status == 128)
        #expect(outcome.errors.contains("no space left"), "\(outcome)")
        #expect(try FileIO.list(cache)?.contains { $0.name.hasSuffix(".tmp") } == false)
        #expect(try sandbox.expOK("list", "--name-only").output == "small\n")
    }

    /// Runs `git exp` where no file may grow beyond 512 KB.
    private func limited(_ sandbox: Sandbox, _ words: String) throws -> Outcome {
        try sandbox.run("sh", ["-c", "ulimit -f 1000; exec git-exp \(words)"])
    }

    private func files(_ sandbox: Sandbox, below folder: String) throws -> [Substring] {
        try sandbox.run("find", [folder, "-type", "f"]).output.split(separator: "\n").sorted()
    }

    /// A project with a file that is small, and one for which there is no room.
    private func project() throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.write("small", "1\n")
        try sandbox.write("large", String(repeating: "0123456789abcdef", count: 100_000))
        try sandbox.expOK("add", "-q", "small")
        return sandbox
    }

    @Test func noRoomAmongGitsObjects() throws {
        let sandbox = try project()
        try sandbox.expOK("stage", "add", "-q", "-n", "a", "-d", "data.bin", "true")
        try sandbox.write("data.bin", "small\n")
        try sandbox.git("add", "dvc.yaml", "data.bin")
        try sandbox.git("commit", "-q", "-m", "small")
        #expect(try sandbox.run("sh", ["-c", "head -c 9000000 /dev/urandom > data.bin"]).status == 0)
        let outcome = try limited(sandbox, "run")
        #expect(outcome.status == 128 && outcome.errors.contains("cannot commit '"), "\(outcome)")
        #expect(outcome.errors.contains("data.bin': file too large"), "\(outcome)")
        #expect(try !files(sandbox, below: ".git/objects").contains { $0.contains("tmp") })
        try sandbox.expOK("run", "-f")
    }

    @Test func noRoomInTheCache() throws {
        let sandbox = try project()
        let before = try files(sandbox, below: ".dvc/cache")
        let outcome = try limited(sandbox, "add large")
        #expect(outcome.status == 128 && outcome.errors.contains("large': file too large"), "\(outcome)")
        #expect(try files(sandbox, below: ".dvc/cache") == before)
        #expect(try !sandbox.exists("large.dvc"))
        #expect(try sandbox.read("large")?.utf8.count == 1_600_000)
        try sandbox.expOK("add", "-q", "large")
    }

    @Test func noRoomInTheWorkspace() throws {
        let sandbox = try project()
        try sandbox.expOK("config", "cache.type", "copy")
        try sandbox.expOK("add", "-q", "large")
        try sandbox.write("large", "mine\n")
        let replaced = try limited(sandbox, "checkout --force large")
        #expect(replaced.status == 128 && replaced.errors.contains("file too large"), "\(replaced)")
        // Neither the old contents nor the object are lost.
        #expect(try sandbox.read("large") == "mine\n")
        #expect(try sandbox.git("ls-files", "--others", "--exclude-standard").contains(".git-exp") == false)
        try sandbox.expOK("checkout", "--force", "large")
        #expect(try sandbox.read("large")?.utf8.count == 1_600_000)
    }

    @Test func noRoomOnTheRemote() throws {
        let sandbox = try project()
        try sandbox.expOK("add", "-q", "large")
        try sandbox.expOK("remote", "add", "-q", "--default", "store", "../store")
        let pushed = try limited(sandbox, "data push")
        #expect(pushed.status == 128 && pushed.errors.contains("file too large"), "\(pushed)")
        // What there was room for is there, and nothing that only looks complete.
        #expect(try files(sandbox, below: "../store").count == 1)
        #expect(try sandbox.expOK("data", "push").output == "1 file pushed\n")
        _ = try sandbox.run("rm", ["-r", ".dvc/cache", "large"])
        let fetched = try limited(sandbox, "data fetch")
        #expect(fetched.status == 128 && fetched.errors.contains("file too large"), "\(fetched)")
        #expect(try files(sandbox, below: ".dvc/cache").count == 1)
        try sandbox.expOK("data", "pull")
        #expect(try sandbox.read("large")?.utf8.count == 1_600_000)
    }

    @Test func theLimitEndsWhatIsStartedAsEver() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.write("train.sh", "kill -s XFSZ $$\necho survived\n")
        for words in ["run", "run --temp"] {
            let outcome = try limited(sandbox, words)
            #expect(outcome.status == 1 && !outcome.output.contains("survived"), "\(outcome)")
        }
    }

    @Test func noRoomForACheckpoint() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject(steps: 2)
        try sandbox.expOK("run", "-q", "-n", "small")
        // The limit is that of git exp alone; what it starts could not have made the file.
        try sandbox.write("big", String(repeating: "0123456789abcdef", count: 100_000))
        try sandbox.write("train.sh", "ln -f big model.txt; echo '{}' > metrics.json; git exp checkpoint || exit 9\n")
        let outcome = try limited(sandbox, "run --reset -n large")
        #expect(outcome.status == 128 && outcome.errors.contains("file too large"), "\(outcome)")
        #expect(try sandbox.expOK("list", "--name-only").output == "small\n")
        #expect(try sandbox.git("fsck", "--strict", "--no-dangling").isEmpty)
        try sandbox.expOK("run", "-q", "--reset", "-n", "large")
    }
}
