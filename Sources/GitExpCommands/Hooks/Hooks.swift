import Diagnostics
import Experiments
import Git
import HookActions
import HookScripts
import Pipeline
import Processes
import SystemPackage

/// Carries out what git's hooks ask for.
enum Hooks {
    /// - Parameter words: The name of the hook, and what git said to it.
    static func perform(_ words: ArraySlice<String>, _ console: Console) throws {
        guard let name = words.first, let hook = HookScript(rawValue: name) else {
            throw HookError.unknownHook(words.first ?? "")
        }
        if HookSilence.holds(ProcessCall.inheritedEnvironment()) { return }
        let repository = try Repository(discovering: Workspace.currentFolder())
        let settings = try GitSettings(of: repository)
        switch hook {
        case .preCommit: try preCommit(repository, settings, console)
        case .postCheckout, .postMerge, .postRewrite, .prePush: break
        }
    }

    private static func preCommit(_ repository: Repository, _ settings: GitSettings, _ console: Console) throws {
        let strictness = try settings.choice("exp.verify", of: CommitGate.Strictness.allCases, default: .block)
        let gate = CommitGate(verification(repository, console), console: console)
        if try !gate.lets(strictness) { throw ExitStatus.no }
    }

    /// The judge of a repository's commits.
    static func verification(_ repository: Repository, _ console: Console) -> Verification {
        Verification(repository) { prefix in try project(at: prefix, of: repository, console).project }
    }

    /// Opens a project of the repository.
    static func project(
        at prefix: FilePath, of repository: Repository, _ console: Console
    ) throws -> ProjectContext {
        guard let workTree = repository.workTree else { throw HookError.noWorkTree }
        return try Workspace.openProject(console, at: workTree.pushing(prefix).string)
    }
}
