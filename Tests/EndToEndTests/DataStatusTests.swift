import Files
import SystemPackage
import TestSupport
import Testing

/// What `data status` says; all expected texts are those of DVC 3.67.1, but for the names of commands.
@Suite struct DataStatusTests {
    private func project() throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        for (name, text) in [
            ("data/a", "1"), ("data/b", "22"), ("data/s/c", "333"), ("file", "f"), ("same", "same"), ("sub/x", "sub"),
        ] { try sandbox.write(name, text) }
        try sandbox.expOK("add", "-q", "data", "file", "same", "sub/x")
        return sandbox
    }

    private func json(_ sandbox: Sandbox, _ options: String...) throws -> String {
        try sandbox.run("git", ["exp", "data", "status", "--json"] + options).output
    }

    @Test func changesAreCommittedOrNot() throws {
        let sandbox = try project()
        #expect(try json(sandbox) == #"{"committed": {"added": ["data/", "file", "same", "sub/x"]}}"# + "\n")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "data")
        #expect(try sandbox.expOK("data", "status").output == "No changes.\n")
        #expect(try json(sandbox) == "{}\n")
        #expect(try json(sandbox, "--unchanged") == #"{"unchanged": ["data/", "file", "same", "sub/x"]}"# + "\n")
        try sandbox.write("data/a", "changed")
        try sandbox.write("data/new", "n")
        try sandbox.write("file", "ff")
        for name in ["data/b", "same"] { try FileIO.remove(sandbox.root.pushing(FilePath(name))) }
        #expect(
            try sandbox.expOK("data", "status", "--granular", "--unchanged").output == """
                DVC uncommitted changes:
                  (use "git exp commit <file>..." to track changes)
                  (use "git exp checkout <file>..." to discard changes)
                        modified: data/
                        modified: data/a
                        modified: file
                        added: data/new
                        deleted: data/b
                        deleted: same

                DVC unchanged files:
                        data/s/c
                        sub/x

                """)
        #expect(try json(sandbox, "data/a", "--granular") == #"{"uncommitted": {"modified": ["data/a"]}}"# + "\n")
        try sandbox.expOK("add", "-q", "data", "file")
        #expect(
            try sandbox.expOK("data", "status").output == """
                DVC committed changes:
                  (git commit the corresponding dvc files to update the repo)
                        modified: data/
                        modified: file

                DVC uncommitted changes:
                  (use "git exp commit <file>..." to track changes)
                  (use "git exp checkout <file>..." to discard changes)
                        deleted: same
                (there are other changes not tracked by dvc, use "git status" to see)

                """)
        #expect(
            try json(sandbox, "--granular")
                == #"{"committed": {"modified": ["data/", "data/a", "file"], "added": ["data/new"], "#
                + #""deleted": ["data/b"]}, "uncommitted": {"deleted": ["same"]}}"# + "\n")
    }

    @Test func whatIsNowhereAndWhatIsNew() throws {
        let sandbox = try project()
        let store = sandbox.root.removingLastComponent().appending("store").string
        try sandbox.expOK("remote", "add", "-q", "-d", "store", store)
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "data")
        #expect(
            try json(sandbox, "--not-in-remote") == #"{"not_in_remote": ["data/", "file", "same", "sub/x"]}"# + "\n")
        try sandbox.expOK("data", "push", "-q")
        #expect(try json(sandbox, "--not-in-remote", "--granular") == "{}\n")
        try FileIO.removeTree(sandbox.root.pushing(".dvc/cache"))
        #expect(
            try sandbox.expOK("data", "status", "data", "file", "--granular").output == """
                Not in cache:
                  (use "git exp data fetch <file>..." to download files)
                        data/
                        file

                DVC uncommitted changes:
                  (use "git exp commit <file>..." to track changes)
                  (use "git exp checkout <file>..." to discard changes)
                        unknown: data/a
                        unknown: data/b
                        unknown: data/s/
                        unknown: data/s/c

                """)
        try sandbox.expOK("data", "fetch", "-q")
        try FileIO.rename(sandbox.root.pushing("data/a"), sandbox.root.pushing("data/z"))
        try sandbox.write("loose/file", "l")
        #expect(
            try json(sandbox, "--granular", "--untracked-files")
                == #"{"uncommitted": {"modified": ["data/"], "renamed": [{"old": "data/a", "new": "data/z"}]}, "#
                + #""untracked": ["loose/file"]}"# + "\n")
        #expect(try !json(sandbox, "--untracked-files=no").contains("loose"))
    }

    @Test func theCloudIsComparedByBothCommands() throws {
        let sandbox = try project()
        let store = sandbox.root.removingLastComponent().appending("store").string
        try sandbox.expOK("remote", "add", "-q", "store", store)
        try sandbox.expOK("data", "push", "-q", "-r", "store")
        try FileIO.removeTree(sandbox.root.pushing(".dvc/cache"))
        for words in [["status", "-c"], ["data", "status", "-c"], ["status"]] {
            let outcome = try sandbox.run("git", ["exp"] + words + ["-r", "store", "file"])
            #expect(outcome.output == "\tdeleted:            file\n", "\(words)")
        }
        #expect(
            try sandbox.expOK("status", "-c", "--json", "-r", "store", "file", "same").output
                == #"{"file": "deleted", "same": "deleted"}"# + "\n")
        for words in [["status", "-a"], ["data", "status", "-a"], ["data", "status", "-c", "--granular"]] {
            #expect(try sandbox.run("git", ["exp"] + words).status == 129)
        }
    }
}
