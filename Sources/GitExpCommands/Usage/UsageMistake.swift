import Formats
import Pipeline

/// A word on the command line that names nothing: a command or an option that does not exist.
///
/// The argument parser stops at the first thing that it finds amiss, often another one, and guesses freely.
struct UsageMistake {
    let message: String
    let hint: String?

    /// Looks for one in the words behind the name of a command.
    init?(in words: ArraySlice<String>, of command: CommandOutline) {
        if !command.subcommands.isEmpty, let word = words.first(where: { !$0.utf8.starts(with: "-".utf8) }) {
            self.init(unknownCommand: word, in: command)
        } else if let option = Self.unknownOption(in: words, of: command) {
            self.init(unknownOption: option, of: command)
        } else {
            return nil
        }
    }

    private init(unknownCommand word: String, in command: CommandOutline) {
        message = "'\((command.path + [word]).joined(separator: " "))' is not a git exp command"
        let help = (["git exp"] + command.path + ["-h"]).joined(separator: " ")
        let similar = Similarity.closest(to: word, among: command.subcommands.map(\.name))
        if command.path.isEmpty, word == "exp" || word == "experiments" {
            hint = "leave out the second '\(word)': 'git exp show' is 'dvc exp show'"
        } else if command.path.isEmpty, Self.commandsOfDVC.contains(word) {
            hint = "it is one of DVC's that git exp does not have; '\(help)' lists the commands"
        } else if similar.isEmpty {
            hint = "'\(help)' lists the commands"
        } else {
            let names = similar.map { "'" + (["git exp"] + command.path + [$0]).joined(separator: " ") + "'" }
            hint = "did you mean \(names.joined(separator: " or "))?"
        }
    }

    private init(unknownOption word: String, of command: CommandOutline) {
        message = "unknown option '\(word)'"
        let name = String(word.drop { $0 == "-" })
        let names = command.options.flatMap(\.names).filter { $0.utf8.count > 1 }
        var similar = name.utf8.count > 1 ? Similarity.closest(to: name, among: names) : []
        if similar.isEmpty, name.utf8.count > 2 { similar = names.filter { $0.utf8.starts(with: name.utf8) } }
        let help = (["git exp"] + command.path + ["-h"]).joined(separator: " ")
        hint =
            similar.isEmpty
            ? "'\(help)' lists the options"
            : "did you mean \(similar.prefix(3).map { "'--\($0)'" }.joined(separator: " or "))?"
    }

    private static func unknownOption(in words: ArraySlice<String>, of command: CommandOutline) -> String? {
        var rest = words
        while let word = rest.popFirst() {
            if word == "--" { return nil }
            if !word.utf8.starts(with: "-".utf8) || word == "-" {
                if command.endsOptionsEarly { return nil }
            } else if word.utf8.starts(with: "--".utf8) {
                let name = word.prefix { $0 != "=" }
                guard let option = command.option(named: String(name.dropFirst(2))) else { return String(name) }
                if option.takesValue, name.utf8.count == word.utf8.count { _ = rest.popFirst() }
            } else {
                var letters = word.dropFirst()
                while let letter = letters.popFirst() {
                    guard let option = command.option(named: String(letter)) else {
                        // Nearly a long option, or bundled letters.
                        let isLong = command.option(named: String(word.dropFirst())) != nil
                        return isLong ? word : "-\(letter)"
                    }
                    if !option.takesValue { continue }
                    if letters.isEmpty { _ = rest.popFirst() }
                    break
                }
            }
        }
        return nil
    }

    /// What a user of DVC may try: its commands, and those below `dvc exp`.
    private static let commandsOfDVC: Set<String> = [
        "add", "apply", "artifacts", "branch", "cache", "check-ignore", "checkout", "clean", "commit", "completion",
        "config", "dag", "data", "destroy", "diff", "doctor", "du", "fetch", "freeze", "gc", "get", "get-url", "import",
        "import-db", "import-url", "init", "install", "list", "list-url", "ls", "ls-url", "metrics", "move", "mv",
        "params",
        "plots", "pull", "push", "queue", "remote", "remove", "rename", "repro", "root", "run", "save", "show", "stage",
        "status", "studio", "unfreeze", "unprotect", "update", "version",
    ]
}
