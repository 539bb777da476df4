import ArgumentParser
import Diagnostics

/// Options that every command takes.
struct GlobalOptions: ParsableArguments {
    @Flag(name: .shortAndLong, help: "Say only what went wrong.")
    var quiet = false

    @Flag(name: .shortAndLong, help: "Say more about what is done.")
    var verbose = false

    var console: Console {
        Console(
            verbosity: quiet ? .quiet : verbose ? .verbose : .normal, colour: TerminalStyle.colourOfErrors)
    }
}
