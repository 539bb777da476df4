import Diagnostics
import Files
import Git
import Pipeline
import SystemPackage

/// Lets git know of files that a command wrote: stages them where the user wants that, or says how to.
package struct GitTracking {
    private let context: ProjectContext

    /// Takes the project; one without git is fine.
    package init(_ context: ProjectContext) { self.context = context }

    /// Says nothing in a project without git.
    ///
    /// - Parameter files: Seen from the project root; those that are gone count too.
    package func announce(_ files: [FilePath]) throws {
        guard context is ExperimentContext else { return }
        var seen: Set<FilePath> = []
        let files = try files.filter { file in
            guard seen.insert(file).inserted else { return false }
            // Of what is gone git need only know where it had it.
            return try FileStatus.of(context.project.root.pushing(file), followingLinks: false) != nil
                || context.sourceControl.isTracked(file)
        }
        if files.isEmpty { return }
        let names = files.map { ProjectPath.relative($0, from: context.folder).string }
        if try context.project.config.isTrue("core.autostage") ?? false {
            let answer = try GitCommand(in: context.project.root.pushing(context.folder)).run(
                ["--literal-pathspecs", "add", "--all", "--"] + names)
            if !answer.exit.isSuccess { context.console.warn("git could not stage the files: \(answer.complaint)") }
            return
        }
        let words = names.map {
            // What begins with a dash would be taken for an option.
            ShellWord.shown($0.utf8.first == UInt8(ascii: "-") ? "./" + $0 : $0)
        }.joined(separator: " ")
        context.console.note("\nTo track the changes with git, run:\n\n\tgit add \(words)")
        context.console.note("\nTo enable auto staging, run:\n\n\tgit exp config core.autostage true")
    }
}
