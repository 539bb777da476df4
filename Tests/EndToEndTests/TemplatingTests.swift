import TestSupport
import Testing

@Suite struct TemplatingTests {
    /// Two folders with a pipeline each: one with a group that the parameter file decides, one with variables of its own.
    private func project() throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.write("params.yaml", "lr: 0.1\nregions: [us, gb]\nargs: {alpha: 1, name: it's}\n")
        try sandbox.write("more.toml", "[deep]\nk = [1, 2]\nunused = 3\n")
        try sandbox.write(
            "dvc.yaml",
            """
            vars: [more.toml]
            stages:
              train:
                foreach: ${regions}
                do:
                  cmd: echo ${item} ${lr} ${deep.k[1]} > ${item}.txt
                  outs: ['${item}.txt']
              report:
                cmd: cat us.txt > all.txt && echo ${args} >> all.txt
                deps: [us.txt]
                outs: [all.txt]
            """)
        try sandbox.write(
            "sub/dvc.yaml",
            "vars: [{n: 2}]\nstages:\n  grid:\n    matrix: {a: [x, y], b: [1]}\n    cmd: echo ${item.a} ${n} > ${key}\n    outs: ['${key}']\n"
        )
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-qm", "Add the pipelines")
        return sandbox
    }

    @Test func runsWhatTheParametersSay() throws {
        let sandbox = try project()
        try sandbox.expOK("repro", "-P")
        #expect(try sandbox.read("us.txt") == "us 0.1 2\n")
        #expect(try sandbox.read("all.txt") == "us 0.1 2\n--alpha 1 --name it's\n")
        #expect(try sandbox.read("sub/x-1") == "x 2\n")
        #expect(try sandbox.expOK("status").errors == "Data and pipelines are up to date.\n")
        let lock = try #require(try sandbox.read("dvc.lock"))
        #expect(lock.contains("  train@gb:\n    cmd: echo gb 0.1 2 > gb.txt\n"))
        #expect(lock.contains("--name 'it'\"'\"'s' >> all.txt") || lock.contains("it'\\\"'\\\"'s"))
        #expect(
            try sandbox.expOK("stage", "list", "--all", "--name-only").output
                == "train@us\ntrain@gb\nreport\nsub/dvc.yaml:grid@x-1\nsub/dvc.yaml:grid@y-1\n")
    }

    @Test func groupsAndMembersAreTargets() throws {
        let sandbox = try project()
        try sandbox.expOK("repro", "train@gb")
        #expect(try #require(try sandbox.read("dvc.lock")).contains("train@us") == false)
        try sandbox.expOK("repro", "train")
        #expect(try #require(try sandbox.read("dvc.lock")).contains("train@us"))
        #expect(try sandbox.expOK("status", "train").errors == "Data and pipelines are up to date.\n")
        #expect(try sandbox.expOK("stage", "list", "--name-only", "sub/dvc.yaml:grid").output.contains("grid@y-1"))
        let wrong = try sandbox.exp("repro", "train@fr")
        #expect(wrong.status == 128 && wrong.errors.contains("no stage 'train@fr' in 'dvc.yaml'"), "\(wrong)")
    }

    @Test func anOverrideChangesTheStages() throws {
        let sandbox = try project()
        try sandbox.expOK("run", "-n", "first", "-S", "lr=3", "-S", "regions=[us,fr]")
        #expect(try sandbox.read("fr.txt") == "fr 3 2\n")
        #expect(try #require(try sandbox.read("dvc.lock")).contains("train@gb") == false)
        let broken = try sandbox.exp("run", "-S", "regions=us")
        #expect(broken.status == 128, "\(broken)")
        #expect(broken.errors.contains("expected a list or a mapping for 'foreach' of stage 'train', not a string"))
        #expect(try #require(try sandbox.read("params.yaml")).contains("fr"))
    }

    @Test func oldCommitsHaveTheirOwnValues() throws {
        let sandbox = try project()
        try sandbox.expOK("repro", "-P")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-qm", "Run it")
        try sandbox.write("more.toml", "[deep]\nk = [1, 5]\n")
        try sandbox.write("params.yaml", "lr: 0.1\nregions: {us: }\nargs: {}\n")
        let table = try sandbox.expOK("show", "--csv").output
        let rows = table.split(whereSeparator: \.isNewline).map(String.init)
        try #require(rows.count == 3, "\(table)")
        #expect(rows[0].contains("deep.k.1") && !rows[0].contains("unused"), "\(table)")
        #expect(rows[1].hasPrefix(",workspace") && rows[1].contains(",5"), "\(table)")
        #expect(rows[2].hasPrefix(",main") && rows[2].contains(",2"), "\(table)")
        let again = try sandbox.expOK("show", "--csv").output
        #expect(again == table)
    }

    @Test func aStageMayWriteWhatTemplatesRead() throws {
        let sandbox = try project()
        try sandbox.write("made.json", "{\"v\": 1}")
        try sandbox.write(
            "dvc.yaml",
            """
            vars: [made.json]
            stages:
              make:
                cmd: 'echo \\{\\"v\\": 2\\} > made.json'
                outs: [{made.json: {cache: false}}]
              use:
                cmd: echo ${v} > used
                params: [{made.json: [v]}]
                outs: [used]
            """)
        try sandbox.expOK("repro")
        #expect(try sandbox.read("used") == "1\n")
        #expect(try #require(try sandbox.read("dvc.lock")).contains("made.json:\n        v: 2\n"))
        #expect(try sandbox.expOK("status").output.contains("use:\n\tchanged command"))
    }

    @Test func mistakesHaveAPlace() throws {
        let sandbox = try project()
        let text = try #require(try sandbox.read("dvc.yaml")).replacing("${lr}", with: "${learn}")
        try sandbox.write("dvc.yaml", text)
        for command in [["repro"], ["run"], ["status"], ["stage", "list"]] {
            let outcome = try sandbox.run("git", ["exp"] + command)
            #expect(outcome.status == 128)
            #expect(
                outcome.errors.contains(
                    """
                    'dvc.yaml' is invalid: cannot resolve '${learn}' in 'cmd' of stage 'train@us': there is no 'learn', \
                    line 6, column 25
                      5 │   do:
                      6 │     cmd: echo ${item} ${learn} ${deep.k[1]} > ${item}.txt
                    """), "\(outcome)")
        }
    }

    @Test func newStagesMayUseTemplates() throws {
        let sandbox = try project()
        try sandbox.expOK("stage", "add", "-n", "more", "-o", "m-${lr}", "echo ${deep.k[0]} > m-${lr}")
        #expect(try #require(try sandbox.read("dvc.yaml")).contains("echo ${deep.k[0]} > m-${lr}"))
        try sandbox.expOK("repro", "more")
        #expect(try sandbox.read("m-0.1") == "1\n")
        let unknown = try sandbox.exp("stage", "add", "-n", "bad", "echo ${nope}")
        #expect(unknown.status == 128 && unknown.errors.contains("cannot resolve '${nope}'"), "\(unknown)")
        let group = try sandbox.exp("stage", "add", "-n", "train", "echo")
        #expect(group.status == 128 && group.errors.contains("stage 'train' already exists"), "\(group)")
    }

    @Test func overridesDecideWhatStagesThereAre() throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.write("params.yaml", "n: 1\n")
        try sandbox.write(
            "dvc.yaml",
            """
            stages:
              a:
                cmd: echo ${model} ${n} > o
                outs: [o]
              b:
                foreach: ${list}
                do:
                  cmd: echo ${item} > b${item}
                  outs: ["b${item}"]

            """)
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "x")
        let before = try sandbox.untouched()
        for call in [["run"], ["run", "-S", "+model=m"], ["run", "-S", "+model=m", "-S", "+list=x"]] {
            #expect(try sandbox.run("git", ["exp"] + call).status == 128)
            #expect(try sandbox.untouched() == before && sandbox.read("params.yaml") == "n: 1\n")
        }
        let dry = try sandbox.expOK("run", "--dry", "-S", "+model=m", "-S", "+list=[x,y]")
        #expect(dry.errors.contains("b@y") && !dry.errors.contains("b@z"), "\(dry)")
        #expect(try sandbox.read("params.yaml") == "n: 1\n")
        try sandbox.expOK("run", "-S", "+model=m", "-S", "+list=[x,y]", "b@y", "a")
        #expect(try sandbox.read("o") == "m 1\n" && sandbox.read("by") == "y\n" && !sandbox.exists("bx"))
        try sandbox.expOK("run", "-S", "list=[z]", "-S", "n=2")
        #expect(try sandbox.read("o") == "m 2\n" && sandbox.read("bz") == "z\n" && !sandbox.exists("bx"))
    }
}
