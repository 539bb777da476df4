import Diagnostics

/// Why experiments could not be shared.
package enum SharingError: UserFacingError, Hashable {
    /// What was given for a remote cannot be one.
    case badRemote(String)
    /// No remote was named, and it cannot be told which one is meant.
    case noRemote([String])
    /// Git could not read there. `experiment` is whether the word names an experiment.
    case unreadable(String, experiment: Bool)
    /// Names where experiments on a remote are meant.
    case notThere([String], remote: String)
    /// An experiment of that name is on the remote.
    case takenThere(String, remote: String)
    case notFetched(String)
    /// Git's reasons, each once.
    case refused([String], remote: String, reasons: [String])
    /// Data of experiments did not get to the data remote.
    case dataNotPushed([String])
    /// There is data to push and nowhere to push it.
    case noDataRemote(hasRemotes: Bool)

    /// Names, addresses and what git says have their control characters made visible.
    package var message: String {
        switch self {
        case .badRemote(let name): "'\(clean(name))' cannot be a Git remote or URL"
        case .noRemote(let names) where names.isEmpty: "there is no Git remote"
        case .noRemote: "it cannot be told which Git remote is meant"
        case .unreadable(let name, _): "'\(clean(name))' is not a Git remote or URL that can be reached"
        case .notThere(let names, let remote):
            "experiment \(quoted(names)) does not exist in '\(clean(remote))'"
        case .takenThere(let name, let remote):
            "experiment '\(clean(name))' already exists in '\(clean(remote))'"
        case .notFetched(let remote): "the experiments could not be fetched from Git remote '\(clean(remote))'"
        case .refused(let names, let remote, let reasons):
            "Git remote '\(clean(remote))' did not take \(quoted(names))"
                + (reasons.isEmpty ? "" : ": " + reasons.map(clean).joined(separator: "; "))
        case .dataNotPushed(let names): "not all data of \(quoted(names)) was pushed, so its reference was not either"
        case .noDataRemote: "there is no default remote for the data of the experiments"
        }
    }

    /// What to do next; there always is something.
    package var hint: String? {
        switch self {
        case .badRemote: "'git remote' lists the remotes"
        case .noRemote(let names) where names.isEmpty: "add one: git remote add origin <url>"
        case .noRemote(let names): "name it: " + names.prefix(5).map(clean).joined(separator: ", ")
        case .unreadable(let name, true): "to share an experiment, name the remote first: origin \(clean(name))"
        case .unreadable: "'git remote -v' lists the remotes"
        case .notThere(_, let remote): "'git exp list -A \(clean(remote))' shows what is there"
        case .takenThere: "replace it with '--force', or choose another name"
        case .notFetched: "run the command again"
        case .refused: "run the command again; what is on the remote already is not sent again"
        case .dataNotPushed: "run the command again; '--no-cache' pushes references alone"
        case .noDataRemote(let hasRemotes):
            (hasRemotes
                ? "choose one with '-r <name>' or 'git exp remote default <name>'"
                : "add one: git exp remote add --default <name> <folder or address>")
                + "; '--no-cache' leaves the data here"
        }
    }

    private func clean(_ text: String) -> String { Console.sanitized(text) }
    private func quoted(_ names: [String]) -> String {
        let shown = names.prefix(20).map { "'\(clean($0))'" }.joined(separator: ", ")
        return names.count > 20 ? "\(shown) and \(names.count - 20) more" : shown
    }
}
