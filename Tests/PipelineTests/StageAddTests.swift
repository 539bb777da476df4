import Files
import Formats
import SystemPackage
import Testing

@testable import Pipeline

@Suite struct StageAddTests {
    /// The first request of the recorded session.
    private func first(checkpoint: String?) -> StageAdd {
        var add = StageAdd(name: "s1")
        add.dependencies = ["z.py", "a.py"]
        add.parameters = ["lr", "a.b", "other.yaml:x,y", "whole.yaml:"]
        add.outputs = [
            .init("out2", .outs), .init("out1", .outs), .init("nc", .outsNoCache), .init("met.json", .metrics),
            .init("metnc.json", .metricsNoCache), .init("pl.csv", .plots), .init("plnc.csv", .plotsNoCache),
            .init("pers", .outsPersist), .init("persnc", .outsPersistNoCache),
        ]
        if let checkpoint { add.outputs.append(.init(checkpoint, .checkpoints)) }
        add.wdir = "sub"
        add.isAlwaysChanged = true
        add.description = "some desc"
        add.words = ["python", "z.py", "a b", "c\"d", "", "$X"]
        return add
    }

    private func second(_ option: StageAdd.OutputRequest.Option) -> StageAdd {
        var add = StageAdd(name: "train")
        add.dependencies = ["data", "train.py"]
        add.outputs = [.init("model.pt", option), .init("predictions.json", .plotsNoCache)]
        add.parameters = ["seed,lr,weight_decay"]
        add.words = ["python", "train.py"]
        return add
    }

    private func third() -> StageAdd {
        var add = StageAdd(name: "train")
        add.dependencies = ["data"]
        add.outputs = [.init("new", .outs)]
        add.words = ["echo a > b"]
        add.force = true
        return add
    }

