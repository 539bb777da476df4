import Diagnostics
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
    package func call(_ line: String, directory: FilePath, environment: [String: String]) -> ProcessCall {
        let name = FilePath(path).lastComponent?.string ?? path
        let options: [String] =
            switch name {
            case "bash": ["--noprofile", "--norc"]
            case "zsh": ["--no-rcs"]
            default: []
            }
        return ProcessCall(
            executable: path, arguments: options + ["-c", line], environment: environment, directory: directory)
    }
}
