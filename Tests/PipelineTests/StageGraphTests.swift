import SystemPackage
import Testing

@testable import Pipeline

@Suite struct StageGraphTests {
    /// The stages of the recorded session, from both of its files.
    private func recorded(frozen: String? = nil) throws -> (graph: StageGraph, files: [FilePath]) {
        var files = try PipelineDiscovery.files(in: Golden.tree("repro-messages/input"))
        #expect(files.map(\.path) == ["dvc.yaml", "sub/dvc.yaml"])
        let paths = files.map(\.path)
        var stages = files.flatMap(\.stages)
        files = []
        for index in stages.indices where stages[index].name == frozen { stages[index].isFrozen = true }
        return (try StageGraph(stages), paths)
    }

    private func order(_ selection: StageSelection, frozen: String? = nil) throws -> [String] {
        let (graph, files) = try recorded(frozen: frozen)
        return try graph.order(selection, files: files).map { $0.address(relativeTo: selection.folder) }
    }

    @Test func wholeFile() throws {
        #expect(try order(StageSelection()) == ["a", "b", "c", "x"])
        #expect(try order(StageSelection(), frozen: "b") == ["b", "c", "a", "x"])
    }

    @Test func targets() throws {
        #expect(try order(StageSelection(targets: ["c"])) == ["a", "b", "c"])
        #expect(try order(StageSelection(targets: ["sub/dvc.yaml"])) == ["a", "b", "c", "sub/dvc.yaml:s"])
        #expect(try order(StageSelection(targets: ["sub/dvc.yaml:s"])) == ["a", "b", "c", "sub/dvc.yaml:s"])
        #expect(
            try order(StageSelection(targets: ["s"], folder: "sub"))
                == ["../dvc.yaml:a", "../dvc.yaml:b", "../dvc.yaml:c", "s"])
    }

    @Test func options() throws {
        var downstream = StageSelection(targets: ["b"])
        downstream.downstream = true
        #expect(try order(downstream) == ["b", "c", "sub/dvc.yaml:s"])
        var single = StageSelection(targets: ["c", "a"])
        single.singleItem = true
        #expect(try order(single) == ["c", "a"])
        var all = StageSelection()
        all.allPipelines = true
        #expect(try order(all) == ["a", "b", "c", "x", "sub/dvc.yaml:s"])
        var whole = StageSelection(targets: ["a"])
        whole.wholePipelines = true
        #expect(try order(whole) == ["a", "b", "c", "sub/dvc.yaml:s"])
        #expect(try order(whole, frozen: "b") == ["a"])
        var below = StageSelection(targets: ["sub"])
        below.recursive = true
        #expect(try order(below) == ["a", "b", "c", "sub/dvc.yaml:s"])
        var glob = StageSelection(targets: ["[ab]"])
        glob.glob = true
        #expect(try order(glob) == ["a", "b"])
    }

    @Test func unknownTargets() throws {
        #expect(throws: PipelineError.unknownStage(name: "nosuch", file: "dvc.yaml", similar: [])) {
            try order(StageSelection(targets: ["nosuch"]))
        }
        #expect(throws: PipelineError.missingPipelineFile("no/dvc.yaml")) {
            try order(StageSelection(targets: ["no/dvc.yaml:x"]))
        }
        #expect(throws: PipelineError.missingPipelineFile("no/dvc.yaml")) {
            try order(StageSelection(targets: ["no/dvc.yaml"]))
        }
        #expect(throws: PipelineError.unknownStage(name: "a.txt", file: "dvc.yaml", similar: [])) {
            try order(StageSelection(targets: ["a.txt"]))
        }
    }

    @Test func suggestsNames() throws {
        let graph = try StageGraph(try parsed("stages:\n  train: {cmd: x}\n  eval: {cmd: x}\n").stages)
        let error = #expect(throws: PipelineError.self) {
            try graph.order(StageSelection(targets: ["tarin"]), files: ["dvc.yaml"])
        }
        #expect(error?.hint == "did you mean 'train'?")
    }

    private func graph(_ text: String) throws -> StageGraph { try StageGraph(try parsed(text).stages) }

    @Test func foldersConnect() throws {
        let graph = try graph(
            """
            stages:
              reader: {cmd: x, deps: [d/sub/f]}
              parent: {cmd: x, deps: [out]}
              folder: {cmd: x, outs: [d/sub]}
              two: {cmd: x, outs: [out/b]}
              one: {cmd: x, outs: [out/a]}
              sibling: {cmd: x, outs: [out-side]}
              params: {cmd: x, params: [k]}
              writer: {cmd: x, outs: [params.yaml]}
            """)
        let pairs = graph.edges.map { "\($0.from.name)>\($0.to.name)" }
        #expect(pairs == ["folder>reader", "two>parent", "one>parent", "writer>params"])
        #expect(graph.ancestors(of: graph.stages[1]).map(\.name) == ["two", "one"])
    }

    @Test func faults() throws {
        #expect(throws: PipelineError.sharedOutput(path: "x", stages: ["a", "b"])) {
            try graph("stages:\n  a: {cmd: x, outs: [x]}\n  b: {cmd: x, outs: [./x]}\n")
        }
        #expect(throws: PipelineError.nestedOutputs(outer: "d", outerStage: "a", inner: "d/x", innerStage: "b")) {
            try graph("stages:\n  b: {cmd: x, outs: [d/x]}\n  a: {cmd: x, outs: [d/]}\n")
        }
        #expect(throws: PipelineError.cycle(stages: ["b", "a"])) {
            try graph("stages:\n  b: {cmd: x, deps: [x], outs: [y]}\n  a: {cmd: x, deps: [y], outs: [x]}\n")
        }
        #expect(throws: PipelineError.cycle(stages: ["a"])) {
            try graph("stages:\n  a: {cmd: x, deps: [x], outs: [x]}\n")
        }
        #expect(throws: PipelineError.pipelineInOutput(file: "d/dvc.yaml", output: "d")) {
            try StageGraph(
                try parsed("stages: {a: {cmd: x}}", path: "d/dvc.yaml").stages
                    + parsed("stages: {b: {cmd: x, outs: [../d]}}", path: "e/dvc.yaml").stages)
        }
        let file = try parsed("stages:\n  a: {cmd: x, deps: [x], outs: [x]}\n")
        #expect(throws: Never.self) { try StageGraph(file.stages, checking: false) }
    }

    @Test func longChainsNeedNoStack() throws {
        var text = "stages:\n"
        for number in 0..<3_000 { text += "  s\(number): {cmd: x, deps: [f\(number + 1)], outs: [f\(number)]}\n" }
        let graph = try graph(text)
        let order = try graph.order(StageSelection(targets: ["s0"]), files: ["dvc.yaml"])
        #expect(order.count == 3_000)
        #expect(order.first?.name == "s2999")
    }

    @Test(arguments: [
        ("*", "abc", true), ("a*c", "abbc", true), ("a?c", "abc", true), ("a?c", "ac", false), ("[!a]b", "cb", true),
        ("[a-c]x", "bx", true), ("[", "[", true), ("*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false),
    ])
    func glob(_ pattern: String, _ name: String, _ matches: Bool) {
        #expect(Glob.matches(pattern, name) == matches)
    }
}

