import Files
import SystemPackage
import TestSupport
import Testing

/// From DVC 2's formats to DVC 3's. The expected hashes are those that DVC 2.58.2 and 3.67.1 gave to the same bytes.
@Suite struct MigrationTests {
    private static let oldText = "dd/8c6a395b5dd36c56d23275028f526c"
    private static let newText = "files/md5/59/b0d7772f0561efb95518f3cb8abc60"

    /// Everything in it has Windows line ends somewhere, so that the generations differ.
    private func project(cacheType: String = "copy") throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.git("config", "exp.generation", "2")
        try sandbox.expOK("config", "cache.type", cacheType)
        for (name, text) in [
            ("crlf.txt", "a\r\nb\r\n"), ("plain.txt", "plain\n"), ("data/x", "x\r\n"), ("data/sub/y", "y\n"),
            ("data/bin", "\u{0}\r\n"), ("code.sh", "code\r\n"), ("params.yaml", "lr: 1\n"),
        ] { try sandbox.write(name, text) }
        try FileIO.setMode(sandbox.root.appending("code.sh"), 0o755)
        try sandbox.expOK("add", "-q", "crlf.txt", "plain.txt", "data")
        try sandbox.write(
            "dvc.yaml",
            """
            stages:
              one:
                cmd: cp crlf.txt out.txt; mkdir -p outd; cp -r data/. outd/; echo '{"a":1}' > m.json; echo one >> log
                deps: [crlf.txt, data, code.sh]
                params: [lr]
                outs: [out.txt, outd]
                metrics:
                - m.json: {cache: false}
              two:
                cmd: cp out.txt two.txt; echo two >> log
                deps: [out.txt]
                outs: [two.txt]

            """)
        try sandbox.expOK("repro", "-q")
        try sandbox.write(".gitignore", (sandbox.read(".gitignore") ?? "") + "/log\n")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "old")
        try sandbox.git("config", "--unset", "exp.generation")
        return sandbox
    }

    private func isUpToDate(_ sandbox: Sandbox) throws -> Bool {
        try sandbox.expOK("status").errors.contains("up to date")
    }

    private func cache(_ sandbox: Sandbox, _ name: String) throws -> Bool { try sandbox.exists(".dvc/cache/" + name) }

    @Test func aProjectBecomesNew() throws {
        let sandbox = try project()
        #expect(try sandbox.read("dvc.lock")?.contains("hash: md5") == false)
        #expect(try isUpToDate(sandbox))
        let before = try sandbox.git("status", "--porcelain")
        let dry = try sandbox.expOK("data", "migrate", "--dry-run")
        #expect(
            dry.output == """
                Would migrate 'crlf.txt.dvc' (1 entry)
                Would migrate 'data.dvc' (1 entry)
                Would migrate 'dvc.lock' (8 entries)
                Would migrate 'plain.txt.dvc' (1 entry)
                Would migrate 7 objects of the cache
                Would migrate 2 entries of the run cache

                """, "\(dry)")
        #expect(try sandbox.git("status", "--porcelain") == before && !cache(sandbox, "files"))
        let done = try sandbox.expOK("data", "migrate")
        #expect(done.output == dry.output.replacing("Would migrate", with: "Migrated"), "\(done)")
        #expect(done.errors.contains("git add crlf.txt.dvc data.dvc dvc.lock plain.txt.dvc"), "\(done)")
        #expect(try cache(sandbox, Self.oldText) && cache(sandbox, Self.newText))
        #expect(try cache(sandbox, "files/md5/35/b499f1a1861e3fe105e5a99bafd1f0.dir"))
        #expect(
            try sandbox.read("crlf.txt.dvc")
                == "outs:\n- md5: 59b0d7772f0561efb95518f3cb8abc60\n  size: 6\n  path: crlf.txt\n  hash: md5\n")
        #expect(
            try sandbox.read("dvc.lock")?.contains(
                """
                    - path: code.sh
                      hash: md5
                      md5: 9a147feb87f2f7c8faab59b93fd0f499
                      size: 6
                      isexec: true
                """) == true)
        #expect(try isUpToDate(sandbox))
        #expect(try sandbox.expOK("data", "migrate").errors == "Nothing to migrate.\n")
        // The line ends count now.
        try sandbox.write("crlf.txt", "a\nb\n")
        #expect(try !isUpToDate(sandbox))
    }

    @Test func whatIsNewHasNothingToMigrate() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject(steps: 1)
        try sandbox.write("data", "d\r\n")
        try sandbox.expOK("add", "-q", "data")
        for option in ["--dry-run", "--drop-old", "-q"] {
            let outcome = try sandbox.expOK("data", "migrate", option)
            #expect(outcome.output.isEmpty && outcome.errors == (option == "-q" ? "" : "Nothing to migrate.\n"))
        }
    }

    @Test func earlierCommitsKeepTheirData() throws {
        let sandbox = try project()
        try sandbox.git("branch", "old")
        try sandbox.expOK("data", "migrate", "-q")
        try sandbox.git("commit", "-q", "-a", "-m", "new")
        for branch in ["old", "main"] {
            for name in ["out.txt", "two.txt", "crlf.txt"] { try FileIO.remove(sandbox.root.appending(name)) }
            for name in ["outd", "data"] { try FileIO.removeTree(sandbox.root.appending(name)) }
            try sandbox.git("switch", "-q", branch)
            try sandbox.expOK("checkout")
            #expect(try sandbox.read("outd/x") == "x\r\n" && isUpToDate(sandbox), "\(branch)")
        }
        try sandbox.expOK("data", "migrate", "--drop-old")
        #expect(try !cache(sandbox, Self.oldText) && !cache(sandbox, "dd") && cache(sandbox, Self.newText))
        try FileIO.removeTree(sandbox.root.appending("outd"))
        try sandbox.expOK("checkout")
        #expect(try isUpToDate(sandbox))
        try sandbox.git("switch", "-q", "old")
        try FileIO.removeTree(sandbox.root.appending("outd"))
        #expect(try sandbox.exp("checkout").status == 128)
    }

    @Test func runsAreKnownAsBefore() throws {
        let sandbox = try project()
        try sandbox.expOK("data", "migrate", "-q")
        for name in ["out.txt", "two.txt", "dvc.lock", "m.json"] { try FileIO.remove(sandbox.root.appending(name)) }
        let outcome = try sandbox.expOK("repro")
        #expect(outcome.errors.contains("'one' is cached") && outcome.errors.contains("'two' is cached"), "\(outcome)")
        #expect(try sandbox.read("log") == "one\ntwo\n")
    }

    @Test func commentsAndOrderStay() throws {
        let sandbox = try project()
        let text = try #require(try sandbox.read("dvc.lock"))
        let written =
            "# top\n"
            + text.replacing("    deps:\n", with: "    deps:  # read\n")
            .replacing("      md5: dd8c", with: "      # a hash\n      md5: dd8c") + "# end\n"
        try sandbox.write("dvc.lock", written)
        try sandbox.write(
            "data.dvc",
            "# head\nouts:  # here\n- path: data\n  md5: e850f5b0cab8325fa6ace29fb998676d.dir  # old\n  desc: it\n")
        try sandbox.expOK("data", "migrate", "-q")
        let lock = try #require(try sandbox.read("dvc.lock"))
        for comment in ["# top\n", "    deps:  # read\n", "      # a hash\n", "# end\n"] {
            #expect(lock.components(of: comment) == written.components(of: comment), "\(lock)")
        }
        #expect(!lock.contains("md5: dd8c") && lock.hasPrefix("# top\nschema: '2.0'\nstages:\n  one:\n"))
        let data = try #require(try sandbox.read("data.dvc"))
        #expect(data.hasPrefix("# head\nouts:  # here\n- path: data\n  md5: 35b4") && data.contains("# old"), "\(data)")
        #expect(try isUpToDate(sandbox))
    }

    @Test func missingDataIsNamedAndWaitedFor() throws {
        let sandbox = try project()
        let away = sandbox.root.appending("away")
        // One file of a folder, and one output, are neither here nor there.
        let objects = [Self.oldText, "40/1b30e3b8b5d629635a5c613cdb7919"]
        try FileIO.makeDirectories(away)
        for (number, object) in objects.enumerated() {
            try FileIO.move(sandbox.root.pushing(FilePath(".dvc/cache/" + object)), to: away.appending("\(number)"))
        }
        for name in ["out.txt", "crlf.txt", "two.txt"] { try FileIO.remove(sandbox.root.appending(name)) }
        for name in ["data", "outd"] { try FileIO.removeTree(sandbox.root.appending(name)) }
        let lock = try sandbox.read("dvc.lock")
        let outcome = try sandbox.exp("data", "migrate", "--drop-old")
        #expect(outcome.status == 128, "\(outcome)")
        for name in ["crlf.txt", "data", "out.txt", "outd", "two.txt"] {
            #expect(outcome.errors.contains("of '\(name)', whose data is not here"), "\(name): \(outcome)")
        }
        #expect(outcome.errors.contains("the old part of the cache stays"), "\(outcome)")
        #expect(
            try sandbox.read("crlf.txt.dvc")?.contains("hash:") == false
                && sandbox.read("plain.txt.dvc")?.contains("hash: md5") == true)
        #expect(try sandbox.read("dvc.lock") != lock)
        for (number, object) in objects.enumerated() {
            try FileIO.move(away.appending("\(number)"), to: sandbox.root.pushing(FilePath(".dvc/cache/" + object)))
        }
        try sandbox.expOK("data", "migrate", "-q")
        #expect(try sandbox.read("dvc.lock")?.contains("md5: dd8c") == false)
        try sandbox.expOK("checkout")
        #expect(try isUpToDate(sandbox) && sandbox.read("data/x") == "x\r\n")
    }

    @Test func whatChangedSinceKeepsItsEntry() throws {
        let sandbox = try project()
        try sandbox.write("code.sh", "other\n")
        try sandbox.write("m.json", "{}")
        let before = try sandbox.expOK("status").output
        let outcome = try sandbox.expOK("data", "migrate")
        #expect(outcome.errors.contains("'dvc.lock' keeps its entry of 'code.sh', which changed since"), "\(outcome)")
        #expect(try sandbox.expOK("status").output == before)
        #expect(try sandbox.read("dvc.lock")?.contains("md5: 7844a93ad4b97169834dade975b5beff") == true)
    }

    @Test func damagedObjectsAreNamedAndNotTaken() throws {
        let sandbox = try project()
        let object = sandbox.root.pushing(FilePath(".dvc/cache/" + Self.oldText))
        try FileIO.setMode(object, 0o644)
        try FileIO.replace(object, with: Array("damaged".utf8), sync: false)
        let outcome = try sandbox.exp("data", "migrate")
        #expect(outcome.status == 128, "\(outcome)")
        #expect(outcome.errors.contains("object dd8c6a395b5dd36c56d23275028f526c in the cache does not hold"))
        // The workspace still had the data.
        #expect(try isUpToDate(sandbox))
        #expect(try sandbox.read(".dvc/cache/" + Self.newText) == "a\r\nb\r\n")
    }

    @Test(arguments: ["symlink", "hardlink"])
    func linksLeadToTheNewPlaces(_ type: String) throws {
        let sandbox = try project(cacheType: type)
        try sandbox.expOK("checkout", "--relink", "-q")
        try sandbox.expOK("data", "migrate", "-q")
        if type == "symlink" {
            for name in ["out.txt", "data/x", "plain.txt"] {
                let target = try FileIO.symlinkTarget(sandbox.root.pushing(FilePath(name)))
                #expect(target?.string.contains("/cache/files/md5/") == true, "\(name)")
            }
        }
        let object = try FileStatus.of(
            sandbox.root.pushing(FilePath(".dvc/cache/" + Self.newText)), followingLinks: false)
        let file = try FileStatus.of(sandbox.root.appending("out.txt"), followingLinks: true)
        #expect(object != nil && object?.inode == file?.inode)
        try sandbox.expOK("data", "migrate", "-q", "--drop-old")
        #expect(try isUpToDate(sandbox) && sandbox.read("data/sub/y") == "y\n")
    }

    @Test func linksOfBeforeDoNotDangle() throws {
        let sandbox = try project(cacheType: "symlink")
        try sandbox.expOK("config", "cache.type", "copy")
        try sandbox.expOK("data", "migrate", "-q", "--drop-old")
        #expect(try isUpToDate(sandbox) && sandbox.read("data/sub/y") == "y\n")
        #expect(try FileStatus.of(sandbox.root.pushing("data/x"), followingLinks: false)?.kind == .file)
    }

    @Test func whoWantsTheOldFormatsIsAsked() throws {
        let sandbox = try project()
        try sandbox.git("config", "exp.generation", "2")
        let outcome = try sandbox.exp("data", "migrate")
        #expect(outcome.status == 128 && outcome.errors.contains("exp.generation"), "\(outcome)")
        #expect(try sandbox.git("status", "--porcelain", "--untracked-files=no").isEmpty)
    }
}

extension String {
    fileprivate func components(of text: String) -> Int {
        split(separator: text, omittingEmptySubsequences: false).count
    }
}
