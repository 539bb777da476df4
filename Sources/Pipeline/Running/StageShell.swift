import Diagnostics
import Files
import Processes
import SystemPackage

/// The shell that runs a stage's commands, one process a line.
package struct StageShell: Sendable {
    /// Absolute, or a name for `PATH`: as the environment has it.
    package let path: String

    /// The user's shell from the environment, `/bin/sh` without one.
    package init(environment: [String: String]) {
        let chosen = environment["SHELL"] ?? ""
        path = chosen.isEmpty ? "/bin/sh" : chosen
    }

    /// The call that runs one line. Start-up files of the user's stay out of it.
    ///
    /// A line that any shell would pass on as it is needs no shell to start, as in make.
    package func call(_ line: String, directory: FilePath, environment: [String: String]) -> ProcessCall {
        let name = FilePath(path).lastComponent?.string ?? path
        let options: [String] =
            switch name {
            case "bash": ["--noprofile", "--norc"]
            case "zsh": ["--no-rcs"]
            default: []
            }
        var call = ProcessCall(
            executable: path, arguments: options + ["-c", line], environment: environment, directory: directory)
        guard let command = PlainCommand(line, environment: environment), Self.isWellKnown(path),
            let physical = FileIO.resolved(directory), FilePath(physical.string) == physical
        else { return call }
        let isNamed = Self.isNamed(directory, by: environment["PWD"])
        call.shortcut = .init(words: command.words, additions: isNamed ? [:] : ["PWD": physical.string])
        return call
    }

    /// Whether a shell would leave `PWD` as it is.
    private static func isNamed(_ directory: FilePath, by name: String?) -> Bool {
        guard let name, name.hasPrefix("/"),
            let named = try? FileStatus.of(FilePath(name), followingLinks: true),
            let status = try? FileStatus.of(directory, followingLinks: true)
        else { return false }
        return (named.device, named.inode) == (status.device, status.inode)
    }

    /// Whether it is known what the shell has built in: `sh` may be any of many.
    private static func isWellKnown(_ path: String) -> Bool {
        guard let shell = FileIO.resolved(FilePath(path)) else { return false }
        return ["/bin", "/usr/bin", "/usr/local/bin"].contains(shell.parent.string)
            && ["dash", "bash"].contains(shell.lastComponent?.string)
    }
}
