import Formats
import SystemPackage
import Testing

@testable import Pipeline

@Suite struct PipelineFileTests {
    @Test func everyFlag() throws {
        let file = try parsed(
            """
            stages:
              train:
                wdir: sub/
                cmd: [a, "b\\nc"]
                deps: [../d, ./e]
                params: [lr, a.b, {other.json: [x], whole.yaml: }, other.json: [y, x], lr]
                outs:
                - m:
                    checkpoint: true
                    desc: text
                    labels: [l]
                    type: model
                    remote: r
                    push: false
                    meta: {any: [1]}
                - m:
                    persist: true
                metrics:
                - s.json:
                    cache: false
                plots:
                - p.csv:
                    x: epoch
                    header: false
                frozen: true
                always_changed: true
                desc: what
                meta: 5
            """)
        let stage = try #require(file.stages.first)
        #expect(stage.folder == "sub")
        #expect(stage.commandLines == ["a", "b\nc"])
        #expect(stage.dependencies.map(\.path) == ["../d", "./e"])
        #expect(stage.dependencies.map(\.rooted) == ["d", "sub/e"])
        #expect(stage.parameters.map(\.file) == ["params.yaml", "other.json", "whole.yaml"])
        #expect(stage.parameters[0].keys == ["lr", "a.b"])
        #expect(stage.parameters[0].rooted == "sub/params.yaml")
        #expect(stage.parameters[1].keys == ["x", "y"])
        #expect(stage.parameters[2].isWhole)
        let model = try #require(stage.outputs.first)
        #expect(stage.outputs.count == 3)
        #expect(model.isCheckpoint && model.isPersistent && model.isCached && !model.isPushed)
        #expect(model.remote == "r" && model.labels == ["l"] && model.type == "model" && model.description == "text")
        #expect(!stage.outputs[1].isCached)
        #expect(stage.outputs[2].plot.x == .string("epoch") && stage.outputs[2].plot.header == false)
        #expect(stage.isFrozen && stage.isAlwaysChanged && stage.description == "what" && stage.meta == .int(5))
        #expect(stage.address() == "train")
        #expect(stage.address(relativeTo: "sub") == "../dvc.yaml:train")
    }

    @Test func topLevel() throws {
        let file = try parsed(
            """
            params: [p.yaml]
            metrics: [../m.json]
            plots:
            - a.csv
            - b:
                x: {a.csv: step}
                y: {a.csv: [u, v]}
            artifacts:
              best: {path: m.pt, type: model, labels: [x]}
            """, path: "live/dvc.yaml")
        #expect(file.parameters.map(\.rooted) == ["live/p.yaml"])
        #expect(file.metrics.map(\.rooted) == ["m.json"])
        #expect(file.plots.map(\.id) == ["a.csv", "b"])
        #expect(file.plots[1].properties.y == .mapping(Mapping([("a.csv", .list([.string("u"), .string("v")]))])))
        #expect(file.artifacts.first?.rooted == "live/m.pt")
    }

    @Test func absolutePathsInside() throws {
        let file = try parsed(
            "stages:\n  a:\n    wdir: sub\n    cmd: x\n    deps: [/p/q/d, /elsewhere]\n", root: "/p/q")
        #expect(file.stages[0].dependencies.map(\.path) == ["../d", "/elsewhere"])
        #expect(file.stages[0].dependencies.map(\.rooted) == ["d", "/elsewhere"])
    }

    @Test func live() throws {
        let file = try #require(try PipelineFile.load("dvc.yaml", from: Golden.tree("live-2.10/expected")))
        let stage = file.stages[0]
        #expect(stage.outputs.map(\.path) == ["model.pt", "predictions.json", "dvclive"])
        #expect(stage.outputs[2].survivesRuns && stage.outputs[2].isCached)
        let environment = stage.live?.environment.map { "\($0.name)=\($0.value)" }
        #expect(environment == ["DVCLIVE_PATH=dvclive", "DVCLIVE_SUMMARY=1", "DVCLIVE_HTML=1"])
        #expect(DataSources(of: [file]).metrics.map(\.path) == ["dvclive.json"])
        #expect(file.liveStages.count == 1)
        let short = try parsed("stages:\n  a:\n    cmd: x\n    live: logs\n")
        #expect(short.stages[0].live?.path == "logs")
    }

