import Diagnostics
import SystemPackage

/// Why data could not be shared.
package enum RemoteError: UserFacingError, Hashable {
    /// An object of the cache does not hold what its name says; it was moved.
    case damagedHere(String, movedTo: FilePath?)
    /// What the remote holds under a name is something else; it was moved where that was possible.
    case damagedThere(String, remote: String, movedTo: String?)
    /// The remote lost an item while it was asked for it.
    case vanished(String, remote: String)
    /// What arrived at the remote is not what was sent.
    case garbled(String, remote: String)
    /// The folder of a remote is not there, as it is with a share that is not mounted.
    case noFolder(FilePath)
    /// The remote's name.
    case noRclone(String)
    /// What was being done, to which address, and what `rclone` said of it, which may be nothing.
    case rclone(doing: String, String, says: String)
    /// The remote's name, an address as it should be, and what is wrong with the one that is set.
    case badAddress(String, String, problem: String)
    /// The remote's name, and what of it this program cannot do.
    case unsupported(String, String, hint: String)
    /// The remote's name; nothing can be written to addresses of the kind.
    case readOnly(String, scheme: String)
    /// The remote's name, the option, and what it takes.
    case badOption(String, String, expected: String)
    /// A setting that runs a program, in a file that came with the repository.
    case commandInRepository(String, String)
    /// The remote's name, and what it wants to be told.
    case noTerminal(String, String)

    /// Addresses, names and what `rclone` says have their control characters made visible.
    package var message: String {
        switch self {
        case .damagedHere(let name, _): "object \(name) in the cache does not hold what its name says"
        case .damagedThere(let name, let remote, _):
            "'\(clean(name))' on '\(clean(remote))' does not hold what its name says"
        case .vanished(let name, let remote): "'\(clean(name))' on '\(clean(remote))' is gone"
        case .garbled(let name, let remote): "'\(clean(name))' did not arrive intact on '\(clean(remote))'"
        case .noFolder(let path): "the remote's folder '\(clean(path.string))' is not there"
        case .noRclone(let remote): "remote '\(clean(remote))' needs the program 'rclone', which is not installed"
        case .rclone(let action, let address, let says):
            "cannot \(action) '\(clean(address))'" + (says.isEmpty ? "" : ": \(clean(says))")
        case .badAddress(let remote, _, let problem):
            "the address of remote '\(clean(remote))' is not usable: \(problem)"
        case .unsupported(let remote, let what, _): "remote '\(clean(remote))' cannot be used: \(clean(what))"
        case .readOnly(let remote, let scheme):
            "remote '\(clean(remote))' can only be read: it is a '\(scheme)' address"
        case .badOption(let remote, let option, let expected):
            "setting '\(clean(option))' of remote '\(clean(remote))' is not usable: it takes \(expected)"
        case .commandInRepository(let remote, let option):
            "setting '\(clean(option))' of remote '\(clean(remote))' names a program to run, but comes with the repository"
        case .noTerminal(let remote, let what): "remote '\(clean(remote))' asks for a \(what), and there is no terminal"
        }
    }

    /// For what `rclone` says, only where its cause is a common one; `nil` otherwise.
    package var hint: String? {
        switch self {
        case .damagedHere(_, let path?):
            "it was moved to '\(clean(path.string))'; fetch it again, or run the experiment again"
        case .damagedHere: "remove it, and fetch it again"
        case .damagedThere(_, _, let path?): "it was moved to '\(clean(path))'; push it again from where it is intact"
        case .damagedThere: "remove it there, and push it again from where it is intact"
        case .vanished, .garbled: "run the command again"
        case .noFolder: "mount it; or make the folder, if this remote is new"
        case .noRclone: "install it: 'sudo apt install rclone', or see https://rclone.org/install/"
        case .rclone(_, _, let says): Self.advice(says)
        case .badAddress(let remote, let example, _): "git exp remote modify \(clean(remote)) url \(example)"
        case .unsupported(_, _, let hint): hint
        case .readOnly: "give the remote an address that can be written, such as webdav:// or ssh://"
        case .badOption(let remote, let option, _): "git exp remote modify \(clean(remote)) \(clean(option)) <value>"
        case .commandInRepository(let remote, let option):
            "if you trust it: git exp remote modify --local \(clean(remote)) \(clean(option)) '<command>'"
        case .noTerminal: "run the command in a terminal, or set it in .dvc/config.local"
        }
    }

    private static func advice(_ text: String) -> String? {
        if text.contains("knownhosts: key is unknown") || text.contains("known_hosts") {
            return "connect once with 'ssh', look at the host's key and accept it"
        }
        if text.contains("knownhosts: key mismatch") { return "the host has another key than before; make sure why" }
        if text.contains("unable to authenticate") || text.contains("AccessDenied") || text.contains("Forbidden") {
            return "check user, password and keys: git exp remote modify --local <name> <option> <value>"
        }
        return nil
    }

    private func clean(_ text: String) -> String { Console.sanitized(text) }
}
