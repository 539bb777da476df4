import Diagnostics
import Processes
import SystemPackage

/// The user's own `git`, for what only git gets right: identity, filters, credentials, checkout, network.
package struct GitCommand: Sendable {
    private let directory: FilePath
    /// Set on top of the inherited environment.
    private let additions: [String: String]

    /// A variable that tells hooks that git was called from here.
    package static let marker = "GIT_EXP_CALLS_GIT"

    /// Takes the absolute path of the folder that git works in, and variables on top of those inherited.
    package init(in directory: FilePath, environment additions: [String: String] = [:]) {
        self.directory = directory
        self.additions = additions
    }

    /// Runs git and returns how it ended, whatever the status.
    ///
    /// - Parameter isDependent: Whether git ends when this process is killed, where the system can do that.
    /// - Throws: ``GitCommandError`` where git could not be started at all.
    package func run(
        _ arguments: [String], input: [UInt8] = [], isDependent: Bool = false
    ) throws(GitCommandError) -> Answer {
        do {
            return Answer(result: try call(arguments, input).start(isDependent: isDependent).wait())
        } catch {
            throw .notStarted(error.message)
        }
    }

    /// The same for words that stand in the source.
    ///
    /// - Throws: ``GitCommandError`` where git could not be started at all.
    package func run(_ arguments: String...) throws(GitCommandError) -> Answer { try run(arguments) }

    /// Runs git, and hands over what it says on standard error while it runs: a server's words, or what a credential
    /// helper asks for.
    ///
    /// Git ends with this process, however that ends: what talks to a server may wait for ever.
    /// - Throws: ``GitCommandError`` where git could not be started at all.
    package func run(
        _ arguments: [String], input: [UInt8] = [], onError: (ArraySlice<UInt8>) -> Void
    ) throws(GitCommandError) -> Answer {
        do {
            return try withoutActuallyEscaping(onError) { onError in
                Answer(result: try call(arguments, input).start(isDependent: true).wait(onError: onError))
            }
        } catch let error as ProcessError {
            throw .notStarted(error.message)
        } catch {
            throw .notStarted(String(describing: error))
        }
    }

    /// What git printed, without the line feed at the end.
    ///
    /// - Throws: ``GitCommandError`` with git's own complaint where it failed.
    package func output(_ arguments: String...) throws(GitCommandError) -> String {
        let answer = try run(arguments)
        guard answer.exit.isSuccess else { throw .failed(arguments: arguments, complaint: answer.complaint) }
        return answer.text
    }

    /// Starts git, to be collected later, while other work goes on.
    package func start(_ arguments: String...) throws(GitCommandError) -> RunningProcess {
        do {
            return try call(arguments, []).start()
        } catch {
            throw .notStarted(error.message)
        }
    }

    private func call(_ arguments: [String], _ input: [UInt8]) -> ProcessCall {
        let additions = Self.absolutePaths.merging(additions) { $1 }
        var environment = ProcessCall.inheritedEnvironment().merging(additions) { $1 }
        environment[Self.marker] = "1"
        return ProcessCall(
            executable: "git", arguments: arguments, environment: environment, directory: directory, input: input)
    }

    /// What the user says of the repository relative to our folder, for a git that is started in another one.
    private static var absolutePaths: [String: String] {
        var result: [String: String] = [:]
        for name in ["GIT_DIR", "GIT_WORK_TREE"] {
            guard let path = getenvironment(name), !path.isEmpty, !path.hasPrefix("/") else { continue }
            result[name] = currentFolder().pushing(FilePath(path)).string
        }
        return result
    }

    /// How a call of git ended.
    package struct Answer: Sendable {
        /// A status other than 0 is an answer, too.
        package let exit: ProcessExit
        /// All of the standard output, byte for byte.
        package let output: [UInt8]
        /// What git wrote to standard error, on one line, without its `fatal: `.
        package let complaint: String

        init(result: ProcessResult) {
            exit = result.exit
            output = result.output
            let text = String(decoding: result.error, as: UTF8.self)
            let lines = text.split(separator: "\n").map { line in
                let line = line.hasPrefix("fatal: ") ? line.dropFirst(7) : line
                return Console.sanitized(String(line))
            }
            complaint = lines.joined(separator: "; ")
        }

        /// The output as text, without the line feed at the end.
        package var text: String {
            let text = String(decoding: output, as: UTF8.self)
            return text.hasSuffix("\n") ? String(text.dropLast()) : text
        }
    }
}

/// Git could not be run, or it said no.
package enum GitCommandError: UserFacingError, Hashable {
    /// The reason, for users.
    case notStarted(String)
    /// The words of the call, and what git wrote to standard error on one line.
    case failed(arguments: [String], complaint: String)

    /// Of a call only the first word, because the others may be long.
    package var message: String {
        switch self {
        case .notStarted(let reason): "cannot run git: \(reason)"
        case .failed(let arguments, let complaint): "'git \(arguments.first ?? "")' failed: \(complaint)"
        }
    }

    /// Only where git did not start; what it says itself stands in the message.
    package var hint: String? {
        switch self {
        case .notStarted: "git must be installed and on your PATH"
        case .failed: nil
        }
    }
}
