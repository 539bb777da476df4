import Files
import SystemPackage
import TestSupport
import Testing

/// Entries of the queue that another process has, or that hold something else than a queued experiment.
@Suite struct QueueRefusalTests {
    /// A project with an entry that waits and one that failed.
    private func project() throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.write("params.yaml", "lr: 1\n")
        try sandbox.expOK(
            "stage", "add", "-q", "-n", "train", "-p", "lr", "-o", "out.txt",
            "if grep -q 9 params.yaml; then exit 3; fi; cp params.yaml out.txt")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-qm", "project")
        try sandbox.expOK("run", "-q", "--queue", "-n", "bad", "-S", "lr=9")
        let failed = try sandbox.exp("queue", "run", "bad")
        #expect(failed.status == 1, "\(failed)")
        try sandbox.expOK("run", "-q", "--queue", "-n", "good")
        return sandbox
    }

    private func states(_ sandbox: Sandbox) throws -> [String] {
        try sandbox.expOK("queue", "status").output.split(separator: "\n").map { $0.split(separator: " ") }
            .filter { $0.count > 4 && ["bad", "good"].contains($0[1]) }.map { "\($0[1]) \($0.last ?? "")" }.sorted()
    }

    private func place(_ sandbox: Sandbox) -> FilePath { sandbox.root.pushing(".dvc/tmp/git-exp/queue") }

    private func leases(_ sandbox: Sandbox) throws -> [FilePath] {
        try (FileIO.list(place(sandbox)) ?? []).map(\.name).filter { $0.hasSuffix(".lease") }.map {
            place(sandbox).appending($0)
        }
    }

    @Test func whatAnotherProcessHasInHand() throws {
        let sandbox = try project()
        let before = try states(sandbox)
        #expect(before == ["bad Failed", "good Queued"])
        let id = try sandbox.git("rev-parse", "refs/exps/celery/stash").dropLast()
        var locks: [FileLock] = []
        for file in try leases(sandbox) + [place(sandbox).appending("\(id).lease")] { locks.append(try FileLock(file)) }
        for words in [["retry", "bad"], ["remove", "bad"], ["hold", "good"], ["remove", "good"]] {
            let outcome = try sandbox.run("git-exp", ["queue"] + words)
            #expect(outcome.status == 128, "\(words): \(outcome)")
            #expect(outcome.errors.contains("'\(words[1])' "), "\(words): \(outcome)")
        }
        withExtendedLifetime(locks) {}
        locks = []
        #expect(try states(sandbox) == before)
        try sandbox.expOK("queue", "retry", "bad")
        try sandbox.expOK("queue", "hold", "good")
        #expect(try states(sandbox) == ["bad Queued", "good Held"])
    }

    @Test(arguments: [
        (["queue", "run", "bad"], "'bad' is failed"), (["queue", "hold", "bad"], "only what waits can be held"),
        (["queue", "release", "good"], "only what is held can be released"),
        (["queue", "retry", "good"], "only what failed or was killed can be tried again"),
        (["queue", "run", "nosuch"], "'nosuch'"), (["run", "--queue", "-n", "good"], "already exists"),
    ])
    func states(_ words: [String], _ part: String) throws {
        let sandbox = try project()
        let outcome = try sandbox.run("git-exp", words)
        #expect(outcome.status == 128 && outcome.errors.contains(part), "\(outcome)")
        #expect(try states(sandbox) == ["bad Failed", "good Queued"])
    }

    /// The file of the entry names a commit of ours that is no stash, as only an enemy or a defect would write it.
    @Test(arguments: [
        ("git rev-parse HEAD", "it does not say what to run"),
        ("git commit-tree -p HEAD -m x $old^{tree}", "its commit is none of a stash"),
        (
            "git commit-tree -p HEAD -p HEAD -m x $(echo 100644 blob $(echo x | git hash-object -w --stdin)\\\tx | git mktree)",
            "it does not say what to run"
        ),
    ])
    func entriesThatAreNone(_ commit: String, _ problem: String) throws {
        let sandbox = try project()
        let script = """
            old=$(git rev-parse refs/exps/celery/stash)
            new=$(\(commit))
            file=$(echo .dvc/tmp/exps/celery/broker/in/*)
            body=$(sed 's/.*"body": "\\([^"]*\\)".*/\\1/' "$file")
            other=$(echo "$body" | base64 -d | sed "s/$old/$new/" | base64 -w 0)
            sed "s|$body|$other|" "$file" > changed && mv changed "$file"
            git update-ref --create-reflog -m x refs/exps/celery/stash "$new"
            """
        let changed = try sandbox.run("sh", ["-ec", script])
        #expect(changed.status == 0, "\(changed)")
        let references = try sandbox.git("for-each-ref", "refs/exps/*/*/*")
        let outcome = try sandbox.exp("queue", "run", "good")
        #expect(outcome.status == 1, "\(outcome)")
        #expect(outcome.errors.contains("of the queue cannot be run: \(problem)"), "\(outcome)")
        #expect(try sandbox.git("for-each-ref", "refs/exps/*/*/*") == references)
        #expect(try states(sandbox).contains("good Failed"))
    }
}
