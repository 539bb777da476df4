import ArgumentParser
import Experiments
import Pipeline

/// A command that is run as a stage of its own, and what it reads and writes.
struct CommandOptions: ParsableArguments {
    @Option(
        name: [.customShort("d", allowingJoined: true), .long],
        help: ArgumentHelp("With a command: a file or folder that it reads.", valueName: "path"))
    var deps: [String] = []

    @Option(
        help: ArgumentHelp(
            "With a command, where -p stands for it: parameters that it reads, such as lr,epochs or other.json:lr.",
            valueName: "parameters"))
    var params: [String] = []

    @Option(
        name: [.customShort("o", allowingJoined: true), .long],
        help: ArgumentHelp("With a command: a file or folder that it writes; it goes to the cache.", valueName: "path"))
    var outs: [String] = []

    @Option(
        name: [.customShort("O", allowingJoined: true), .long],
        help: ArgumentHelp("With a command: an output that is not cached.", valueName: "path"))
    var outsNoCache: [String] = []

    @Option(
        name: [.customShort("c", allowingJoined: true), .long],
        help: ArgumentHelp(
            "With a command: an output that may be saved as a checkpoint while it runs.", valueName: "path"))
    var checkpoints: [String] = []

    @Option(help: ArgumentHelp("With a command: a metrics file that it writes and git keeps.", valueName: "path"))
    var metricsNoCache: [String] = []

    /// The words behind `--`; the parser allows for one list of words only, and ``RunWords`` makes these options.
    @Option(name: .customLong(RunWords.commandWord), help: .hidden)
    var markedWords: [String] = []

    /// The command; empty where there is none.
    var command: [String] { markedWords.map { String($0.unicodeScalars.dropFirst()) } }

    func validate() throws {
        let paths = deps + params + outs + outsNoCache + checkpoints + metricsNoCache
        if command.isEmpty, !paths.isEmpty {
            throw ValidationError("what a command reads and writes goes with one: git exp run -o out.txt -- command")
        }
    }

    /// The stage that the command becomes; `nil` where there is none.
    func stage(force: Bool) -> CommandStage? {
        guard !command.isEmpty else { return nil }
        var stage = CommandStage(command, force: force)
        var outputs: [StageAdd.OutputRequest] = []
        for (paths, option) in [
            (outs, StageAdd.OutputRequest.Option.outs), (outsNoCache, .outsNoCache), (checkpoints, .checkpoints),
            (metricsNoCache, .metricsNoCache),
        ] {
            outputs += paths.map { StageAdd.OutputRequest($0, option) }
        }
        stage.declare(dependencies: deps, parameters: params, outputs: outputs)
        return stage
    }
}