    @Test func commandLines() throws {
        let file = try #require(try PipelineFile.load("dvc.yaml", from: Golden.tree("cmd-forms/input")))
        #expect(file.stages[0].commandLines == ["echo one > a.txt", "echo two >> a.txt"])
        #expect(file.stages[1].commandLines == ["echo one two > b.txt"])
        #expect(file.stages[2].commandLines[1] == "x=1\necho $x >> c.txt\n")
    }

    @Test func emptyFiles() throws {
        #expect(try PipelineFile.parse([], path: "dvc.yaml") == nil)
        #expect(try PipelineFile.parse(Array("# nothing\n".utf8), path: "dvc.yaml") == nil)
        #expect(try parsed("vars: [{a: 1}]\n").stages.isEmpty)
    }

    @Test func mergeKeysAndAliases() throws {
        let file = try parsed(
            """
            stages:
              a: &base
                cmd: x
                deps: &deps [d]
              b:
                <<: *base
                cmd: y
            """)
        #expect(file.stages[1].commandLines == ["y"])
        #expect(file.stages[1].dependencies.map(\.path) == ["d"])
    }

    @Test func escapedExpressions() throws {
        let file = try parsed("stages:\n  a:\n    cmd: echo \\${HOME} $HOME ${\n")
        #expect(file.stages[0].command == .string("echo ${HOME} $HOME ${"))
    }
}

@Suite struct PipelineFileErrorTests {
    @Test(arguments: [
        ("stages:\n  a:\n    cmd: x\n    foo: 1\n", "unknown key 'foo' in stage 'a'", "line 4, column 5"),
        ("stages:\n  a:\n    cmd: x\n    dep: [y]\n", "did you mean 'deps'?", "line 4, column 5"),
        ("stages:\n  a:\n    deps: [y]\n", "missing 'cmd' in stage 'a'", "line 2, column 3"),
        ("stages:\n  a:\n    cmd: 5\n", "expected a string for 'cmd' of stage 'a'", "line 3, column 10"),
        ("stages:\n  a:\n    cmd: x\n    deps: y\n", "expected a list for 'deps' of stage 'a'", "line 4, column 11"),
        ("stages:\n  a:\n    cmd: x\n    outs:\n    - m: {cache: 1}\n", "expected true or false", "line 5, column 18"),
        ("stages:\n  a:\n    cmd: x\n    outs: [.git/hooks]\n", "version control", "line 4, column 12"),
        ("stages:\n  a:\n    cmd: x\n    outs: [..]\n", "the project is inside it", "line 4, column 12"),
        ("stages:\n  a:\n    cmd: x\n    outs: [../x]\n", "outside the project", "line 4, column 12"),
        ("stages:\n  a:\n    cmd: x\n    outs: [s3://b/x]\n", "'s3://'", "line 4, column 12"),
        ("stages:\n  a:\n    cmd: x\n    outs: [foo.dvc]\n", "tracked by itself", "line 4, column 12"),
        ("stages:\n  a:\n    cmd: x\n  a:\n    cmd: y\n", "there twice", "line 4, column 3"),
        ("stages: [a]\n", "expected a mapping for 'stages'", "line 1, column 9"),
        ("stage:\n  a: {cmd: x}\n", "did you mean 'stages'?", "line 1, column 1"),
        ("plots:\n- p.json:\n    cache: false\n", "unknown key 'cache' in plot 'p.json'", "line 3, column 5"),
        ("stages:\n  \u{E9}\u{E9}: {cmd: x, foo: 1}\n", "unknown key 'foo'", "line 2, column 16"),
    ])
    func placeAndExpectation(_ text: String, _ problem: String, _ place: String) throws {
        let message = try #require(complaint(text))
        #expect(message.contains(problem), "\(message)")
        #expect(message.contains(place), "\(message)")
        #expect(message.hasPrefix("'dvc.yaml' is invalid"))
    }

    @Test func showsTheLines() {
        #expect(
            complaint("stages:\n  a:\n    cmd: x\n    foo: 1\n") == """
                'dvc.yaml' is invalid: unknown key 'foo' in stage 'a', expected one of cmd, wdir, deps, params, outs, metrics, \
                plots, live, frozen, always_changed, desc, meta, vars, matrix, line 4, column 5
                  3 │   cmd: x
                  4 │   foo: 1
                """)
    }

    @Test func hostileNamesDoNotReachTheTerminal() throws {
        let message = try #require(complaint("stages:\n  a:\n    cmd: x\n    \"\\e[2J\": 1\n"))
        #expect(!message.contains("\u{1B}"))
    }
}
