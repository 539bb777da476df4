import Files
import SystemPackage
import TestSupport
import Testing

/// Data that a DVC imported from a path outside the project. All expected values are those that DVC 3.67.1 wrote.
@Suite struct ImportTests {
    private let digestOfOne = "c4ca4238a0b923820dcc509a6f75849b"

    /// A project beside a source that holds `1`.
    private func project(frozen: Bool) throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.write("../src/f", "1")
        try sandbox.write("imp", "1")
        try sandbox.write(
            "imp.dvc",
            "md5: 11854638f1c85a1f283ae9ce2b5bd1c9\n\(frozen ? "frozen: true\n" : "")"
                + entry("deps", "../src/f", digestOfOne)
                + entry("outs", "imp", digestOfOne))
        try sandbox.expOK("commit", "-q")
        return sandbox
    }

    private func entry(_ key: String, _ path: String, _ md5: String, size: Int = 1) -> String {
        "\(key):\n- md5: \(md5)\n  size: \(size)\n  hash: md5\n  path: \(path)\n"
    }

    @Test func theDigestOfTheFileFollowsTheData() throws {
        let sandbox = try project(frozen: true)
        #expect(try sandbox.read("imp.dvc")?.hasPrefix("md5: 11854638f1c85a1f283ae9ce2b5bd1c9\n") == true)
        try sandbox.write("imp", "x")
        // Frozen: the source is not looked at.
        try sandbox.write("../src/f", "a22")
        try sandbox.expOK("commit", "-q", "-f", "imp.dvc")
        #expect(
            try sandbox.read("imp.dvc") == "md5: 5ae99b201a9f02dba2408fca5bf4df14\nfrozen: true\n"
                + entry("deps", "../src/f", digestOfOne) + entry("outs", "imp", "9dd4e461268c8034f5c8564e155c67a6"))
        try sandbox.expOK("unfreeze", "-q", "imp.dvc")
        #expect(try sandbox.expOK("status").output.contains("changed deps:\n\t\tmodified:           ../src/f"))
        try sandbox.expOK("commit", "-q", "-f", "imp.dvc")
        #expect(
            try sandbox.read("imp.dvc") == "md5: d4115c5f00824f3d915ea6cf247c396a\n"
                + entry("deps", "../src/f", "6458f3bfa6486a2be61b9fb6f37645c8", size: 3)
                + entry("outs", "imp", "9dd4e461268c8034f5c8564e155c67a6"))
    }

    @Test(arguments: [["repro"], ["repro", "--jobs", "2"], ["run", "-q"]]) func aChangedSourceIsBrought(
        command: [String]
    ) throws {
        let sandbox = try project(frozen: false)
        try sandbox.write("dvc.yaml", "stages:\n  s: {cmd: cp imp out, deps: [imp], outs: [out]}\n")
        try sandbox.expOK("repro", "-q")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "data")
        try sandbox.write("../src/f", "5")
        try sandbox.write("imp", "mine")
        let tried = try sandbox.expOK("repro", "--dry", "imp.dvc")
        #expect(tried.errors.contains("Importing '\(sandbox.root.removingLastComponent())/src/f' -> 'imp'"))
        #expect(try sandbox.read("imp") == "mine")
        let outcome = try sandbox.run("git", ["exp"] + command)
        #expect(outcome.exit.isSuccess, "\(outcome)")
        #expect(try sandbox.read("imp") == "5" && sandbox.read("out") == "5")
        #expect(
            try sandbox.read("imp.dvc") == "md5: eb2c633b5c29bd511efb735d1cd23413\n"
                + entry("deps", "../src/f", "e4da3b7fbbce2345d7772b0674a318d5")
                + entry("outs", "imp", "e4da3b7fbbce2345d7772b0674a318d5"))
        // What was edited is not lost.
        #expect(try sandbox.read(".dvc/tmp/git-exp/kept")?.hasSuffix(" imp\n") == true)
        #expect(try sandbox.expOK("status").errors.contains("up to date"))
        try FileIO.remove(sandbox.root.pushing("imp"))
        try sandbox.expOK("repro", "-q", "imp.dvc")
        #expect(try sandbox.read("imp") == "5")
    }

    @Test func aFrozenSourceIsNotLookedAtAndAMissingOneIsTold() throws {
        let sandbox = try project(frozen: true)
        try sandbox.write("../src/f", "5")
        #expect(try sandbox.expOK("repro", "imp.dvc").errors.contains("'imp.dvc' didn't change"))
        try sandbox.write("imp", "y")
        try sandbox.expOK("repro", "-q", "imp.dvc")
        #expect(try sandbox.read("imp") == "y")
        try sandbox.expOK("unfreeze", "-q", "imp.dvc")
        try FileIO.remove(sandbox.root.pushing("../src/f"))
        let outcome = try sandbox.exp("repro", "imp.dvc")
        #expect(outcome.status == 128 && outcome.errors.contains("'../src/f', which does not exist"))
        #expect(try sandbox.read("imp") == "y")
    }
}
