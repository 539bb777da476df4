import Files
import Git
import SystemPackage

/// The runs that go on in folders of their own, for somebody who waits or for the queue.
struct LiveRuns {
    struct Run {
        /// The experiment that it makes.
        let reference: ExperimentReference
        let runner: ExperimentRunner
    }

    let runs: [Run]

    init(of context: ExperimentContext) throws {
        let root = context.ticket?.home ?? context.project.root
        runs = try [TemporaryRun.parent(in: root), QueueFolder(root: root).runs].flatMap { parent in
            try TemporaryFolder.live(in: parent).compactMap { folder, process in
                let project = context.prefix.isEmpty ? folder : folder.pushing(context.prefix)
                // Without a ticket yet, nothing of the experiment is there.
                guard let ticket = try? RunTicket(reading: RunTicket.file(in: project)) else { return nil }
                guard ticket.place == .queue else {
                    return Run(reference: ticket.run.reference, runner: .process(process))
                }
                // Once it is said how the entry ended, the process only clears away.
                let final = QueueFolder(root: ticket.home).file(.final, of: ticket.run.stash)
                if try FileStatus.of(final, followingLinks: false) != nil { return nil }
                return Run(reference: ticket.run.reference, runner: .queue(.running))
            }
        }
    }

    /// - Throws: ``ExperimentError/beingRun(_:by:isRepeated:)`` where one of the experiments is being run.
    func refuse(_ experiments: [Experiment]) throws {
        for run in runs {
            guard let experiment = experiments.first(where: { $0.reference == run.reference }) else { continue }
            throw ExperimentError.beingRun(experiment.name, by: run.runner, isRepeated: false)
        }
    }
}

extension TemporaryFolder {
    /// The folders below another one whose processes live, with the processes.
    fileprivate static func live(in parent: FilePath) throws -> [(path: FilePath, process: Int32?)] {
        try (FileIO.list(parent) ?? []).compactMap { entry in
            guard entry.name.hasSuffix(".lock"), entry.name.hasPrefix("tmp") else { return nil }
            let path = parent.appending(String(entry.name.dropLast(".lock".count)))
            do {
                _ = try FileLock(parent.appending(entry.name))
                return nil
            } catch let error as FileLockError {
                return (path, error.holder)
            }
        }
    }
}
