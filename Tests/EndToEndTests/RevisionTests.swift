import TestSupport
import Testing

/// What users may call experiments and commits, and what they are told where it names none.
@Suite struct RevisionTests {
    @Test func aNameThatLooksLikeAnId() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject(steps: 1)
        try sandbox.expOK("run", "-n", "bäd")
        let outcome = try sandbox.exp("apply", "bad")
        #expect(outcome.status == 128)
        #expect(
            outcome.errors == "error: no experiment or commit named 'bad'\nhint: did you mean 'bäd'?\n", "\(outcome)")
    }

    @Test func anExperimentIsNoBaseline() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject(steps: 1)
        try sandbox.expOK("run", "-n", "first")
        let baseline = try sandbox.git("rev-parse", "--short=7", "HEAD").dropLast()
        for command in ["show", "list"] {
            let outcome = try sandbox.exp(command, "--rev", "first")
            #expect(outcome.status == 128)
            #expect(outcome.errors.contains("'first' is an experiment of \(baseline), and '--rev' takes"), "\(outcome)")
            #expect(outcome.errors.contains("--rev \(baseline)"))
        }
        #expect(try sandbox.expOK("list", "--name-only", "--rev", String(baseline)).output == "first\n")
    }

    @Test func aMetricThatIsNotThere() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject(steps: 1)
        try sandbox.expOK("run", "-n", "x")
        #expect(try sandbox.exp("apply", "x@best").errors.contains("name the metric: git config exp.best"))
        try sandbox.git("config", "exp.best", "accc")
        let outcome = try sandbox.exp("apply", "x@best")
        #expect(outcome.status == 128)
        #expect(outcome.errors.contains("none has the metric 'accc' of 'exp.best'"), "\(outcome)")
        #expect(outcome.errors.contains("they have 'step', 'loss': git config exp.best"), "\(outcome)")
    }

    /// Ids that begin alike, by how many commits and other objects there are with such a beginning.
    @Test func onlyCommitsMakeAnIdAmbiguous() throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        var stream = ""
        for number in 1...1_500 {
            stream += "blob\ndata \("\(number)".utf8.count)\n\(number)\n"
            stream += "commit refs/heads/many\ncommitter A <a@b> \(1_000_000_000 + number) +0000\ndata 0\n"
        }
        let imported = try sandbox.run("git", ["fast-import", "--quiet"], input: stream)
        #expect(imported.status == 0, "\(imported)")
        let objects = try sandbox.git(
            "cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objecttype)")
        let beginnings = Dictionary(grouping: objects.split(separator: "\n")) { $0.prefix(4) }
        func beginning(commits: Int, others: Int) throws -> (digits: String, ids: [Substring]) {
            let found = beginnings.values.sorted { $0[0] < $1[0] }.first { ids in
                let count = ids.count { $0.hasSuffix("commit") }
                return count == commits && ids.count - count >= others
            }
            let ids = try #require(found)
            return (String(ids[0].prefix(4)), ids)
        }
        let blobs = try beginning(commits: 0, others: 2)
        let none = try sandbox.exp("metrics", "diff", blobs.digits)
        #expect(
            none.status == 128 && none.errors.contains("no experiment or commit named '\(blobs.digits)'"), "\(none)")
        let one = try beginning(commits: 1, others: 1)
        #expect(try sandbox.exp("metrics", "diff", one.digits).status == 0)
        let several = try beginning(commits: 2, others: 0)
        let ambiguous = try sandbox.exp("metrics", "diff", several.digits)
        #expect(ambiguous.status == 128 && ambiguous.errors.contains("could be any of 2: "), "\(ambiguous)")
        for id in several.ids where id.hasSuffix("commit") { #expect(ambiguous.errors.contains(id.prefix(40))) }
    }
}
