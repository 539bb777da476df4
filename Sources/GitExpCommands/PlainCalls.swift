import Diagnostics
import Experiments
import Formats
import Pipeline
import Processes
import Reporting

/// The calls that are made most often, carried out without the argument parser.
enum PlainCalls {
    /// Carries the call out if it is one of them.
    ///
    /// - Returns: Whether it was.
    static func perform(_ arguments: [String]) throws -> Bool {
        let words = arguments.dropFirst()
        return switch arguments.first {
        case "run": try run(words)
        case "show": try show(words)
        case "checkpoint": try checkpoint(words)
        default: false
        }
    }

    private static let quiet: PlainWords.Spelling = ("--quiet", "-q")

    private static func console(_ words: PlainWords) -> Console {
        Console(verbosity: words.has("--quiet") ? .quiet : .normal, colour: TerminalStyle.colourOfErrors)
    }

    private static func run(_ arguments: ArraySlice<String>) throws -> Bool {
        guard
            let words = PlainWords(
                arguments, flags: [quiet, ("--force", "-f"), ("--reset", ""), ("--metrics", "-m")],
                options: [("--name", "-n"), ("--set-param", "-S"), ("--message", "-M")], takesOthers: true)
        else { return false }
        // Where `-m` stands in front of a message the parser has a complaint.
        if words.has("--metrics"), words.others.contains(where: { $0.utf8.contains(UInt8(ascii: " ")) }) {
            return false
        }
        try Run.perform(console(words), showsMetrics: words.has("--metrics")) { context in
            var request = RunRequest()
            request.name = words.last("--name")
            request.overrides = try words.all("--set-param").map { try ParameterOverride.parse($0) }
            request.selection = StageSelection(targets: words.others, folder: context.folder)
            request.options.force = words.has("--force")
            request.reset = words.has("--reset")
            request.message = words.last("--message")
            return request
        }
        return true
    }

    private static func show(_ arguments: ArraySlice<String>) throws -> Bool {
        guard
            let words = PlainWords(
                arguments,
                flags: [
                    quiet, ("--json", ""), ("--csv", ""), ("--md", ""), ("--all-branches", "-a"), ("--all-tags", "-T"),
                    ("--all-commits", "-A"), ("--only-changed", ""), ("--no-pager", ""),
                ])
        else { return false }
        let forms = [("--json", Show.Form.json), ("--csv", .csv), ("--md", .markdown)].filter { words.has($0.0) }
        guard forms.count < 2 else { return false }
        var request = ShowRequest()
        request.selection.allBranches = words.has("--all-branches")
        request.selection.allTags = words.has("--all-tags")
        request.selection.allCommits = words.has("--all-commits")
        var options = ShowOptions()
        options.onlyChanged = words.has("--only-changed")
        let form = forms.first?.1 ?? .table(isPaged: !words.has("--no-pager"))
        try Show.perform(request, options, as: form, console(words))
        return true
    }

    private static func checkpoint(_ arguments: ArraySlice<String>) throws -> Bool {
        guard PlainWords(arguments, flags: [quiet]) != nil else { return false }
        try Checkpoint.perform()
        return true
    }
}
