import ArgumentParser
import Diagnostics

struct HookCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hooks", abstract: "Do what one of git's hooks is for.",
        usage: "git exp hook <name> [<argument> ...]",
        discussion: """
            The scripts that 'git exp install' writes call this; people need it to try a hook out, and for programs such as \
            pre-commit, lefthook and Husky. No hook runs a command from the repository. Where 'git-exp' is missing, the \
            scripts say so and let git go on.

            `pre-commit` stops a commit that would make dvc.lock lie. It looks at what is staged, not at the workspace, and \
            only at stages that the commit touches. 'git config exp.verify warn' lets the commit pass with a warning, \
            'off' looks at nothing. 'git commit --no-verify' leaves the hook out once.

            `post-checkout` and `post-merge` bring the outputs from the cache whose entry in dvc.lock, or in a '.dvc' file, \
            is another one than before. Data that is saved nowhere stays. They say one line where there was something to \
            do. In the middle of a rebase, cherry-pick, merge or bisect they do nothing, unless 'exp.checkoutDuring' names \
            it: 'all', or some of 'rebase,cherry-pick,merge,bisect'.

            `post-rewrite` moves experiments whose commit was amended or rebased to the new one, unless another branch of \
            this repository keeps the old one. 'git exp undo' takes it back.

            `pre-push` sends the data of the commits that the Git remote does not have yet to the default data remote, \
            before the commits go. Without such a remote nothing happens. 'git config exp.pushData warn' goes on where \
            data cannot be sent, 'off' sends none.

            Examples:
              git exp hook pre-commit
              git exp hook post-checkout OLD-COMMIT NEW-COMMIT 1
            """,
        aliases: ["hook"])

    @Argument(parsing: .captureForPassthrough, help: "The name of the hook, and what git says to it.")
    var words: [String] = []

    func run() throws { try Hooks.perform(words[...], Console(colour: TerminalStyle.colourOfErrors)) }
}
