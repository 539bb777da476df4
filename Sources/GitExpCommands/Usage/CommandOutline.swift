import ArgumentParser
import Formats

/// A command as a caller sees it: its name, its options and the commands below it.
///
/// The argument parser keeps its definitions to itself but prints them, and that is where this comes from. Reading it
/// takes time, so only a call that failed, or asked for help, does.
struct CommandOutline {
    struct Option {
        /// Without dashes; one letter is a short name.
        let names: [String]
        let takesValue: Bool
    }

    /// The words after `git exp`; empty for the program itself.
    let path: [String]
    let aliases: [String]
    let options: [Option]
    let subcommands: [CommandOutline]
    /// Whether the first word that is no option ends the options, because a command line of its own begins there.
    let endsOptionsEarly: Bool
    /// How the command is called, `git exp` included.
    let usage: String

    /// The whole program.
    static func program() -> CommandOutline? {
        let definitions = try? JSON.parse(Array(GitExp._dumpHelp().utf8), file: "help")
        return definitions?.mapping?["command"].map { CommandOutline($0, path: [], type: GitExp.self) }
    }

    private init(_ definition: Value, path: [String], type: (any ParsableCommand.Type)?) {
        let definition = definition.mapping ?? Mapping()
        self.path = path
        aliases = definition["aliases"]?.list?.compactMap(\.string) ?? []
        subcommands = (definition["subcommands"]?.list ?? []).compactMap { inner in
            guard let name = inner.mapping?["commandName"]?.string else { return nil }
            let type = type?.configuration.subcommands.first { $0._commandName == name }
            return CommandOutline(inner, path: path + [name], type: type)
        }
        let arguments = (definition["arguments"]?.list ?? []).compactMap(\.mapping)
        options = arguments.filter { $0["kind"]?.string != "positional" }.map { argument in
            let names = argument["names"]?.list?.compactMap { $0.mapping?["name"]?.string }
            return Option(names: names ?? [], takesValue: argument["kind"]?.string == "option")
        }
        let positional = arguments.filter { $0["kind"]?.string == "positional" }
        endsOptionsEarly = positional.contains { $0["parsingStrategy"]?.string == "allRemainingInput" }
        let program = (["git exp"] + path).joined(separator: " ")
        usage =
            type?.configuration.usage
            ?? (subcommands.isEmpty
                ? ([program, "[<options>]"] + positional.map(Self.synopsis)).joined(separator: " ")
                : program + " <command> [<args>]")
    }

    private static func synopsis(of argument: Mapping) -> String {
        let name =
            "<\(argument["valueName"]?.string ?? "argument")>"
            + (argument["isRepeating"] == .bool(true) ? " ..." : "")
        return argument["isOptional"] == .bool(true) ? "[\(name)]" : name
    }

    var name: String { path.last ?? "" }

    func option(named name: String) -> Option? {
        options.first { $0.names.contains { $0.isIdentical(to: name) } }
    }

    func subcommand(named name: String) -> CommandOutline? {
        subcommands.first { $0.name == name || $0.aliases.contains(name) }
    }

    /// The command that the words name, and the words behind its name.
    func command(in words: ArraySlice<String>) -> (command: CommandOutline, rest: ArraySlice<String>) {
        guard let position = words.firstIndex(where: { !$0.utf8.starts(with: "-".utf8) }),
            let inner = subcommand(named: words[position])
        else { return (self, words) }
        return inner.command(in: words[(position + 1)...])
    }
}
