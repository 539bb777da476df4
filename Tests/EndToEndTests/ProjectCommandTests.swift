import Files
import SystemPackage
import TestSupport
import Testing

@Suite struct ProjectCommandTests {
    private func pipeline() throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.write("raw/x", "x\n")
        try sandbox.expOK("add", "-q", "raw")
        try sandbox.write(
            "dvc.yaml",
            """
            stages:
              # the first one
              first:
                cmd: cat raw/x > one
                deps: [raw]
                outs: [one]
              second:
                cmd: cat one > two
                deps: [one]
                params: [lr]
                outs: [two]

            """)
        try sandbox.write("params.yaml", "lr: 0.1\nopt: {a: [1, 2], s: x}\n")
        try sandbox.expOK("repro", "-q")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "pipeline")
        return sandbox
    }

    @Test func changedDataRunsWhatNeedsIt() throws {
        let sandbox = try pipeline()
        #expect(try sandbox.expOK("repro").errors.contains("'raw.dvc' didn't change, skipping"))
        try sandbox.write("raw/x", "y\n")
        let outcome = try sandbox.expOK("repro")
        #expect(outcome.errors.contains("Verifying data sources in stage: 'raw.dvc'"))
        #expect(try sandbox.read("two") == "y\n" && sandbox.expOK("status").errors.contains("up to date"))
        _ = try sandbox.run("rm", ["-r", "raw"])
        #expect(try sandbox.exp("repro").errors.contains("git exp checkout"))
    }

    @Test func anExperimentKeepsTheFileAndNotTheData() throws {
        let sandbox = try pipeline()
        try sandbox.write("raw/x", "z\n")
        try sandbox.expOK("run", "-n", "alpha")
        let reference = try sandbox.git("for-each-ref", "--format=%(refname)", "refs/exps").split(separator: "\n")
            .first { $0.hasSuffix("/alpha") }
        let files = try sandbox.git("ls-tree", "-r", "--name-only", String(try #require(reference)))
        #expect(files.contains("raw.dvc") && !files.contains("raw/x") && files.contains("dvc.lock"))
        let recorded = try sandbox.git("show", "\(reference ?? ""):raw.dvc")
        #expect(recorded == (try sandbox.read("raw.dvc")))
    }

    @Test func frozenStagesRest() throws {
        let sandbox = try pipeline()
        try sandbox.expOK("freeze", "second", "raw.dvc")
        #expect(try sandbox.read("dvc.yaml")?.contains("    outs: [two]\n    frozen: true\n") == true)
        #expect(try sandbox.read("dvc.yaml")?.contains("# the first one") == true)
        #expect(try sandbox.read("raw.dvc")?.hasSuffix("  path: raw\nfrozen: true\n") == true)
        try sandbox.expOK("unfreeze", "second", "raw.dvc")
        #expect(try sandbox.git("status", "--porcelain").isEmpty)
        #expect(try sandbox.exp("freeze", "nothing").status == 128)
    }

    @Test func stagesAreCommittedAsTheyAre() throws {
        let sandbox = try pipeline()
        try sandbox.write("two", "by hand\n")
        let outcome = try sandbox.exp("commit", "second")
        #expect(outcome.status == 128 && outcome.errors.contains("--force"))
        try sandbox.expOK("commit", "-f", "-d", "second")
        #expect(try sandbox.expOK("status").errors.contains("up to date") && sandbox.read("two") == "by hand\n")
    }

    @Test func theGraphIsDrawn() throws {
        let sandbox = try pipeline()
        #expect(
            try sandbox.expOK("dag", "--dot", "one").output
                == "strict digraph {\n\"first\";\n\"raw.dvc\";\n\"raw.dvc\" -> \"first\";\n}\n")
        #expect(
            try sandbox.expOK("dag", "--md", "--outs").output.hasPrefix("```mermaid\nflowchart TD\n\tnode1[\"one\"]"))
        #expect(try sandbox.expOK("dag").output.contains("| second |"))
        #expect(try sandbox.expOK("dag", "--full", "--mermaid", "raw").output.contains("node3[\"second\"]"))
    }

    @Test func parametersAreCompared() throws {
        let sandbox = try pipeline()
        #expect(try sandbox.expOK("params", "diff").output.isEmpty)
        try sandbox.write("params.yaml", "lr: 0.2\nopt: {a: [1, 3], s: x, new: true}\n")
        #expect(
            try sandbox.expOK("params", "diff").output == """
                Path         Param    HEAD    workspace
                params.yaml  lr       0.1     0.2
                params.yaml  opt.a    [1, 2]  [1, 3]
                params.yaml  opt.new  -       True

                """)
        #expect(
            try sandbox.expOK("params", "diff", "--deps", "--json").output
                == "{\"params.yaml\": {\"lr\": {\"old\": 0.1, \"new\": 0.2, \"diff\": 0.1}}}\n")
        #expect(try sandbox.expOK("params", "diff", "--all", "--no-path").output.contains("opt.s    x       x\n"))
        #expect(try sandbox.exp("params", "diff", "HEAD", "nothing").status == 128)
    }

    @Test func settingsAreReadAndWritten() throws {
        let sandbox = try pipeline()
        try sandbox.write(".dvc/config", "# ours\n[core]\n    remote = a  # the first\n")
        try sandbox.expOK("config", "core.remote", "b")
        try sandbox.expOK("config", "--local", "cache.type", "hardlink,copy")
        try sandbox.expOK("config", "--global", "core.autostage", "true")
        #expect(try sandbox.read(".dvc/config") == "# ours\n[core]\n    remote = b  # the first\n")
        #expect(try sandbox.read(".dvc/config.local") == "[cache]\n    type = \"hardlink,copy\"\n")
        #expect(try sandbox.expOK("config", "core.remote").output == "b\n")
        #expect(try sandbox.expOK("config", "--list", "--local").output == "cache.type=hardlink,copy\n")
        #expect(try sandbox.expOK("config", "--list", "--show-origin").output.contains(".dvc/config\tcore.remote=b\n"))
        #expect(try sandbox.exp("config", "core.analytics").status == 1)
        #expect(try sandbox.exp("config", "core.nosuch", "1").status == 128)
        #expect(try sandbox.exp("config", "core.autostage", "maybe").status == 128)
        #expect(try sandbox.exp("config").status == 129)
        try sandbox.expOK("config", "--unset", "core.remote")
        #expect(try sandbox.exp("config", "--unset", "core.remote").status == 128)
        // Files that commands write are staged now.
        try sandbox.write("new", "n")
        try sandbox.expOK("add", "new")
        #expect(try sandbox.git("diff", "--cached", "--name-only") == ".gitignore\nnew.dvc\n")
    }
}
