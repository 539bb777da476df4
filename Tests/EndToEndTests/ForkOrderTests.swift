import TestSupport
import Testing

/// Experiments and their forks when the tips are of the same second.
@Suite struct ForkOrderTests {
    /// A commit of the given second with the tree of HEAD.
    private func commit(_ sandbox: Sandbox, on parent: String, at second: Int, _ message: String = "x") throws -> String
    {
        let date = "@\(1_700_000_000 + second) +0000"
        let call = [
            "GIT_COMMITTER_DATE=\(date)", "GIT_AUTHOR_DATE=\(date)", "git", "commit-tree", "HEAD^{tree}", "-m", message,
        ]
        let outcome = try sandbox.run("env", call + ["-p", parent])
        try #require(outcome.status == 0, "\(outcome)")
        return String(outcome.output.dropLast())
    }

    private func makeExperiment(_ sandbox: Sandbox, _ name: String, _ tip: String) throws {
        let baseline = try sandbox.git("rev-parse", "HEAD").dropLast()
        try sandbox.git("update-ref", "refs/exps/\(baseline.prefix(2))/\(baseline.dropFirst(2))/\(name)", tip)
    }

    private func rows(_ sandbox: Sandbox) throws -> [String] {
        try sandbox.expOK("show", "--csv").output.split(separator: "\r\n").dropFirst(3).map { line in
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            return "\(fields[0]) \(fields[2]) \(fields[4])"
        }
    }

    @Test func theForkIsWhatBeganLater() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        let shared = try commit(sandbox, on: "HEAD", at: 1)
        for (name, first) in [("a", 2), ("x", 5), ("z", 4)] {
            let own = try commit(sandbox, on: shared, at: first)
            try makeExperiment(sandbox, name, try commit(sandbox, on: own, at: 9))
        }
        let parent = shared.prefix(7)
        #expect(
            try rows(sandbox) == [
                "x checkpoint_tip ", " checkpoint_commit \(parent)", "z checkpoint_tip ",
                " checkpoint_commit \(parent)", "a checkpoint_tip ", " checkpoint_commit ", " checkpoint_base ",
            ])
    }

    @Test func whatOthersGoOnFromIsTheOlder() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        let first = try commit(sandbox, on: "HEAD", at: 1)
        let tip = try commit(sandbox, on: first, at: 2)
        try makeExperiment(sandbox, "m", tip)
        try makeExperiment(sandbox, "z", try commit(sandbox, on: tip, at: 2))
        #expect(
            try rows(sandbox) == ["z checkpoint_commit \(tip.prefix(7))", "m checkpoint_tip ", " checkpoint_base "])
        // Whichever name comes first, and whichever id.
        try makeExperiment(sandbox, "a", try commit(sandbox, on: commit(sandbox, on: tip, at: 2), at: 2))
        #expect(try rows(sandbox).suffix(2) == ["m checkpoint_tip ", " checkpoint_base "])
    }

    @Test func otherwiseTheGreaterIdComesFirst() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        var names: [String: String] = [:]
        for (name, message) in [("b", "3"), ("d", "1"), ("a", "2"), ("c", "4")] {
            let tip = try commit(sandbox, on: "HEAD", at: 7, message)
            try makeExperiment(sandbox, name, tip)
            names[tip] = name
        }
        let expected = names.sorted { $0.key > $1.key }.map(\.value)
        #expect(try rows(sandbox).map { String($0.prefix(1)) } == expected)
    }

    @Test func namesDecideBetweenExperimentsWithTheSameTip() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        let tip = try commit(sandbox, on: "HEAD", at: 7)
        for name in ["b", "d", "a", "c"] { try makeExperiment(sandbox, name, tip) }
        #expect(try rows(sandbox).map { String($0.prefix(1)) } == ["a", "b", "c", "d"])
    }
}
