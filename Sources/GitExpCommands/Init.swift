import ArgumentParser
import Diagnostics
import Git
import Pipeline
import SystemPackage

struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make the current folder a project.",
        usage: "git exp init [--force] [--subdir] [--no-scm]",
        discussion: "Writes .dvc/config, .dvc/.gitignore and .dvcignore, and stages them with git.")

    @Flag(name: .shortAndLong, help: "Write the files anew where a project is already; the cache stays.")
    var force = false

    @Flag(help: "Make a project in a folder below the top of the repository.")
    var subdir = false

    @Flag(
        name: .customLong("no-scm"),
        help: "Make a project without git; experiments need git, pipelines do not.")
    var withoutGit = false

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let folder = Workspace.currentFolder()
        var request = ProjectInit()
        request.force = force
        request.subdirectory = subdir
        request.withoutGit = withoutGit
        let repository = withoutGit ? nil : try Repository(discovering: folder)
        let paths = try request.make(in: folder, repository: repository?.workTree.map { $0.lexicallyNormalized() })
        if repository != nil, !paths.isEmpty {
            let git = GitCommand(in: folder)
            let answer = try git.run(["add", "--"] + paths.map(\.string))
            if !answer.exit.isSuccess { global.console.warn("git could not stage the new files: \(answer.complaint)") }
        }
        global.console.note("Initialized a project in '\(Console.sanitized(folder.string))'.")
        if repository != nil, !global.quiet {
            global.console.hint("commit the new files: git commit -m \"Initialize the project\"")
        }
    }
}
