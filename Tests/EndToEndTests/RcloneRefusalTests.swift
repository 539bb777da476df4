import Files
import SystemPackage
import TestSupport
import Testing

/// Remotes of the cloud where `rclone` is missing, or a stand-in that refuses.
@Suite struct RcloneRefusalTests {
    private let sandbox: Sandbox
    private let programs: FilePath

    /// - Throws: Whatever setting up the project met.
    init() throws {
        sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.write("data", "contents\n")
        try sandbox.expOK("add", "-q", "data")
        for (name, address) in [("s3", "s3://bucket/x"), ("web", "https://host/x"), ("dav", "webdavs://host/x")] {
            try sandbox.expOK("remote", "add", "-q", name, address)
        }
        try sandbox.expOK("remote", "modify", "-q", "--local", "dav", "user", "me")
        try sandbox.expOK("remote", "modify", "-q", "--local", "dav", "password", "secret")
        // A PATH of chosen programs.
        programs = sandbox.root.removingLastComponent().appending("programs")
        try FileIO.makeDirectories(programs)
        let links = "for p in git sh cat git-exp; do ln -s \"$(command -v $p)\" \"$1\"; done"
        _ = try sandbox.run("sh", ["-c", links, "sh", programs.string])
    }

    private func exp(_ words: String) throws -> Outcome {
        try sandbox.run(
            "git-exp", words.split(separator: " ").map(String.init), environment: ["PATH": programs.string])
    }

    /// - Parameter script: What the stand-in does.
    private func standIn(_ script: String) throws {
        try sandbox.write("../programs/rclone", "#!/bin/sh\n" + script)
        try FileIO.setMode(programs.appending("rclone"), 0o755)
    }

    @Test(arguments: ["data push -r s3", "data push -r dav", "data status -c -r s3"])
    func withoutTheProgram(_ words: String) throws {
        let outcome = try exp(words)
        #expect(outcome.status == 128, "\(outcome)")
        #expect(outcome.errors.contains("needs the program 'rclone', which is not installed"), "\(outcome)")
        #expect(!outcome.errors.contains("secret"))
    }

    @Test func withOneThatFails() throws {
        try standIn("[ \"$1\" = obscure ] && cat > /dev/null\necho 'no such\u{1B}[2J host' >&2\nexit 1\n")
        for (words, part) in [
            ("data push -r s3", "s3://bucket/x"), ("data status -c -r s3", "s3://bucket/x"),
            ("data push -r dav", "cannot prepare the password of 'dav'"),
        ] {
            let outcome = try exp(words)
            #expect(outcome.status == 128 && outcome.errors.contains(part), "\(outcome)")
            #expect(outcome.errors.contains("no such") && !outcome.errors.contains("\u{1B}"), "\(outcome)")
        }
        // What is not here and cannot be had.
        _ = try sandbox.run("rm", ["-r", ".dvc/cache", "data"])
        let fetched = try exp("data fetch -r s3")
        #expect(fetched.status == 128 && fetched.errors.contains("no such"), "\(fetched)")
        #expect(try !sandbox.exists("data"))
    }

    /// It says that it has brought everything, and has brought nothing.
    @Test func withOneThatLies() throws {
        try standIn("exit 0\n")
        _ = try sandbox.run("rm", ["-r", ".dvc/cache", "data"])
        let fetched = try exp("data fetch -r s3")
        #expect(fetched.status == 128, "\(fetched)")
    }

    @Test func whereOnlyReadingIsPossible() throws {
        try standIn("exit 3\n")
        let outcome = try exp("data push -r web")
        #expect(outcome.status == 128, "\(outcome)")
        #expect(outcome.errors.contains("'web'"), "\(outcome)")
    }
}
