import Diagnostics
import Processes
import SystemPackage

/// Why a stage did not complete.
package enum RunError: UserFacingError, Hashable {
    /// A command of the stage failed, or a signal ended it.
    case commandFailed(stage: String, command: String, exit: ProcessExit, interruption: Int32?)
    case missingDependency(stage: String, path: String)
    /// A dependency that is neither a file nor a folder, such as `ds://name`.
    case dependencyIsAddress(stage: String, path: String)
    case missingOutput(stage: String, path: String)
    /// Training that went on from an earlier checkpoint did not write an output.
    case missingOutputOfTraining(stage: String, path: String)
    /// Of a stage that does not run, so nothing makes it.
    case missingFrozenOutput(stage: String, path: String)
    /// Data that a `.dvc` file tracks.
    case missingData(file: String, path: String)
    /// An output that goes to the cache and that git tracks.
    case outputTracked(path: String)
    /// An output that the cache is to hold, and that lies outside the project.
    case outputOutside(path: String)
    /// Stages with checkpoints, by their addresses, where nothing records them.
    case checkpointStages([String])
    case declined(stage: String)
    /// The shell's path.
    case shellMissing(String)
    /// More than the system takes for one program.
    case commandTooLong(stage: String)
    /// The signal came while no command ran.
    case interruptedBetween(signal: Int32)
    /// Another process reads or writes what the stage would write, or writes what it reads.
    case pathInUse(stage: String, path: String, process: Int32, program: String)
    /// Stages failed and the run went on with those that do not need them.
    case stagesFailed([String])

    /// Paths, addresses of stages and commands have their control characters made visible.
    package var message: String {
        switch self {
        case .commandFailed(let stage, let command, let exit, _):
            "stage '\(clean(stage))' failed: '\(clean(command))' \(Self.words(for: exit))"
        case .missingDependency(let stage, let path):
            "stage '\(clean(stage))' needs '\(clean(path))', which does not exist"
        case .dependencyIsAddress(let stage, let path):
            "stage '\(clean(stage))' needs '\(clean(path))', which is neither a file nor a folder"
        case .missingOutput(let stage, let path), .missingOutputOfTraining(let stage, let path):
            "stage '\(clean(stage))' did not write its output '\(clean(path))'"
        case .missingFrozenOutput(let stage, let path):
            "'\(clean(path))', an output of the frozen stage '\(clean(stage))', does not exist"
        case .missingData(let file, let path): "'\(clean(path))', which '\(clean(file))' tracks, does not exist"
        case .outputTracked(let path): "output '\(clean(path))' is tracked by git, so it cannot go to the cache"
        case .outputOutside(let path): "output '\(clean(path))' lies outside the project"
        case .checkpointStages(let stages):
            "stages with checkpoints are not for 'repro': \(stages.map { "'\(clean($0))'" }.joined(separator: ", "))"
        case .declined(let stage): "stage '\(clean(stage))' was not run: nobody said yes"
        case .shellMissing(let path): "the shell '\(clean(path))' (from SHELL) cannot be run"
        case .commandTooLong(let stage):
            "a command of stage '\(clean(stage))' is, with its environment, longer than the system allows"
        case .interruptedBetween(let signal): "stopped by \(Self.name(of: signal))"
        case .pathInUse(let stage, let path, let process, let program):
            "stage '\(clean(stage))' cannot run now: process \(process) (\(clean(program))) is using '\(clean(path))'"
        case .stagesFailed(let stages):
            (stages.count == 1 ? "a stage failed: " : "\(stages.count) stages failed: ")
                + stages.map { "'\(clean($0))'" }.joined(separator: ", ")
        }
    }

    /// `nil` where the command itself has said what is wrong.
    package var hint: String? {
        switch self {
        case .commandFailed: nil
        case .missingDependency: "make it, or correct 'deps' in dvc.yaml"
        case .dependencyIsAddress(let stage, _):
            "name a file or a folder in 'deps', or let the stage rest with 'git exp freeze \(clean(stage))'"
        case .missingOutput: "let the command write it, or correct its name in dvc.yaml"
        case .missingOutputOfTraining:
            "is there nothing left to train, at the last epoch already? train for more of them, or start over with "
                + "'git exp run --reset'"
        case .missingFrozenOutput(let stage, _):
            "'git exp checkout' brings it back from the cache; 'git exp unfreeze \(clean(stage))' lets the stage make it"
        case .missingData: "'git exp checkout' brings it back from the cache"
        case .outputTracked(let path):
            "let git forget it with 'git rm -r --cached \(clean(path))', or leave it to git: '-O' of 'git exp stage add', "
                + "'cache: false' in dvc.yaml"
        case .outputOutside: "choose a path inside the project, or say 'cache: false'"
        case .checkpointStages: "use 'git exp run'"
        case .declined, .interruptedBetween, .stagesFailed: nil
        case .pathInUse: "wait for it, then run the command again"
        case .shellMissing: "set SHELL to an existing shell, or unset it to use /bin/sh"
        case .commandTooLong: "put it into a script, or make the environment smaller"
        }
    }

    /// 130 or 143 where a signal ended the run, 1 where a command failed or somebody said no, 128 for the rest.
    package var status: ExitStatus {
        switch self {
        case .commandFailed(_, _, _, let signal?), .interruptedBetween(let signal):
            signal == 2 ? .interrupted : .preempted
        case .commandFailed, .declined, .stagesFailed: .no
        default: .failure
        }
    }

    private func clean(_ text: String) -> String { Console.sanitized(text) }

    private static func words(for exit: ProcessExit) -> String {
        switch exit {
        case .status(127): "exited with status 127: the shell did not find a command"
        case .status(126): "exited with status 126: a command may not be run"
        case .status(let status) where status > 128 && status < 160:
            "exited with status \(status), as after \(name(of: status - 128))"
        case .status(let status): "exited with status \(status)"
        case .signal(let signal): "was ended by \(name(of: signal))"
        }
    }

    private static func name(of signal: Int32) -> String {
        switch signal {
        case 1: "SIGHUP"
        case 2: "SIGINT"
        case 3: "SIGQUIT"
        case 4: "SIGILL"
        case 6: "SIGABRT"
        case 8: "SIGFPE"
        case 9: "SIGKILL"
        case 11: "SIGSEGV"
        case 13: "SIGPIPE"
        case 15: "SIGTERM"
        default: "signal \(signal)"
        }
    }
}
