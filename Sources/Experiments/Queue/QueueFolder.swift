import Files
import Git
import Pipeline
import SystemPackage

/// Where a project's queue is: the files that DVC has, too, and those of ours beside them.
struct QueueFolder: Sendable {
    /// The project's root, absolute.
    let root: FilePath

    private var shared: FilePath { root.pushing(".dvc/tmp/exps/celery") }
    /// A file for each entry that waits; whoever moves one from here to ``taken`` has it.
    var waiting: FilePath { shared.pushing("broker/in") }
    /// The files of entries that somebody took.
    var taken: FilePath { shared.pushing("broker/processed") }
    /// What DVC's workers say of entries that ended.
    var results: FilePath { shared.appending("result") }
    /// Where the folders of runs are.
    var runs: FilePath { root.pushing(".dvc/tmp/exps") }
    var own: FilePath { ProjectWorkspace.scratch(of: root).appending("queue") }
    /// The files of entries that wait until they are released.
    var held: FilePath { own.appending("held") }
    /// A lock for each worker.
    var workers: FilePath { own.appending("workers") }
    /// A new one of these asks all workers to end.
    var stop: FilePath { own.appending("stop") }

    /// Whether anything was ever queued.
    var exists: Bool { ((try? FileStatus.of(waiting, followingLinks: true)) ?? nil) != nil }

    func make() throws {
        for folder in [waiting, taken, shared.pushing("broker/control"), results, held, workers] {
            try FileIO.makeDirectories(folder)
        }
    }

    /// A file of ours about an entry.
    func file(_ kind: Kind, of stash: CommitID) -> FilePath { own.appending("\(stash.hex).\(kind.rawValue)") }

    enum Kind: String, CaseIterable {
        /// What neither the commit nor DVC's file can say.
        case options
        /// A lock that the process of the attempt has as long as it lives.
        case lease
        /// The attempts, and the commits they made.
        case record
        /// Somebody wants the attempt to end for good.
        case kill
        /// How it ended.
        case final
    }

    /// The files about an entry's runs that DVC has, too.
    func information(_ stash: CommitID) -> FilePath { runs.appending("run").appending(stash.hex) }

    /// What all attempts printed.
    func log(of stash: CommitID) -> FilePath { information(stash).appending(stash.hex + ".out") }

    /// What DVC calls the process of the attempt by.
    func process(of stash: CommitID) -> FilePath { information(stash).appending(stash.hex + ".json") }

    func result(of task: String) -> FilePath { results.appending("celery-task-meta-" + task) }
}
