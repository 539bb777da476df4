import Diagnostics

/// Why an override cannot be understood or applied.
package enum OverrideError: UserFacingError, Hashable {
    /// The override as it was typed, and what is wrong with it.
    case malformed(String, String)
    /// An override in a form that does not exist, and the one that is meant.
    case misspelled(String, problem: String, meant: String)
    /// The override as it was typed.
    case sweep(String)
    /// A sweep of more combinations than anybody wants to run.
    case tooManyRuns(limit: Int)
    case absent(key: String, file: String, similar: String?)
    case absentForDeletion(key: String, file: String, similar: String?)
    case present(key: String, file: String)
    /// The value in the file, and the one that was to be deleted, as texts.
    case different(key: String, is: String, expected: String)
    case notEditable(key: String, file: String, reason: String)
    /// `instead` is a file of that name in a folder above.
    case missingFile(String, instead: String? = nil)

    /// Keys, values and file names have their control characters made visible.
    package var message: String {
        switch self {
        case .malformed(let text, let problem):
            "cannot understand '\(Console.sanitized(text))': \(Console.sanitized(problem))"
        case .misspelled(let text, let problem, _): "cannot understand '\(Console.sanitized(text))': \(problem)"
        case .sweep(let text): "'\(Console.sanitized(text))' names several values, and one run takes one"
        case .tooManyRuns(let limit): "the overrides ask for more than \(limit) experiments"
        case .absent(let key, let file, _):
            "cannot set '\(Console.sanitized(key))': \(Console.sanitized(file)) has no such parameter"
        case .absentForDeletion(let key, let file, _):
            "cannot delete '\(Console.sanitized(key))': \(Console.sanitized(file)) has no such parameter"
        case .present(let key, let file):
            "cannot add '\(Console.sanitized(key))': \(Console.sanitized(file)) has it already"
        case .different(let key, let value, let expected):
            "cannot delete '\(Console.sanitized(key))': it is \(Console.sanitized(value)) and not \(Console.sanitized(expected))"
        case .notEditable(let key, let file, let reason):
            "cannot change '\(Console.sanitized(key))' in \(Console.sanitized(file)): \(Console.sanitized(reason))"
        case .missingFile(let file, _): "parameter file '\(Console.sanitized(file))' does not exist"
        }
    }

    /// The wording that would do, as far as it can be guessed; `nil` where nothing can.
    package var hint: String? {
        switch self {
        case .malformed: "write [FILE:]KEY=VALUE, for example -S lr=0.1 or -S other.json:train.lr=0.1"
        case .misspelled(_, _, let meant): "write -S '\(Console.sanitized(meant))'"
        case .sweep: "add '--queue' to queue an experiment for each, then run them with 'git exp queue start'"
        case .tooManyRuns: "queue them in parts"
        case .absent(let key, let file, let similar?):
            "did you mean '\(form(similar, of: file))'? '\(form("+" + key, of: file))=…' adds a new one"
        case .absent(let key, let file, nil): "'\(form("+" + key, of: file))=…' adds it"
        case .present(let key, let file):
            "'\(form(key, of: file))=…' sets it, '\(form("++" + key, of: file))=…' does either"
        case .absentForDeletion(_, let file, let similar?): "did you mean '\(form("~" + similar, of: file))'?"
        case .missingFile(_, let instead?):
            "from this folder it is '\(Console.sanitized(instead))': write -S '\(Console.sanitized(instead)):KEY=VALUE'"
        case .absentForDeletion(_, _, nil), .different, .missingFile: nil
        case .notEditable: "change the file by hand"
        }
    }

    /// 129 for what does not follow the grammar or names several values, 128 for what the file does not allow.
    package var status: ExitStatus {
        switch self {
        case .malformed, .misspelled, .sweep, .tooManyRuns: .usage
        default: .failure
        }
    }

    /// How `-S` names a key of a file.
    private func form(_ key: String, of file: String) -> String {
        Console.sanitized(file.isIdentical(to: ParameterOverride.defaultFile) ? key : file + ":" + key)
    }
}
