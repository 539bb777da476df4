import Files
import SystemPackage
import TestSupport
import Testing

@Suite struct DataTests {
    private func project() throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        return sandbox
    }

    private func tracked(_ name: String, _ md5: String, _ rest: String) -> String {
        "outs:\n- md5: \(md5)\n  size: \(rest)  hash: md5\n  path: \(name)\n"
    }

    /// The expected files are those that DVC 3.67.1 wrote.
    @Test func addWritesWhatDVCWrites() throws {
        let sandbox = try project()
        for (name, text) in [
            ("plain.txt", "p\n"), ("file with space.txt", "s\n"), ("ünï.txt", "u\n"), ("#hash!", "h\n"),
            ("st[r]*.txt", "g\n"), ("empty", ""), ("data/raw/a", "a\n"), ("data/raw/b", "b\n"),
        ] { try sandbox.write(name, text) }
        try sandbox.expOK(
            "add", "plain.txt", "data/raw", "file with space.txt", "ünï.txt", "#hash!", "st[r]*.txt", "empty")
        #expect(
            try sandbox.read(".gitignore") == """
                /plain.txt
                /file with space.txt
                /ünï.txt
                /\\#hash\\!
                /st\\[r\\]\\*.txt
                /empty

                """)
        #expect(try sandbox.read("data/.gitignore") == "/raw\n")
        #expect(
            try sandbox.read("data/raw.dvc")
                == tracked("raw", "562ee692a592790b08e880eff9046f72.dir", "4\n  nfiles: 2\n"))
        #expect(try sandbox.read("empty.dvc") == tracked("empty", "d41d8cd98f00b204e9800998ecf8427e", "0\n"))
        #expect(try sandbox.read("#hash!.dvc")?.hasSuffix("  path: '#hash!'\n") == true)
        #expect(try sandbox.expOK("status").errors.contains("up to date"))
        #expect(try sandbox.git("status", "--porcelain").contains("raw/") == false)
        try sandbox.write("data/raw/c", "c\n")
        #expect(try sandbox.expOK("status").output.contains("data/raw.dvc:\n\tchanged outs:\n\t\tmodified:"))
        try sandbox.expOK("add", "data/raw")
        #expect(try sandbox.read("data/raw.dvc")?.contains("nfiles: 3") == true)
        #expect(try sandbox.read("data/.gitignore") == "/raw\n")
    }

    @Test func aPartOfATrackedFolderIsAddedAlone() throws {
        let sandbox = try project()
        for name in ["data/a", "data/b", "data/s/c"] { try sandbox.write(name, "\(name)\n") }
        try sandbox.expOK("add", "-q", "data")
        for name in ["data/a", "data/b", "data/s/d"] { try sandbox.write(name, "new \(name)\n") }
        try sandbox.expOK("add", "-q", "data/s")
        #expect(try sandbox.read("data.dvc")?.contains("nfiles: 4") == true)
        #expect(try sandbox.read("data.dvc")?.contains("size:") == false)
        try sandbox.expOK("commit", "data/a")
        #expect(try sandbox.expOK("status").output.contains("modified:"))
        try sandbox.expOK("commit", "-f", "data")
        #expect(try sandbox.expOK("status").errors.contains("up to date"))
    }

    /// The sizes and numbers of files are those that DVC 3.67.1 and 2.58.2 wrote.
    @Test func theSizeOfAFolderGrowsWithNewParts() throws {
        let sandbox = try project()
        func add(_ targets: String...) throws -> String {
            for target in targets { try sandbox.expOK("add", "-q", target) }
            let lines = try #require(try sandbox.read("data.dvc")).split(separator: "\n")
            return lines.filter { $0.contains("size:") || $0.contains("nfiles:") }.joined()
        }
        for (name, text) in [("f1", "1"), ("f2", "22"), ("f3", "333")] { try sandbox.write("data/\(name)", text) }
        #expect(try add("data") == "  size: 6  nfiles: 3")
        try sandbox.write("data/f4", "4444")
        try sandbox.write("data/e", "")
        #expect(try add("data/f4", "data/e", "data/f4") == "  size: 10  nfiles: 5")
        try sandbox.write("data/s/a", "55555")
        try sandbox.write("data/s/b", "666666")
        #expect(try add("data/s", "data/s/b") == "  size: 21  nfiles: 7")
        try sandbox.write("data/f4", "4445")
        #expect(try add("data/f4") == "  nfiles: 7")
        try sandbox.write("data/g", "g")
        #expect(try add("data/g", "data/g") == "  nfiles: 8")
        #expect(try add("data") == "  nfiles: 8  size: 22")
        try FileIO.remove(sandbox.root.pushing("data/s/a"))
        #expect(try add("data/s/a") == "  nfiles: 7")
        #expect(try sandbox.exp("add", "data/s/a").status == 128)
        for name in ["h", "i"] { try sandbox.write("data/s/\(name)", name) }
        try sandbox.expOK("add", "-q", "data/s/h", "data/s/i")
        #expect(try add() == "  nfiles: 9")
        #expect(try add("data") == "  nfiles: 9  size: 19")
        #expect(try sandbox.expOK("status").errors.contains("up to date"))
    }

    @Test func addTakesNamesNotesAndPatterns() throws {
        let sandbox = try project()
        for name in ["d/one.csv", "d/two.csv", "d/three.txt", "d/e/four.csv"] { try sandbox.write(name, name) }
        try sandbox.expOK("add", "-q", "--glob", "d/*.csv")
        #expect(try sandbox.exists("d/one.csv.dvc") && sandbox.exists("d/two.csv.dvc"))
        #expect(try !sandbox.exists("d/three.txt.dvc") && !sandbox.exists("d/e/four.csv.dvc"))
        try sandbox.expOK("add", "-q", "--glob", "**/*.csv")
        #expect(try sandbox.exists("d/e/four.csv.dvc"))
        try sandbox.expOK(
            "add", "-q", "d/three.txt", "--file", "notes.dvc", "--desc", "hello", "--type", "model", "--label", "l1",
            "--label", "l2", "--meta", "k=v")
        let text = try #require(try sandbox.read("notes.dvc"))
        #expect(text.hasPrefix("wdir: d\nouts:\n- md5: "))
        #expect(
            text.hasSuffix(
                "  path: three.txt\n  desc: hello\n  type: model\n  labels:\n  - l1\n  - l2\n  meta:\n    k: v\n"))
        try sandbox.expOK("add", "-q", "d/three.txt", "--desc", "bye")
        #expect(try sandbox.read("notes.dvc")?.contains("desc: bye") == true)
        #expect(try sandbox.exp("add", "d/three.txt", "--file", "other.dvc").status == 128)
        #expect(try sandbox.exp("add", "d/one.csv", "d/two.csv", "--file", "x.dvc").status == 129)
        #expect(try sandbox.exp("add", "--glob", "nothing*").status == 128)
        #expect(try sandbox.expOK("status").errors.contains("up to date"))
    }

    @Test func addCopiesFromElsewhere() throws {
        let sandbox = try project()
        let outside = try TemporaryDirectory()
        try FileIO.replace(outside.path.appending("x"), with: Array("far".utf8), sync: false)
        try sandbox.expOK("add", "-q", outside.path.appending("x").string, "--out", "near.txt")
        #expect(try sandbox.read("near.txt") == "far" && sandbox.exists("near.txt.dvc"))
        #expect(try sandbox.exp("add", outside.path.appending("x").string, "--out", "near.txt").status == 128)
    }

    @Test func whatIsOnlyHashedIsCommittedLater() throws {
        let sandbox = try project()
        try sandbox.write("a", "a\n")
        try sandbox.expOK("add", "-q", "--no-commit", "a")
        #expect(try !sandbox.exists(".dvc/cache/files/md5/60/b725f10c9c85c70d97880dfe8191b3"))
        #expect(try sandbox.expOK("status").output.contains("not in cache"))
        try sandbox.expOK("commit")
        #expect(try sandbox.exists(".dvc/cache/files/md5/60/b725f10c9c85c70d97880dfe8191b3"))
        try sandbox.write("a", "b\n")
        #expect(try sandbox.exp("commit").status == 128)
        #expect(try sandbox.exp("commit", "nothing").status == 128)
        try sandbox.expOK("commit", "-f", "-R", ".")
        #expect(try sandbox.read("a.dvc")?.contains("3b5d5c3712955042212316173ccf37be") == true)
    }

    @Test func wrongTargetsChangeNothing() throws {
        let sandbox = try project()
        for name in ["kept", "in/side", "ignored.tmp", "real/x", "out.txt"] { try sandbox.write(name, name) }
        try sandbox.write(".dvcignore", "*.tmp\n")
        try sandbox.write("dvc.yaml", "stages:\n  s: {cmd: x, outs: [out.txt]}\n")
        try sandbox.git("add", "kept", "dvc.yaml")
        try sandbox.expOK("add", "-q", "in/side")
        for (link, target) in [("link", "real"), ("dangling", "nowhere")] {
            _ = try sandbox.run("ln", ["-s", target, link])
        }
        let before = try sandbox.git("status", "--porcelain", "--ignored")
        for target in [
            "kept", "in", "ignored.tmp", "link", "link/x", "dangling", "nothing", ".dvc", ".git", ".", "..",
            "/etc/hostname",
            "out.txt", "in/side.dvc", "dvc.yaml", ".dvc/config",
        ] {
            let outcome = try sandbox.exp("add", "real/x", target)
            #expect(outcome.status == 128, "\(target): \(outcome)")
            #expect(outcome.errors.contains("error: "), "\(target)")
        }
        #expect(try sandbox.git("status", "--porcelain", "--ignored") == before)
        #expect(try sandbox.expOK("add", "real/x").status == 0)
    }

    @Test func aLinkToAFileBecomesACopy() throws {
        let sandbox = try project()
        try sandbox.write("target", "t\n")
        _ = try sandbox.run("ln", ["-s", "target", "link"])
        try sandbox.expOK("add", "-q", "link")
        #expect(try FileStatus.of(sandbox.root.appending("link"), followingLinks: false)?.kind == .file)
        #expect(try sandbox.read("target") == "t\n")
    }

    @Test func removedDataIsNoLongerTracked() throws {
        let sandbox = try project()
        for name in ["a", "st[r]*.txt", "d/x"] { try sandbox.write(name, name) }
        try sandbox.expOK("add", "-q", "a", "st[r]*.txt", "d")
        #expect(try sandbox.exp("data", "remove", "a").errors.contains("did you mean 'a.dvc'?"))
        try sandbox.expOK("data", "remove", "st[r]*.txt.dvc")
        #expect(try sandbox.read(".gitignore") == "/a\n/d\n" && sandbox.exists("st[r]*.txt"))
        try sandbox.write("d/x", "precious")
        #expect(try sandbox.exp("data", "remove", "a.dvc", "d.dvc", "--outs").status == 128)
        #expect(try sandbox.exists("a.dvc") && sandbox.exists("d.dvc"))
        try sandbox.expOK("data", "remove", "a.dvc", "d.dvc", "--outs", "--force")
        #expect(try !sandbox.exists("a") && !sandbox.exists("d") && !sandbox.exists(".gitignore"))
    }

    @Test func removedStagesLeaveTheirFiles() throws {
        let sandbox = try project()
        try sandbox.write(
            "dvc.yaml",
            "# top\nstages:\n  a: {cmd: echo 1 > a, outs: [a]}\n  b:  # b\n    cmd: cp a b\n    deps: [a]\n    outs: [b]\n"
        )
        try sandbox.expOK("repro", "-q")
        #expect(try sandbox.exp("data", "remove", "nothing").status == 128)
        try sandbox.expOK("data", "remove", "a")
        #expect(try sandbox.read("dvc.yaml")?.hasPrefix("# top\nstages:\n  b:  # b\n") == true)
        #expect(try sandbox.read("dvc.lock")?.contains("  a:\n") == false && sandbox.read(".gitignore") == "/b\n")
        try sandbox.expOK("data", "remove", "b", "--outs")
        #expect(try !sandbox.exists("dvc.yaml") && !sandbox.exists("dvc.lock") && !sandbox.exists("b"))
        #expect(try sandbox.exists("a"))
    }

    @Test func commitLeavesFilesAsTheyAreWhenAsked() throws {
        let sandbox = try project()
        try sandbox.expOK("config", "cache.type", "symlink")
        try sandbox.write("a", "a\n")
        try sandbox.expOK("add", "-q", "--no-commit", "a")
        func kind() throws -> FileKind? {
            try FileStatus.of(sandbox.root.appending("a"), followingLinks: false)?.kind
        }
        try sandbox.expOK("commit", "--no-relink")
        #expect(try sandbox.exists(".dvc/cache/files/md5/60/b725f10c9c85c70d97880dfe8191b3"))
        #expect(try kind() == .file)
        try sandbox.expOK("commit")
        #expect(try kind() == .symlink)
    }

    @Test func statusOfOneOutput() throws {
        let sandbox = try project()
        try sandbox.write("dvc.yaml", "stages:\n  s: {cmd: 'cp in a; cp in b', deps: [in], outs: [a, b]}\n")
        try sandbox.write("in", "1")
        try sandbox.write("data/x", "x")
        try sandbox.expOK("repro", "-q")
        try sandbox.expOK("add", "-q", "data")
        for name in ["a", "b", "data/x"] { try sandbox.write(name, "other") }
        #expect(
            try sandbox.expOK("status", "a").output == "s:\n\tchanged outs:\n\t\tmodified:           a\n")
        for target in ["data", "data/x", "data.dvc"] {
            #expect(
                try sandbox.expOK("status", target).output
                    == "data.dvc:\n\tchanged outs:\n\t\tmodified:           data\n")
        }
        #expect(try sandbox.exp("status", "nothing").status == 128)
        // Data that was imported knows where it came from.
        try sandbox.write("source", "new")
        try sandbox.write(
            "data.dvc",
            "deps:\n- md5: 6a992d5529f459a44fee58c733255e86\n  hash: md5\n  path: source\n"
                + (sandbox.read("data.dvc") ?? ""))
        #expect(try sandbox.expOK("status", "data").output.contains("source"))
        #expect(try !sandbox.expOK("status", "data", "--no-updates").output.contains("source"))
    }
}
