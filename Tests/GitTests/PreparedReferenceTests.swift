import Files
import SystemPackage
import TestSupport
import Testing

@testable import Git

@Suite struct PreparedReferenceTests {
    private let name = "refs/exps/aa/bb/name"
    private let sandbox: Sandbox
    private let repository: Repository
    private let first: CommitID
    private let second: CommitID

    init() throws {
        sandbox = try Sandbox()
        repository = try Repository(discovering: sandbox.root)
        first = try #require(try repository.head())
        try sandbox.git("commit", "-q", "--allow-empty", "-m", "second")
        second = try #require(try repository.head())
        try repository.setReference(name, to: first, expecting: .absent)
    }

    /// Without libgit2, which would do it as well.
    private func move(from old: CommitID, to new: CommitID) -> Bool {
        let reference = PreparedReference(name, in: repository.commonDirectory)
        reference.prepare()
        return reference.move(from: old, to: new)
    }

    private var isLocked: Bool { get throws { try sandbox.exists(".git/\(name).lock") } }

    @Test func isMovedAgainAndAgain() throws {
        let settings = try GitSettings(of: repository)
        for (old, new) in [(first, second), (second, first), (first, second)] {
            repository.prepareReference(name, settings: settings)
            // libgit2 would do it as well.
            #expect(repository.writePrepared(name, new, .commit(old)))
            #expect(try sandbox.git("rev-parse", name) == new.hex + "\n")
            #expect(try repository.commit(named: name) == new)
            #expect(try !isLocked)
        }
        #expect(move(from: second, to: first))
        #expect(try sandbox.git("fsck", "--no-dangling").isEmpty)
    }

    private func create(_ name: String, at commit: CommitID) -> Bool {
        let reference = PreparedReference(name, in: repository.commonDirectory)
        reference.prepare()
        return reference.create(at: commit)
    }

