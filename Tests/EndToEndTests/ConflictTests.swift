import TestSupport
import Testing

/// Names that are taken, and references that others move meanwhile.
@Suite struct ConflictTests {
    /// A training project whose second step first runs the command in `$BETWEEN`.
    private func project() throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.write(
            "train.sh",
            """
            h=$(git rev-parse HEAD)
            place=refs/exps/$(echo $h | cut -c1-2)/$(echo $h | cut -c3-)
            if [ -n "$FIRST" ]; then git update-ref $place/$FIRST HEAD; fi
            echo 1 >> model.txt
            git exp checkpoint || exit 9
            if [ -n "$BETWEEN" ]; then git update-ref $place/$BETWEEN HEAD; fi
            echo 2 >> model.txt
            git exp checkpoint || exit 9

            """)
        try sandbox.expOK("stage", "add", "-q", "-n", "train", "-d", "train.sh", "-c", "model.txt", "sh train.sh")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "project")
        return sandbox
    }

    @Test func anExperimentThatAppearsDuringTheRunStays() throws {
        let sandbox = try project()
        let outcome = try sandbox.exp("run", "-n", "mine", environment: ["FIRST": "mine"])
        #expect(outcome.status == 128 && outcome.errors.contains("experiment 'mine' already exists"), "\(outcome)")
        let references = try sandbox.git("for-each-ref", "--format=%(objectname)", "refs/exps/*/*/mine")
        #expect(try references == sandbox.git("rev-parse", "HEAD"))
        // The next run works, under another name.
        try sandbox.expOK("run", "-q", "-n", "other")
        #expect(try sandbox.expOK("list", "--name-only").output.contains("other\n"))
    }

    @Test func anExperimentThatIsMovedDuringTheRunStays() throws {
        let sandbox = try project()
        let outcome = try sandbox.exp("run", "-n", "mine", environment: ["BETWEEN": "mine"])
        #expect(outcome.status == 128, "\(outcome)")
        #expect(outcome.errors.contains("experiment 'mine' changed while this ran"), "\(outcome)")
        let references = try sandbox.git("for-each-ref", "--format=%(objectname)", "refs/exps/*/*/mine")
        #expect(try references == sandbox.git("rev-parse", "HEAD"))
        #expect(try sandbox.git("fsck", "--strict", "--no-dangling").isEmpty)
    }

    @Test func whatIsRestoredTakesNobodysName() throws {
        let sandbox = try project()
        try sandbox.expOK("run", "-q", "-n", "twin")
        try sandbox.expOK("run", "-q", "--reset", "-n", "other")
        let old = String(try sandbox.git("for-each-ref", "--format=%(refname)", "refs/exps/*/*/twin").dropLast())
        try sandbox.git("stash", "-q")
        try sandbox.git("commit", "-q", "--allow-empty", "-m", "next")
        try sandbox.expOK("run", "-q", "--reset", "-n", "twin")
        try sandbox.expOK("remove", "-q", old)
        let taken = try sandbox.exp("restore", "twin", "-n", "other")
        #expect(taken.status == 128 && taken.errors.contains("experiment 'other' already exists"), "\(taken)")
        #expect(taken.errors.contains("hint: choose another name with '-n NAME'\n"), "\(taken)")
        try sandbox.expOK("undo", "-q")
        try sandbox.expOK("remove", "-q", "-A")
        let ambiguous = try sandbox.exp("restore", "twin")
        #expect(ambiguous.status == 128 && ambiguous.errors.contains("'twin' could be any of 2"), "\(ambiguous)")
        #expect(try sandbox.git("for-each-ref", "refs/exps/*/*/*").isEmpty)
    }

    @Test func whatIsRehomedTakesNobodysName() throws {
        let sandbox = try project()
        try sandbox.expOK("run", "-q", "-n", "twin")
        try sandbox.git("stash", "-q")
        let old = String(try sandbox.git("for-each-ref", "--format=%(refname)", "refs/exps/*/*/twin").dropLast())
        try sandbox.git("commit", "-q", "--allow-empty", "-m", "next")
        try sandbox.expOK("run", "-q", "--reset", "-n", "twin")
        let references = try sandbox.git("for-each-ref")
        let taken = try sandbox.exp("rehome", old, "--onto", "HEAD")
        #expect(taken.status == 128 && taken.errors.contains("experiment 'twin' already exists"), "\(taken)")
        #expect(taken.errors.contains("hint: rename one of them with 'git exp rename'\n"), "\(taken)")
        #expect(try sandbox.git("for-each-ref") == references)
    }

    /// So many commits that two of them begin alike.
    @Test func abbreviatedCommitsMayBeAmbiguous() throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        let stream = (0..<1500).map {
            "commit refs/heads/n\($0)\ncommitter A <a@b> \(1_700_000_000 + $0) +0000\ndata 0\n"
        }
        _ = try sandbox.run("git", ["fast-import", "--quiet"], input: stream.joined())
        var seen: Set<Substring> = []
        let commits = try sandbox.git("rev-list", "--branches").split(separator: "\n")
        let prefix = try #require(commits.map { $0.prefix(4) }.first { !seen.insert($0).inserted })
        for command in ["list", "show"] {
            let outcome = try sandbox.exp(command, "--rev", String(prefix))
            #expect(outcome.status == 128 && outcome.errors.contains("'\(prefix)' could be any of "), "\(outcome)")
        }
    }
}
