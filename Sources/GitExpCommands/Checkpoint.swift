import ArgumentParser
import Diagnostics
import Experiments
import Processes
import SystemPackage

struct Checkpoint: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ask for a checkpoint from inside a run.",
        usage: "git exp checkpoint",
        discussion: """
            For shell scripts and for programs in any language: call it when the stage's outputs are written. It \
            returns when the checkpoint can be relied on. Outside a run it does nothing, so a script works alone, too.
            """)

    @OptionGroup var global: GlobalOptions

    func run() throws { try Self.perform() }

    static func perform() throws {
        try CheckpointRequest(environment: ProcessCall.inheritedEnvironment()).send()
    }
}