    @Test func isMadeWhereThereIsNone() throws {
        let other = "refs/exps/aa/bb/other"
        repository.prepareReference(other, settings: try GitSettings(of: repository))
        #expect(repository.writePrepared(other, first, .absent))
        #expect(try sandbox.git("rev-parse", other) == first.hex + "\n")
        #expect(
            try FileIO.list(sandbox.root.appending(".git").pushing("refs/exps/aa/bb"))?.map(\.name) == [
                "name", "other",
            ])
        #expect(try FileStatus.of(sandbox.root.pushing(FilePath(".git/\(other)")), followingLinks: false)?.links == 1)
        // Its folder is not there yet: libgit2 makes it.
        repository.prepareReference("refs/exps/cc/dd/new", settings: try GitSettings(of: repository))
        try repository.setReference("refs/exps/cc/dd/new", to: first, expecting: .absent)
        #expect(try repository.commit(named: "refs/exps/cc/dd/new") == first)
        #expect(try sandbox.git("fsck", "--no-dangling").isEmpty)
    }

    @Test func isNotMadeTwice() throws {
        #expect(!create(name, at: second))
        #expect(try repository.commit(named: name) == first && !isLocked)
        repository.prepareReference(name, settings: try GitSettings(of: repository))
        let error = #expect(throws: GitError.self) {
            try repository.setReference(name, to: second, expecting: .absent)
        }
        #expect(error?.code == .exists)
        // A packed one counts.
        try sandbox.git("pack-refs", "--all")
        try sandbox.write(".git/refs/exps/aa/bb/sibling", first.hex + "\n")
        #expect(!create(name, at: second))
        #expect(try !isLocked && !sandbox.exists(".git/\(name)"))
        #expect(try repository.commit(named: name) == first)
    }

    @Test func packedOnesMayBeBesideIt() throws {
        try sandbox.git("tag", "-a", "-m", "a tag", "v1")
        try sandbox.git("pack-refs", "--all")
        let folder = sandbox.root.appending(".git").pushing("refs/exps/aa/bb")
        // In the way is the one itself, one below it, and one that it would be below.
        for taken in ["", "/below", "/below/deeper"] {
            try FileIO.makeDirectories(folder.pushing(FilePath("name" + taken)).parent)
            #expect(!create(name + taken, at: second), "\(taken)")
        }
        try FileIO.removeTree(folder.appending("name"))
        try FileIO.removeTree(folder)
        #expect(!create("refs/exps/aa/bb", at: second))
        #expect(try !sandbox.exists(".git/refs/exps/aa/bb") && !sandbox.exists(".git/refs/exps/aa/bb.lock"))
        try FileIO.makeDirectories(folder)
        for free in ["nam", "name2", "other"] {
            #expect(create("refs/exps/aa/bb/" + free, at: second), "\(free)")
            #expect(try sandbox.git("rev-parse", "refs/exps/aa/bb/" + free) == second.hex + "\n")
        }
        #expect(try sandbox.git("fsck", "--no-dangling").isEmpty)
    }

    @Test func aLongFileOfPackedOnesIsLeftToGit() throws {
        try sandbox.git("pack-refs", "--all")
        let path = sandbox.root.appending(".git").appending("packed-refs")
        let bytes = try #require(try FileIO.read(path))
        let comment = Array((String(repeating: "# ", count: 1 << 17) + "\n").utf8)
        try FileIO.replace(path, with: bytes + comment, sync: false)
        try FileIO.makeDirectories(sandbox.root.appending(".git").pushing("refs/exps/aa/bb"))
        #expect(!create("refs/exps/aa/bb/other", at: second))
        #expect(try !sandbox.exists(".git/refs/exps/aa/bb/other.lock"))
    }

    @Test func oneWithALogIsNotMade() throws {
        try sandbox.write(".git/logs/refs/exps/aa/bb/other", "")
        #expect(!create("refs/exps/aa/bb/other", at: second))
    }

    @Test func isNotMadeWhileSomebodyHasTheLock() throws {
        try sandbox.write(".git/refs/exps/aa/bb/other.lock", "theirs")
        #expect(!create("refs/exps/aa/bb/other", at: second))
        #expect(try !sandbox.exists(".git/refs/exps/aa/bb/other"))
        #expect(try sandbox.read(".git/refs/exps/aa/bb/other.lock") == "theirs")
    }

    @Test func isNotMovedWhenItHoldsSomethingElse() throws {
        #expect(!move(from: second, to: second))
        #expect(try repository.commit(named: name) == first)
        #expect(try !isLocked)
        repository.prepareReference(name, settings: try GitSettings(of: repository))
        let error = #expect(throws: GitError.self) {
            try repository.setReference(name, to: second, expecting: .commit(second))
        }
        #expect(error?.code == .modified)
    }

    @Test func aLockOfSomebodyElseIsRespected() throws {
        try sandbox.write(".git/\(name).lock", "theirs")
        #expect(!move(from: first, to: second))
        #expect(try sandbox.read(".git/\(name).lock") == "theirs")
        #expect(try repository.commit(named: name) == first)
    }

    @Test func packedLoggedAndLinkedOnesAreLeftToGit() throws {
        try sandbox.git("pack-refs", "--all")
        try sandbox.write(".git/refs/exps/aa/bb/sibling", first.hex + "\n")
        #expect(!move(from: first, to: second))
        #expect(try !isLocked && !sandbox.exists(".git/\(name)"))
        try sandbox.write(".git/logs/\(name)", "")
        try sandbox.write(".git/\(name)", first.hex + "\n")
        #expect(!move(from: first, to: second))
        try FileIO.remove(sandbox.root.appending(".git").pushing(FilePath("logs/\(name)")))
        try FileIO.remove(sandbox.root.appending(".git").pushing(FilePath(name)))
        try sandbox.write(".git/refs/exps/other", first.hex + "\n")
        try FileIO.makeSymlink(sandbox.root.appending(".git").pushing(FilePath(name)), to: "../../other")
        #expect(!move(from: first, to: second))
        #expect(try !isLocked)
        #expect(try repository.commit(named: name) == first)
    }

    @Test func whereEveryReferenceHasALogItIsKept() throws {
        try sandbox.git("config", "core.logAllRefUpdates", "always")
        let repository = try Repository(discovering: sandbox.root)
        repository.prepareReference(name, settings: try GitSettings(of: repository))
        try repository.setReference(name, to: second, expecting: .commit(first))
        #expect(try sandbox.git("reflog", "show", name).contains(second.short))
    }
}
