import ArgumentParser
import Diagnostics
import Experiments

struct Apply: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring an experiment or a checkpoint into the workspace.",
        usage: "git exp apply [<options>] <revision>",
        discussion: """
            Code, parameters, metrics and outputs become those of the experiment; HEAD and the index stay. Local work \
            that would be overwritten is saved first, and how to get it back is printed. A run afterwards continues \
            from there, or branches off if something changed.

            NAME@1 is the lowest of the rows that 'git exp show' has below NAME, its oldest checkpoint; rows that only \
            repeat the one below them, as the end of a run does, are not counted, nor are the checkpoints of the \
            experiment that it was forked from.

            Examples:
              git exp apply brave-otter          the newest commit of the experiment
              git exp apply brave-otter@3        its third checkpoint
              git exp apply 85aaffb              a checkpoint by its id
            """)

    @Argument(help: "An experiment's name, NAME@N, NAME@best, NAME@last, or any commit.")
    var revision: String

    @Flag(
        name: .shortAndLong, inversion: .prefixedNo,
        help: "Accepted for compatibility; local work is saved, so nothing needs force.")
    var force = false

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let context = try Workspace.open(global.console)
        let resolved = try Revisions.resolver(context).resolve(revision)
        let isComplete = try Applying(context).apply(
            resolved.commit, named: revision, baseline: resolved.experiment?.baseline)
        if !isComplete { throw ExitStatus.no }
    }
}
