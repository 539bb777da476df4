import TestSupport
import Testing

/// Options and arguments that make no sense together: status 129, one sentence, and nothing is done.
@Suite struct WrongUsageTests {
    private static let calls: [(words: String, part: String)] = [
        ("add --meta novalue train.sh", "'novalue' is not of the form key=value"),
        ("config --global --local core.remote", "--system, --global, --project and --local exclude each other"),
        ("config --list core.remote", "--list takes no name"), ("config --list --unset", "--list takes no name"),
        ("config --unset core.remote x", "--unset takes no value"), ("config", "the name of a setting is missing"),
        ("data gc --workspace --date 2024-13-01", "--date takes YYYY-MM-DD"),
        ("data gc --workspace --date yesterday", "--date takes YYYY-MM-DD"),
        ("data gc --workspace --cloud --not-in-remote", "--cloud and --not-in-remote exclude each other"),
        ("data gc --workspace -j 0", "'--jobs' takes a number from 1 to 1000"),
        ("data gc --workspace -j 1001", "'--jobs' takes a number from 1 to 1000"),
        ("data push -j 0", "'--jobs' takes a number from 1 to 1000"),
        ("data pull -j 1001", "'--jobs' takes a number from 1 to 1000"),
        ("push -j 0", "'--jobs' takes a number from 1 to 1000"), ("pull -j 1001", "'--jobs' takes a number from"),
        ("run --run-all -j 0", "'--jobs' takes a number from 1 to 1000"),
        ("queue start -j 0", "'--jobs' takes a number from 1 to 1000"),
        ("queue start --gpus ,", "'--gpus' takes devices with commas between them, such as 0,1"),
        ("queue remove", "name entries, or give --queued, --failed, --success or --all"),
        ("diff --precision 51", "--precision takes 0 to 50"), ("diff --precision=-1", "--precision takes 0 to 50"),
        ("show --precision 51", "--precision takes 0 to 50"),
        ("show --json --csv", "give one of --json, --csv and --md"),
        ("gc --date 2024-02-30", "--date takes YYYY-MM-DD"),
        ("list --name-only --sha-only", "--name-only and --sha-only exclude each other"),
        ("remote add --global --system n /x", "--system, --global, --project and --local exclude each other"),
        ("remote default --unset n", "--unset takes no name"),
        ("remote modify n url", "give either a value or --unset"),
        ("remote modify --unset n url /x", "give either a value or --unset"),
        ("remove --queue --all-commits", "--queue excludes --keep, --rev, --num and --all-commits"),
        ("run --copy-paths train.sh", "'--copy-paths' goes with '--temp' and '--queue' only"),
        ("run --temp --interactive", "'--interactive' asks about the workspace, not with '--temp' or '--queue'"),
        ("run --queue --interactive", "'--interactive' asks about the workspace, not with '--temp' or '--queue'"),
        ("run --temp --queue", "'--temp' runs now, not with '--queue' or '--run-all'"),
        ("run --temp --run-all", "'--temp' runs now, not with '--queue' or '--run-all'"),
        ("run --queue --run-all", "'--queue' and '--run-all' exclude each other"),
        ("run --gpus 0,1", "'--gpus' goes with '--run-all' only"),
        ("stage add -n x --live a --live-no-cache b true", "--live and --live-no-cache exclude each other"),
        ("run -S =5", "cannot understand '=5'"), ("run -S lr=range(1,1)", "cannot understand 'lr=range(1,1)'"),
    ]

    /// One project for all calls: none of them may change it.
    @Test func nothingIsDone() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject(steps: 1)
        let before = try sandbox.untouched()
        let settings = try sandbox.read(".dvc/config")
        for (words, part) in Self.calls {
            let outcome = try sandbox.run("git-exp", words.split(separator: " ").map(String.init))
            #expect(outcome.status == 129, "\(words): \(outcome)")
            #expect(outcome.errors.hasPrefix("error: ") && outcome.errors.contains(part), "\(words): \(outcome)")
            #expect(outcome.output.isEmpty, "\(words): \(outcome)")
        }
        #expect(try sandbox.untouched() == before)
        #expect(try sandbox.read(".dvc/config") == settings)
        #expect(try sandbox.git("for-each-ref", "refs/exps", "refs/stash").isEmpty)
        #expect(try !sandbox.exists(".dvc/tmp/exps"))
    }
}
