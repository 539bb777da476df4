import Files
import SystemPackage
import TestSupport
import Testing

/// `git exp add --to-remote` sends data without keeping it.
@Suite struct DirectTransferTests {
    /// A project with a remote beside it, and data that lies elsewhere.
    private func project() throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.expOK("remote", "add", "-q", "--default", "store", "../store")
        try sandbox.write("../elsewhere/a file.txt", "ext\n")
        try sandbox.write("../elsewhere/sub/b", "b\n")
        return sandbox
    }

    @Test func aFileGoesToTheRemoteAlone() throws {
        let sandbox = try project()
        try sandbox.expOK("add", "--to-remote", "../elsewhere/a file.txt")
        #expect(
            try sandbox.read("a file.txt.dvc")
                == "outs:\n- md5: aab7e3691d8e56dbebe8c22e116a21f4\n  size: 4\n  hash: md5\n  path: a file.txt\n")
        #expect(try sandbox.read("../store/files/md5/aa/b7e3691d8e56dbebe8c22e116a21f4") == "ext\n")
        #expect(try !sandbox.exists("a file.txt") && !sandbox.exists(".dvc/cache/files"))
        #expect(try !sandbox.exists(".dvc/tmp/git-exp/passing"))
        try sandbox.expOK("data", "pull")
        #expect(try sandbox.read("a file.txt") == "ext\n")
    }

    @Test func aFolderGoesUnderAnotherName() throws {
        let sandbox = try project()
        try sandbox.expOK("add", "--to-remote", "-r", "store", "-j", "2", "-o", "data", "../elsewhere")
        #expect(try sandbox.read("data.dvc")?.contains("nfiles: 2") == true)
        #expect(try !sandbox.exists("data"))
        try sandbox.expOK("data", "pull")
        #expect(try sandbox.read("data/sub/b") == "b\n")
    }

    @Test func dataOfTheWorkspaceStays() throws {
        let sandbox = try project()
        try sandbox.write("here", "here\n")
        try sandbox.expOK("add", "--to-remote", "here")
        #expect(try sandbox.read("here") == "here\n" && sandbox.read(".gitignore")?.contains("/here") == true)
        #expect(try !sandbox.exists(".dvc/cache/files"))
    }

    @Test(arguments: [
        (["--to-remote", "../elsewhere/sub/b", "-o", "taken"], 128, "exists already"),
        (["--to-remote", "../elsewhere/sub/b", "../elsewhere/a file.txt"], 129, "one target at a time"),
        (["--to-remote", "../elsewhere/none"], 128, "does not exist"),
        (["--to-remote", "-r", "nowhere", "../elsewhere/sub/b"], 128, "nowhere"),
        (["--to-remote", "--no-commit", "../elsewhere/sub/b"], 129, "exclude each other"),
        (["-r", "store", "taken"], 129, "--to-remote"),
        (["-j", "2", "taken"], 129, "--to-remote"),
    ])
    func whatIsRefusedLeavesNothing(_ arguments: [String], _ status: Int32, _ message: String) throws {
        let sandbox = try project()
        try sandbox.write("taken", "mine\n")
        let before = try sandbox.git("status", "--porcelain")
        let outcome = try sandbox.run("git", ["exp", "add"] + arguments)
        #expect(outcome.status == status && outcome.errors.contains(message), "\(outcome)")
        #expect(try sandbox.git("status", "--porcelain") == before)
        #expect(try !sandbox.exists("../store/files") && sandbox.read("taken") == "mine\n")
    }
}
