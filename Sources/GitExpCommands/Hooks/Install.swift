import ArgumentParser
import Diagnostics
import Git
import HookActions
import HookScripts
import SystemPackage

struct Install: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put git exp's hooks and drivers into this repository.",
        usage: "git exp install [<options>]",
        discussion: """
            The hooks keep dvc.lock consistent with what is committed, bring data after a checkout, send it before a push, \
            and move experiments after history was rewritten; 'man git-exp-hooks' tells what each one does. The drivers \
            merge and show dvc.lock, dvc.yaml and '.dvc' files; `.gitattributes` gets the lines that name them.

            Hooks that are there stay: ours is a block of lines between two marks behind the first line of a shell script. \
            A hook that is no shell script is renamed to NAME.before-git-exp and called. 'core.hooksPath' is honoured, \
            linked worktrees share their hooks, and a submodule has its own. Installing again brings our lines up to date, \
            and changes nothing where they are. 'git exp uninstall' removes exactly what was added.

            Examples:
              git exp install --dry-run
              git exp install
              git exp install --hook pre-commit --hook pre-push
            """)

    @OptionGroup var choice: HookChoice
    @OptionGroup var global: GlobalOptions

    func run() throws {
        try choice.carryOut(global.console, nothing: "Everything is installed.") { installation, hooks in
            if try installation.isOfHusky() {
                global.console.warn("Husky writes \(installation.folderShown) anew when it is installed")
                global.console.hint(
                    "install again after that, or put a line such as 'git exp hook pre-commit' into the hooks beside it"
                )
            }
            return try installation.installing(hooks)
        }
    }
}

struct Uninstall: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Take git exp's hooks and drivers out of this repository.",
        usage: "git exp uninstall [<options>]",
        discussion: """
            Removes what 'git exp install' added, and nothing else: hooks of others are as they were, byte by byte. Lines \
            of `.gitattributes` go if they were added in this clone.

            Example:
              git exp uninstall --dry-run
            """)

    @OptionGroup var choice: HookChoice
    @OptionGroup var global: GlobalOptions

    func run() throws {
        try choice.carryOut(global.console, nothing: "Nothing of ours is installed.") { try $0.uninstalling($1) }
    }
}

/// Which hooks are meant, and where.
struct HookChoice: ParsableArguments {
    @Flag(help: "For this repository, with all of its worktrees. This is the default, and there is no other place.")
    var local = false

    @Option(
        name: .customLong("hook"),
        help: ArgumentHelp("Only this hook, and no drivers; may be given several times.", valueName: "name"))
    var hooks: [String] = []

    @Flag(help: "Only say what would be done.")
    var dryRun = false

    /// Does what is to be done, and tells it.
    ///
    /// - Parameter nothing: What to say where there is nothing.
    func carryOut(
        _ console: Console, nothing: String,
        _ steps: (HookInstallation, [HookScript]?) throws -> [HookInstallation.Step]
    ) throws {
        let scripts = try hooks.map { name in
            guard let script = HookScript(rawValue: name) else { throw HookError.unknownHook(name) }
            return script
        }
        let repository = try Repository(discovering: Workspace.currentFolder())
        let installation = try HookInstallation(repository, try GitSettings(of: repository))
        let steps = try steps(installation, hooks.isEmpty ? nil : scripts)
        for step in steps {
            if dryRun {
                console.print("would have " + step.text.replacingFirstWord)
            } else {
                try step.perform()
                console.note(step.text.capitalizingFirst)
            }
        }
        if steps.isEmpty { console.note(nothing) }
        if !steps.isEmpty, installation.isFolderShared {
            console.warn("'core.hooksPath' names a folder outside of this repository; others may use it, too")
        }
    }
}

extension String {
    fileprivate var capitalizingFirst: String { prefix(1).uppercased() + dropFirst() }

    /// `wrote` becomes `written`, and so on: the steps begin with few words.
    fileprivate var replacingFirstWord: String {
        for (past, participle) in [("wrote", "written"), ("took", "taken"), ("forgot", "forgotten")] {
            if hasPrefix(past + " ") { return participle + dropFirst(past.count) }
        }
        return self
    }
}
