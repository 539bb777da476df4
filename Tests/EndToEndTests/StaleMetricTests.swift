import TestSupport
import Testing

/// Metrics of a model that a checkpoint no longer has.
@Suite struct StaleMetricTests {
    /// `train` asks for checkpoints, `halve` works on its model, and `eval` measures what that made.
    private func project(cached: Bool) throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject(steps: 2)
        let kind = cached ? "-m" : "-M"
        try sandbox.expOK(
            "stage", "add", "-q", "-n", "halve", "-d", "model.txt", "-o", "half.txt",
            "head -n 1 model.txt > half.txt; date +%N >> half.txt")
        try sandbox.expOK(
            "stage", "add", "-q", "-n", "eval", "-d", "half.txt", kind, "eval.json",
            "echo \"{\\\"score\\\": $(wc -l < model.txt)}\" > eval.json")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "more")
        return sandbox
    }

    /// The names, types and scores of the rows of experiments.
    private func rows(_ sandbox: Sandbox, _ arguments: String...) throws -> [String] {
        let text = try sandbox.run("git", ["exp", "show", "--csv", "--keep", "score", "--drop", "."] + arguments).output
        return text.split(separator: "\r\n").dropFirst(3).map { line in
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            return "\(fields[0]) \(fields[2].split(separator: "_")[1]) \(fields[5])"
        }
    }

    @Test(arguments: [true, false])
    func aMetricOfAnotherModelIsNotShown(cached: Bool) throws {
        let sandbox = try project(cached: cached)
        try sandbox.expOK("run", "-n", "second")
        #expect(try rows(sandbox) == ["second tip 2", " commit ", " base "])
        // Of the same second, ids decide, which are others each time.
        _ = try sandbox.run("sh", ["-c", "now=$(date +%s); while [ \"$(date +%s)\" = \"$now\" ]; do sleep 0.05; done"])
        try sandbox.expOK("run", "--reset", "-n", "first", "-S", "lr=0.3", "-S", "steps=3")
        let expected = ["first tip 3", " commit ", " commit ", " base ", "second tip 2", " commit ", " base "]
        #expect(try rows(sandbox) == expected)
        #expect(try rows(sandbox) == expected)
        // What is not there is sorted as missing, and cannot be the best.
        #expect(try rows(sandbox, "--sort-by", "score").first == "second tip 2")
        let json = try sandbox.expOK("show", "--json").output
        #expect(
            json.split(separator: "{\"eval.json\"").count - 1 + json.split(separator: ", \"eval.json\"").count - 1 == 3)
        try sandbox.git("config", "exp.best", "-score")
        try sandbox.expOK("apply", "first@best")
        #expect(try sandbox.read("eval.json") == "{\"score\": 3}\n")
        guard cached else { return }
        // The checkpoint itself is what it was.
        try sandbox.expOK("apply", "first@1")
        #expect(try sandbox.read("eval.json") == "{\"score\": 2}\n")
        #expect(try sandbox.expOK("metrics", "show").output.contains("eval.json"))
        #expect(try !sandbox.expOK("metrics", "diff", "second", "first@1").output.contains("score  2      2"))
    }
}