    @Test(arguments: [
        (["echo", "x y"], #"echo "x y""#), (["echo", "x", ">", "out"], "echo x > out"), (["echo", ""], #"echo """#),
        (["echo", #"a"b"#, "$HOME", #"\"#], #"echo a"b $HOME \"#), (["echo", "it's me"], #"echo "it's me""#),
        (["echo", "x $HOME"], "echo 'x $HOME'"),
        (["echo", #"print('x y', "$HOME")"#], #"echo 'print('\''x y'\'', "$HOME")'"#),
        (["echo", #"a\n b"#], #"echo "a\n b""#), (["echo", #"a \\ b"#], #"echo 'a \\ b'"#),
        (["echo", #"a b\"#], #"echo 'a b\'"#), (["echo", "a `b`"], "echo 'a `b`'"),
        (["echo", "a\tb\nc"], "echo \"a\tb\nc\""),
        (["echo 'as it is'"], "echo 'as it is'"),
    ])
    func wordsAreQuotedAgain(_ words: [String], _ command: String) {
        #expect(StageAdd.command(of: words) == command)
    }

    @Test(arguments: [("stage-add", nil as String?), ("stage-add-2x", "ckpt.pt")])
    func sameAsDVC(_ folder: String, _ checkpoint: String?) throws {
        var bytes: [UInt8]?
        for add in [first(checkpoint: checkpoint), second(checkpoint == nil ? .outs : .checkpoints), third()] {
            bytes = try add.apply(to: bytes, file: "dvc.yaml")
        }
        #expect(try String(decoding: bytes ?? [], as: UTF8.self) == Golden.text(folder + "/expected/dvc.yaml"))
        let ignored = first(checkpoint: checkpoint).ignoredOutputs.map { "/\($0)\n" }.joined()
        #expect(try ignored == Golden.text(folder + "/expected/sub/dot.gitignore"))
        #expect(throws: PipelineError.stageExists(name: "train", file: "dvc.yaml")) {
            try second(.outs).apply(to: bytes, file: "dvc.yaml")
        }
        let file = try #require(try PipelineFile.parse(bytes ?? [], path: "dvc.yaml"))
        #expect(StageList.lines(of: file.stages.map { ($0.name, $0) }) == ["s1     some desc", "train  Outputs new"])
    }

    @Test func liveSection() throws {
        var add = StageAdd(name: "train")
        add.dependencies = ["train.sh"]
        add.outputs = [.init("model.pt", .outs), .init("predictions.json", .plotsNoCache)]
        add.parameters = ["seed,lr,weight_decay"]
        add.live = "dvclive"
        add.words = ["sh", "train.sh"]
        let bytes = try add.apply(to: nil, file: "dvc.yaml")
        #expect(try String(decoding: bytes, as: UTF8.self) == Golden.text("live-2.10/expected/dvc.yaml"))
        #expect(add.ignoredOutputs == ["model.pt", "dvclive"])
    }

    @Test func keepsComments() throws {
        let text = "# mine\nvars: [{v: 1}]\nstages:\n  a:\n    cmd: x  # why\n"
        var add = StageAdd(name: "b")
        add.words = ["y"]
        let bytes = try add.apply(to: Array(text.utf8), file: "dvc.yaml")
        #expect(String(decoding: bytes, as: UTF8.self) == text + "  b:\n    cmd: y\n")
    }

    @Test func replacingKeepsTemplatesAsTheyAreWritten() throws {
        let text = "vars: [{v: 1}]\nstages:\n  a:\n    cmd: x\n    desc: for ${v}\n    meta: {w: '${v}'}\n"
        var add = StageAdd(name: "a")
        add.words = ["y ${v}"]
        add.force = true
        let bytes = try add.apply(to: Array(text.utf8), file: "dvc.yaml")
        let stage = try #require(try PipelineFile.parse(bytes, path: "dvc.yaml")?.stages.first)
        #expect(stage.description == "for 1" && stage.command == .string("y 1"))
        let written = String(decoding: bytes, as: UTF8.self)
        #expect(written.contains("desc: for ${v}") && written.contains("w: '${v}'"), "\(written)")
    }

    @Test func filesWithoutStages() throws {
        var add = StageAdd(name: "b")
        add.words = ["y"]
        for text in ["", "# only a comment\n", "metrics:\n- m.json\n"] {
            let bytes = try add.apply(to: Array(text.utf8), file: "dvc.yaml")
            #expect(String(decoding: bytes, as: UTF8.self).hasPrefix(text))
            #expect(try PipelineFile.parse(bytes, path: "dvc.yaml")?.stages.map(\.name) == ["b"])
        }
    }

    @Test func refusals() {
        func attempt(_ change: (inout StageAdd) -> Void) throws {
            var add = StageAdd(name: "s3")
            add.words = ["echo"]
            change(&add)
            _ = try add.apply(to: nil, file: "dvc.yaml")
        }
        #expect(throws: PipelineError.badStageName("bad.name")) { try attempt { $0.name = "bad.name" } }
        #expect(throws: PipelineError.noCommand) { try attempt { $0.words = [] } }
        #expect(throws: PipelineError.dependencyIsOutput("x")) {
            try attempt {
                $0.dependencies = ["./x"]
                $0.outputs = [.init("x", .outs)]
            }
        }
        #expect(throws: PipelineError.repeatedOutput("x")) {
            try attempt { $0.outputs = [.init("x", .outs), .init("x", .metrics)] }
        }
        #expect(throws: FormatError.self) { try attempt { $0.outputs = [.init(".git", .outs)] } }
    }

    @Test func listing() throws {
        let file = try parsed(
            """
            stages:
              a: {cmd: x}
              bb: {cmd: x, deps: [d], params: [k]}
              c: {cmd: x, outs: [o, p], metrics: [m.json]}
            """)
        #expect(
            StageList.lines(of: file.stages.map { ($0.name, $0) }) == [
                "a   No outputs or dependencies", "bb  Depends on d, params.yaml", "c   Outputs o, p; Reports m.json",
            ])
    }
}
