import Files
import Formats
import Pipeline
import TestSupport
import Testing

/// Stages for commands of the command line.
@Suite struct CommandStageTests {
    private func added(_ words: [String], to text: String? = nil, force: Bool = false) throws -> String {
        let stage = CommandStage(words, force: force)
        return String(decoding: try stage.apply(to: text.map { Array($0.utf8) }, file: "dvc.yaml"), as: UTF8.self)
    }

    @Test(arguments: [
        (["python3", "-u", "src/train.py", "--lr", "1"], "train"), (["./fit.sh"], "fit"), (["make"], "make"),
        (["python3.11", "-m", "pkg.mod.eval"], "eval"), (["sh", "-c", "echo a"], "sh"),
        (["A=1", "bin/x-y_z"], "x-y_z"),
        (["env", "A=1", "python", "a b.py"], "a-b"), (["python train.py > log"], "train"), (["'my dir/a.py'"], "a"),
        (["a.b.sh"], "a-b"), (["./"], "command"), (["x@y:1"], "x-y-1"), (["tool1.2"], "tool1-2"), ([""], "command"),
        (["python", "train.py", "-m", "x"], "train"), (["étude.py"], "étude"), (["nice", "-n", "10", "./fit"], "fit"),
    ])
    func namedAfterTheScript(words: [String], name: String) {
        #expect(CommandStage(words, force: false).name == name)
    }

    @Test(arguments: [
        ["a", "b c"], ["a", "it's"], ["a", "$HOME", "`x`", "\\", "*"], ["a", "${lr}"], ["a", "x\ny", "z\r"], ["a", ""],
        ["a", "#", "é", "~", "!", ";"],
    ])
    func shellGetsTheWords(words: [String]) throws {
        let text = try added(["printf", "%s|"] + words)
        let file = try #require(try PipelineFile.parse(Array(text.utf8), path: "dvc.yaml"))
        let stage = try #require(file.stages.first)
        #expect(stage.commandLines.count == 1)
        let sandbox = try Sandbox(git: false)
        let outcome = try sandbox.run("/bin/sh", ["-c", stage.commandLines[0]])
        #expect(outcome.output == words.map { $0 + "|" }.joined())
    }

    @Test func aSingleWordIsALineForTheShell() throws {
        #expect(try added(["echo ${X} > a.txt"]) == "stages:\n  echo:\n    cmd: echo \\${X} > a.txt\n")
    }

    @Test func theSameProgramChangesItsStage() throws {
        let old =
            "# all\nstages:\n  train:\n    cmd: python train.py --lr 1 # here\n    outs: [m.bin] # kept\n  x:\n    cmd: y\n"
        let new = try added(["python3", "train.py", "2"], to: old)
        #expect(new.contains("cmd: python3 train.py 2"))
        #expect(new.contains("outs: [m.bin] # kept\n  x:\n    cmd: y\n"))
        #expect(new.hasPrefix("# all\n"))
    }

    @Test(arguments: [["./train.sh"], ["train"], ["python3", "-m", "train"]])
    func anotherProgramWithoutItsEndingIsAnother(words: [String]) {
        #expect(throws: PipelineError.stageRunsOther(name: "train", file: "dvc.yaml")) {
            try added(words, to: "stages:\n  train:\n    cmd: python3 src/train.py\n")
        }
    }

    @Test func whatAStageReadsAndWritesIsNotLostUnasked() throws {
        let old = "stages:\n  train:\n    cmd: python train.py\n    params: [lr]\n    outs: [m.bin]\n  x:\n    cmd: y\n"
        func declared(_ outputs: [String], _ parameters: [String] = [], force: Bool = false) throws -> String {
            var stage = CommandStage(["python3", "train.py"], force: force)
            stage.declare(
                dependencies: [], parameters: parameters, outputs: outputs.map { .init($0, .outsNoCache) })
            return String(decoding: try stage.apply(to: Array(old.utf8), file: "dvc.yaml"), as: UTF8.self)
        }
        for (outputs, parameters) in [(["n.bin"], ["lr"]), (["m.bin"], []), (["m.bin"], ["epochs"])] {
            let error = #expect(throws: PipelineError.self) { try declared(outputs, parameters) }
            #expect(error == .stageDeclaresMore(name: "train", file: "dvc.yaml"))
        }
        #expect(try declared(["m.bin", "n.bin"], ["lr"]).contains("n.bin"))
        let replaced = try declared(["n.bin"], force: true)
        #expect(replaced.contains("n.bin") && !replaced.contains("m.bin") && replaced.contains("  x:\n    cmd: y\n"))
    }

    @Test(arguments: [
        "stages:\n  train:\n    cmd: make all\n", "stages:\n  train:\n    cmd: python train.py\n    wdir: sub\n",
        "stages:\n  train:\n    cmd: python train.py\n    frozen: true\n",
        "stages:\n  train:\n    foreach: [1, 2]\n    do:\n      cmd: python train.py ${item}\n",
    ])
    func anotherStageOfTheNameStays(text: String) throws {
        let error = #expect(throws: PipelineError.self) { try added(["python", "train.py"], to: text) }
        #expect(error == .stageRunsOther(name: "train", file: "dvc.yaml"))
        #expect(try added(["python", "train.py"], to: text, force: true).contains("cmd: python train.py\n"))
    }
}
