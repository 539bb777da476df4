import TestSupport
import Testing

/// What a wrong call is told.
@Suite struct UsageTests {
    private func complaint(_ words: String) throws -> String {
        let sandbox = try Sandbox(git: false)
        let outcome = try sandbox.run("git-exp", words.split(separator: " ").map(String.init))
        #expect(outcome.status == 129 && outcome.output.isEmpty, "\(outcome)")
        return outcome.errors
    }

    @Test(arguments: [
        ("rnu", "'rnu'", "did you mean 'git exp run'?"), ("shwo --json", "'shwo'", "did you mean 'git exp show'?"),
        ("metrics dif", "'metrics dif'", "did you mean 'git exp metrics diff'?"),
        ("stage ad -n x", "'stage ad'", "did you mean 'git exp stage add'?"),
        ("nosuch", "'nosuch'", "'git exp -h' lists the commands"),
        ("metrics nosuch", "'metrics nosuch'", "'git exp metrics -h' lists the commands"),
        ("studio", "'studio'", "it is one of DVC's that git exp does not have; 'git exp -h' lists the commands"),
        ("exp show", "'exp'", "leave out the second 'exp': 'git exp show' is 'dvc exp show'"),
    ])
    func unknownCommands(_ words: String, _ command: String, _ hint: String) throws {
        let lines = try complaint(words).split(separator: "\n")
        #expect(lines.first ?? "" == "error: \(command) is not a git exp command")
        #expect(lines.dropFirst().first ?? "" == "hint: \(hint)")
        #expect(lines.last?.hasPrefix("usage: git exp ") == true)
    }

    @Test(arguments: [
        ("gc --workspce", "--workspce", "did you mean '--workspace'?"),
        ("gc -workspace", "-workspace", "did you mean '--workspace'?"),
        ("run --nosuchqueue", "--nosuchqueue", "'git exp run -h' lists the options"),
        ("show --temp=1", "--temp", "'git exp show -h' lists the options"),
        ("list -qy", "-y", "'git exp list -h' lists the options"),
        ("show --keep --x --only-chnged", "--only-chnged", "did you mean '--only-changed'?"),
        ("--foo", "--foo", "'git exp -h' lists the options"),
    ])
    func unknownOptions(_ words: String, _ option: String, _ hint: String) throws {
        let lines = try complaint(words).split(separator: "\n")
        #expect(lines.first ?? "" == "error: unknown option '\(option)'")
        #expect(lines.dropFirst().first ?? "" == "hint: \(hint)")
        #expect(lines.last?.hasPrefix("usage: git exp ") == true)
    }

    @Test(arguments: [
        (
            "apply",
            """
            error: missing expected argument '<revision>'
            hint: <revision>: An experiment's name, NAME@N, NAME@best, NAME@last, or any commit.
            usage: git exp apply [<options>] <revision>

            """
        ),
        (
            "gc",
            """
            error: say what to keep: --workspace, --all-branches, --all-tags, --all-commits or --date
            usage: git exp gc <options>

            """
        ),
        ("apply a b", "error: unexpected argument 'b'\nusage: git exp apply [<options>] <revision>\n"),
    ])
    func otherMistakes(_ words: String, _ text: String) throws {
        #expect(try complaint(words) == text)
    }

    @Test(arguments: [
        ("gc -h", "USAGE: git exp gc <options>\n\n"), ("help stage", "USAGE: git exp stage <command>\n\n"),
        ("help stage", "See 'git exp help stage <subcommand>'"),
        ("stage add -h", "USAGE: git exp stage add -n <name> [<options>] <command> ...\n\n"),
    ])
    func helpNamesTheProgramAsItIsCalled(_ words: String, _ text: String) throws {
        let sandbox = try Sandbox(git: false)
        let help = try sandbox.run("git-exp", words.split(separator: " ").map(String.init))
        #expect(help.status == 0 && help.output.contains(text), "\(help)")
        #expect(!help.output.contains("git-exp"))
    }
}