@Suite struct PipelineDiscoveryTests {
    @Test func walksWhatCounts() throws {
        let tree = MemoryTree([
            "dvc.yaml": "stages: {a: {cmd: x, outs: [made]}}", "made/dvc.yaml": "stages: {b: {cmd: x}}",
            "b/dvc.yaml": "stages: {c: {cmd: x}}", "a/z/dvc.yaml": "", "a/y/dvc.yaml": "stages: {}",
            "own/.dvc/config": "", "own/dvc.yaml": "stages: {d: {cmd: x}}", "hidden/dvc.yaml": "stages: [broken]",
            ".git/dvc.yaml": "stages: [broken]", ".gitignore": "/venv\n!b\n", "venv/dvc.yaml": "stages: [broken]",
            "a/.dvcignore": "old/\n", "a/old/dvc.yaml": "stages: [broken]", "ex/dvc.yaml": "stages: [broken]",
        ])
        let files = try PipelineDiscovery.files(
            in: tree, excludes: [Array("ex\nb\n".utf8)], isIgnored: { path, _ in path == "hidden" })
        #expect(files.map(\.path) == ["dvc.yaml", "a/y/dvc.yaml", "b/dvc.yaml"])
        let found = try PipelineDiscovery.files(
            at: ["b/dvc.yaml", "own/dvc.yaml", "a/y/dvc.yaml", "made/dvc.yaml", "dvc.yaml"], without: ["own"], in: tree)
        #expect(found.map(\.path) == files.map(\.path))
    }
}
