import ArgumentParser
import Diagnostics
import Processes

/// The version of the program.
package let programVersion = "0.1.0"

struct GitExp: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "git-exp",
        abstract: "Run, keep, compare and resume machine-learning experiments in git.",
        discussion: """
            Each experiment, and each checkpoint inside one, is a commit under refs/exps; large outputs go to a cache \
            addressed by content. Repositories stay readable for DVC.
            """,
        version: "git-exp version \(programVersion)",
        subcommands: [
            Init.self, StageCommand.self, Run.self, Save.self, Repro.self, Status.self, Checkpoint.self, Show.self,
            List.self, Diff.self, Apply.self, Branch.self, Rename.self, Remove.self, GarbageCollection.self,
            Push.self, Pull.self, Undo.self, Restore.self, Rehome.self, Recover.self, Clean.self, Metrics.self,
            Params.self, Add.self,
            Commit.self, CheckoutData.self, Freeze.self, Unfreeze.self, Dag.self, DataCommand.self, Config.self,
            RemoteCommand.self, QueueCommand.self, Install.self, Uninstall.self, HookCommand.self, Verify.self,
            Execute.self, MergeDriver.self, TextConversion.self,
        ])
}

/// Runs the program with the words after its name.
///
/// - Returns: The exit status.
public func runGitExp(_ arguments: [String]) -> Int32 {
    // Asked for often by scripts, and answered before anything else is set up.
    if arguments == ["--version"] || arguments == ["version"] {
        Console().print("git-exp version \(programVersion)")
        return ExitStatus.success.rawValue
    }
    ProcessCall.refuseLargeFiles()
    let console = Console(colour: TerminalStyle.colourOfErrors)
    do {
        if arguments.first == "hook", let name = arguments.dropFirst().first, !name.hasPrefix("-") {
            try Hooks.perform(arguments.dropFirst(), console)
            return ExitStatus.success.rawValue
        }
        if try PlainCalls.perform(arguments) { return ExitStatus.success.rawValue }
        var command = try parse(RunWords.plain(arguments))
        try command.run()
        return ExitStatus.success.rawValue
    } catch let error as UserFacingError {
        return report(error, console)
    } catch let status as ExitStatus {
        return status.rawValue
    } catch {
        return reportUsage(error, of: arguments, console)
    }
}

/// A command that is named by its first word is parsed alone: reading the definitions of all the others would take
/// longer than many commands do. Whatever is unusual about the words goes through the root, which words it best.
private func parse(_ arguments: [String]) throws -> any ParsableCommand {
    let leaf: (any ParsableCommand.Type)? =
        switch arguments.first {
        case "run": Run.self
        case "show": Show.self
        case "list", "ls": List.self
        case "status": Status.self
        case "checkpoint": Checkpoint.self
        case "apply": Apply.self
        case "save": Save.self
        case "remove", "rm": Remove.self
        case "rename": Rename.self
        case "verify": Verify.self
        case "execute": Execute.self
        case "merge-driver": MergeDriver.self
        case "textconv": TextConversion.self
        default: nil
        }
    if arguments.first == "queue", let leaf = QueueCommand.process(arguments.dropFirst().first),
        let command = try? leaf.parse(Array(arguments.dropFirst(2)))
    {
        return command
    }
    if let leaf, let command = try? leaf.parse(Array(arguments.dropFirst())) { return command }
    return try GitExp.parseAsRoot(arguments)
}

private func report(_ error: any UserFacingError, _ console: Console) -> Int32 {
    console.complain(error.message)
    if let hint = error.hint { console.hint(hint) }
    return error.status.rawValue
}

/// Help and version requests, wrong usage, and defects of ours.
private func reportUsage(_ error: any Error, of arguments: [String], _ console: Console) -> Int32 {
    let code = GitExp.exitCode(for: error)
    if code == .success {
        let report = UsageReport(arguments)
        if arguments.first == "help", let mistake = report.unknownTopic {
            report.complain(about: mistake, to: console)
            return ExitStatus.usage.rawValue
        }
        let text = report.help(GitExp.fullMessage(for: error))
        console.printRaw(text.hasSuffix("\n") ? text : text + "\n")
        return ExitStatus.success.rawValue
    }
    if code == .validationFailure {
        UsageReport(arguments).complain(about: error, to: console)
        return ExitStatus.usage.rawValue
    }
    console.complain("this is a defect of git-exp: \(Console.sanitized(String(describing: error)))")
    console.hint("please report it, with the command that you gave")
    return ExitStatus.bug.rawValue
}

extension ExitStatus: Error {}
