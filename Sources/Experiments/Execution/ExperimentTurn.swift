import Cache
import Diagnostics
import Files
import Git
import SystemPackage

/// The right to run one experiment, and how far it is: for calls that are repeated until the experiment is complete.
package final class ExperimentTurn {
    /// What is left to do.
    package enum Work {
        /// There is no such experiment for `HEAD`.
        case everything
        /// Its last run ended, or was killed, before it was complete.
        case rest(Experiment)
        case nothing(Experiment)
    }

    /// Of the experiment.
    package let name: String
    /// As it was when the turn was taken; nobody else changes it before the turn is given back.
    package let work: Work
    private let lock: FileLock

    /// Takes the turn; whoever ends, however, gives it back.
    ///
    /// - Throws: ``ExperimentError/beingRun(_:by:isRepeated:)`` where the experiment is being run, or waits in the queue.
    package init(of name: String, in context: ExperimentContext) throws {
        try ExperimentName.check(name)
        self.name = name
        let repository = context.repository
        let head = try context.head()
        let reference = ExperimentReference(baseline: head, name: name)
        let file = repository.commonDirectory.appending("git-exp-runs").appending(
            SHA256.hex(reference.fullName) + ".lock")
        do {
            lock = try FileLock(file)
        } catch let error as FileLockError {
            throw ExperimentError.beingRun(name, by: .process(error.holder), isRepeated: true)
        }
        if let other = try Self.runner(of: reference, in: context) {
            throw ExperimentError.beingRun(name, by: other, isRepeated: true)
        }
        guard let tip = try repository.commit(named: reference.fullName) else {
            work = .everything
            return
        }
        let state = RunState(of: try repository.commit(tip).message)
        let experiment = Experiment(reference: reference, tip: tip)
        work = state == .complete ? .nothing(experiment) : .rest(experiment)
    }

    /// Who runs an experiment without having taken the turn.
    private static func runner(of reference: ExperimentReference, in context: ExperimentContext) throws
        -> ExperimentRunner?
    {
        let root = context.project.root
        if let run = RunInfo.running(in: root), run.baseline == reference.baseline,
            run.name?.isIdentical(to: reference.name) ?? false
        {
            return .process(run.process)
        }
        for ticket in try TemporaryFolder.tickets(in: TemporaryRun.parent(in: root), prefix: context.prefix)
        where ticket.run.reference == reference {
            return .folder(ticket.worktree)
        }
        let queue = Queue(context)
        guard queue.exists else { return nil }
        try queue.recover()
        let entry = try queue.entries().first { entry in
            entry.state.isOpen && entry.baseline == reference.baseline && entry.name.isIdentical(to: reference.name)
        }
        return entry.map { .queue($0.state) }
    }

    /// Lets the turn outlive the program, if this process is about to become the one of the run.
    package func surviving() -> Int32 { lock.surviving() }
}
