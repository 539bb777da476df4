import Files
import SystemPackage
import TestSupport
import Testing

@Suite struct ShowTests {
    @Test func laterCallsSayTheSameAsTheFirst() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.expOK("run", "-n", "first")
        try sandbox.expOK("run", "--reset", "-n", "second", "-S", "lr=0.3")
        let first = try sandbox.expOK("show", "--json").output
        #expect(try sandbox.exists(".dvc/tmp/git-exp/rows"))
        #expect(try sandbox.expOK("show", "--json").output == first)
        #expect(try sandbox.expOK("show", "--json", "--force").output == first)
        try sandbox.write(".dvc/tmp/git-exp/rows", "git-exp rows 2\nbroken")
        #expect(try sandbox.expOK("show", "--json").output == first)
    }

    @Test func readingLeavesEverythingAsItWas() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.expOK("run", "-n", "first")
        try sandbox.write("params.yaml", "steps: 3\nlr: 7\n")
        let before = try sandbox.untouched()
        for command in [["show"], ["list"], ["status"], ["metrics", "show"], ["metrics", "diff"], ["stage", "list"]] {
            #expect(try sandbox.run("git", ["exp"] + command).status == 0)
        }
        #expect(try sandbox.untouched() == before)
    }

    @Test func sortingAndColumns() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject(steps: 1)
        try sandbox.expOK("run", "-n", "low", "-S", "lr=0.1")
        try sandbox.expOK("run", "--reset", "-n", "high", "-S", "lr=0.9")
        let ascending = try sandbox.expOK("show", "--csv", "--sort-by", "lr", "--checkpoints", "tips").output
        let names = ascending.split(separator: "\r\n").compactMap { $0.split(separator: ",").first }
        #expect(names.suffix(2) == ["low", "high"], "\(ascending)")
        let dropped = try sandbox.expOK("show", "--csv", "--drop", "lr|steps").output
        #expect(!dropped.contains("lr") && dropped.contains("loss"))
        #expect(try sandbox.exp("show", "--sort-by", "nosuch").status == 128)
        #expect(try sandbox.exp("show", "--drop", "(").status == 128)
        #expect(try sandbox.exp("show", "--rev", "nosuch").status == 128)
        #expect(try sandbox.expOK("show", "--md").output.hasPrefix("| Experiment"))
    }

    @Test func theBestCheckpointIsFoundByTheMetricOfTheSetting() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.expOK("run", "-n", "first")
        #expect(try sandbox.exp("apply", "first@best").status == 128)
        try sandbox.git("config", "exp.best", "loss")
        try sandbox.expOK("apply", "first@best")
        #expect(try sandbox.read("metrics.json") == "{\"step\": 1, \"loss\": 99}\n")
        #expect(try sandbox.exp("apply", "first@9").errors.contains("the experiment has 3"))
    }
    @Test func experimentsOfCommitsThatAreGoneAreListed() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.expOK("run", "-n", "old")
        let baseline = try sandbox.git("rev-parse", "--short=7", "HEAD").dropLast()
        try sandbox.git("commit", "-q", "--amend", "-m", "again")
        #expect(try sandbox.expOK("list").output.isEmpty)
        let all = try sandbox.expOK("list", "-A").output
        #expect(all.hasPrefix("\(baseline) (now ") && all.hasSuffix("[old]\n"), "\(all)")
    }

    @Test func negativeNumbersAreAllAndFilesAreNamedFromHere() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.expOK("run", "-n", "first")
        try sandbox.git("commit", "-q", "--allow-empty", "-m", "next")
        #expect(try sandbox.expOK("list", "--name-only").output.isEmpty)
        #expect(try sandbox.expOK("list", "--name-only", "-n", "-1").output == "first\n")
        #expect(try sandbox.expOK("show", "--csv", "--num", "-1").output.contains("first,"))
        try FileIO.makeDirectories(sandbox.root.pushing("a/b"))
        let below = try sandbox.run("git", ["exp", "metrics", "diff"], in: sandbox.root.pushing("a/b"))
        #expect(below.output.contains("\n../../metrics.json  step "), "\(below)")
    }

    @Test func formerNamesOfFormats() throws {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject()
        try sandbox.expOK("run")
        #expect(try sandbox.expOK("show", "--show-json").output == sandbox.expOK("show", "--json").output)
        #expect(try sandbox.expOK("show", "--show-csv").output == sandbox.expOK("show", "--csv").output)
        #expect(try sandbox.expOK("show", "--show-md").output == sandbox.expOK("show", "--md").output)
        for command in ["show", "diff"] {
            let now = try sandbox.expOK("metrics", command, "--json").output
            #expect(try now.hasPrefix("{") && sandbox.expOK("metrics", command, "--show-json").output == now)
        }
        #expect(try sandbox.expOK("status", "--show-json").output == sandbox.expOK("status", "--json").output)
        #expect(try sandbox.expOK("stage", "list", "--names-only").output == "train\n")
    }

    @Test func metricsAreNumbersTextsAndBooleans() throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        #expect(try sandbox.expOK("metrics", "show").output.isEmpty)
        let first = "{\"a\": 1, \"none\": null, \"list\": [1], \"empty\": {}, \"b\": {\"c\": [2], \"d\": true}}"
        try sandbox.write("m/one.json", first)
        try sandbox.write("two.json", "{\"z\": 2}")
        try sandbox.write("dvc.yaml", "metrics:\n- m/one.json\n- two.json\n")
        try sandbox.write("params.yaml", "lr: 1\nempty: {}\n")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "x")
        let one = "\"m/one.json\": {\"data\": {\"a\": 1, \"b\": {\"d\": true}}}"
        let both = "{\"data\": {\(one), \"two.json\": {\"data\": {\"z\": 2}}}}"
        #expect(try sandbox.expOK("metrics", "show", "--json").output == "{\"\": \(both)}\n")
        #expect(try sandbox.expOK("show", "--json").output.contains("\"metrics\": {\(one)"))
        #expect(try sandbox.expOK("show", "--csv").output.contains(",lr\r\n"))
        // The workspace is as the branch that is checked out has it.
        #expect(try sandbox.expOK("metrics", "show", "-a", "--json").output == "{\"main\": \(both)}\n")
        try sandbox.git("tag", "v1")
        try sandbox.write("two.json", "{\"z\": 3}")
        let changed = both.split(separator: "\"z\": 2").joined(separator: "\"z\": 3")
        #expect(
            try sandbox.expOK("metrics", "show", "-aT", "--json").output
                == "{\"workspace\": \(changed), \"main,v1\": \(both)}\n")
        let only = "Path        a    b.d\nm/one.json  1    True\n"
        #expect(try sandbox.expOK("metrics", "show", "-R", "m").output == only)
        try sandbox.write("m/one.json", "{}")
        let diff = try sandbox.expOK("metrics", "diff", "--targets", "two.json", "m/one.json", "--", "HEAD").output
        #expect(diff.contains("m/one.json  a") && diff.contains("two.json    z"), "\(diff)")
        #expect(try sandbox.expOK("metrics", "diff", "-R", "--targets", "m").output.contains("two.json") == false)
    }

    @Test func metricsAndParametersMayBeTrackedData() throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.write(
            "dvc.yaml",
            "metrics: [m.json, d/n.json]\nparams: [p.yaml]\nstages:\n  s: {cmd: cp in o, deps: [in], outs: [o]}\n")
        for number in 1...2 {
            try sandbox.write("m.json", "{\"acc\": \(number)}")
            try sandbox.write("d/n.json", "{\"loss\": \(number)}")
            try sandbox.write("p.yaml", "lr: \(number)\n")
            try sandbox.write("in", "\(number)")
            try sandbox.expOK("add", "-q", "m.json", "d", "p.yaml", "in")
            try sandbox.expOK("repro", "-q")
            try sandbox.git("add", ".")
            try sandbox.git("commit", "-q", "-m", "\(number)")
        }
        let metrics = try sandbox.expOK("metrics", "diff", "HEAD~1", "HEAD", "--json").output
        #expect(metrics.contains("\"m.json\": {\"acc\": {\"old\": 1, \"new\": 2, \"diff\": 1}}"), "\(metrics)")
        #expect(metrics.contains("\"d/n.json\": {\"loss\": {\"old\": 1"), "\(metrics)")
        #expect(try sandbox.expOK("params", "diff", "HEAD~1", "HEAD").output.contains("p.yaml  lr       1         2"))
        for _ in 1...2 {
            let show = try sandbox.expOK("show", "--json", "-n", "2").output
            #expect(show.contains("\"outs\": {\"o\": {") && show.contains("\"is_data_source\": true"), "\(show)")
            #expect(show.contains("\"p.yaml\": {\"data\": {\"lr\": 1}}"), "\(show)")
        }
        // What the cache no longer has is left out, and comes back with it.
        let cache = sandbox.root.pushing(".dvc/cache")
        try FileIO.move(cache, to: sandbox.root.appending("away"))
        #expect(try sandbox.expOK("metrics", "diff", "HEAD~1", "HEAD", "--json").output.contains("acc") == false)
        #expect(try !sandbox.expOK("show", "--json", "-n", "2").output.contains("\"lr\": 1"))
        try FileIO.move(sandbox.root.appending("away"), to: cache)
        #expect(try sandbox.expOK("show", "--json", "-n", "2").output.contains("\"lr\": 1"))
    }
}
