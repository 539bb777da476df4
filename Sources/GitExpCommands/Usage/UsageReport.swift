import ArgumentParser
import Diagnostics

/// What the argument parser has to say, in the words of git.
struct UsageReport {
    private let command: CommandOutline?
    private let words: ArraySlice<String>

    /// - Parameter arguments: The words of the call.
    init(_ arguments: [String]) {
        let words = arguments.first == "help" ? arguments.dropFirst() : arguments[...]
        guard let program = CommandOutline.program() else {
            (command, self.words) = (nil, words)
            return
        }
        (command, self.words) = program.command(in: words)
    }

    /// A word behind `help` that is the name of no command.
    var unknownTopic: UsageMistake? {
        guard let command, !command.subcommands.isEmpty,
            words.contains(where: { !$0.utf8.starts(with: "-".utf8) })
        else { return nil }
        return UsageMistake(in: words, of: command)
    }

    /// The text of a page of help, with a usage line that names the program as it is called.
    func help(_ text: String) -> String {
        var lines: [Substring] = []
        var isUsage = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("USAGE: git-exp"), let command {
                isUsage = true
                lines.append("USAGE: \(command.usage)")
            }
            isUsage = isUsage && !line.isEmpty
            if isUsage { continue }
            lines.append(line.hasPrefix("  See 'git-exp ") ? "  See 'git exp " + line.dropFirst(15) : line)
        }
        return lines.joined(separator: "\n")
    }

    /// Complains about wrong usage: what is wrong, what was meant, and how the command is called.
    func complain(about error: any Error, to console: Console) {
        if let command, let mistake = UsageMistake(in: words, of: command) {
            return complain(about: mistake, to: console)
        }
        let lines = GitExp.message(for: error).split(separator: "\n", omittingEmptySubsequences: false)
        let message = lines.map { Console.sanitized(String($0)) }.joined(separator: "\n")
        console.complain(message.prefix(1).lowercased() + message.dropFirst())
        let full = GitExp.fullMessage(for: error).split(separator: "\n")
        // What the parser knows about the option: its name, two blanks, what it is for.
        if let line = full.first(where: { $0.hasPrefix("Help:  ") }) {
            console.hint(line.dropFirst(7).split(separator: "  ", maxSplits: 1).joined(separator: ": "))
        }
        if let command { console.standardError("usage: \(command.usage)") }
    }

    func complain(about mistake: UsageMistake, to console: Console) {
        console.complain(Console.sanitized(mistake.message))
        if let hint = mistake.hint { console.hint(Console.sanitized(hint)) }
        if let command { console.standardError("usage: \(command.usage)") }
    }
}
