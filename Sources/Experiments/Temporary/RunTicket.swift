import Files
import Formats
import Git
import Pipeline
import SystemPackage

/// What a process needs to know to carry out a frozen run in a folder that was made for it.
package struct RunTicket: Sendable {
    /// Who the run belongs to.
    package enum Place: String, Sendable {
        /// Somebody waits for it.
        case temporary = "tempdir"
        /// The queue.
        case queue = "dvc-task"
    }

    /// Decides who looks after the folder.
    package var place: Place
    /// The project whose experiment it is.
    package var home: FilePath
    /// The top of the worktree.
    package var worktree: FilePath
    /// What was put into commits when the run was asked for.
    package var run: FrozenRun
    /// The arguments of the call of DVC that does the same.
    package var call: Mapping
    /// Where the targets are seen from, relative to the project root.
    package var folder: FilePath
    /// Of the final commit; `nil` makes one up.
    package var message: String?
    /// How many stages may run at the same time.
    package var jobs: Int
    /// Whether results of earlier runs may stand for one.
    package var usesRunCache: Bool
    /// The name of the queue's file for it.
    package var task: String?

    /// The file for it in a worktree.
    static func file(in root: FilePath) -> FilePath {
        ProjectWorkspace.scratch(of: root).appending("ticket.json")
    }

    var request: RunRequest {
        var request = RunRequest(call: call)
        request.name = run.reference.name
        request.selection.folder = folder
        request.message = message
        request.options.jobs = jobs
        request.options.usesRunCache = usesRunCache
        return request
    }

    func write(to file: FilePath) throws {
        let value = Mapping([
            ("place", .string(place.rawValue)), ("home", .string(home.string)), ("worktree", .string(worktree.string)),
            ("stash", .string(run.stash.hex)), ("tree", .string(run.tree.hex)),
            ("reference", .string(run.reference.fullName)), ("start", .string(run.start.hex)),
            ("extends", .bool(run.extends)), ("continuing", .bool(run.isContinuing)), ("call", .mapping(call)),
            ("folder", .string(folder.string)), ("message", message.map { .string($0) } ?? .null),
            ("jobs", .int(jobs)), ("run_cache", .bool(usesRunCache)), ("task", task.map { .string($0) } ?? .null),
        ])
        try FileIO.makeDirectories(file.parent)
        try FileIO.replace(file, with: Array(JSON.pythonDumps(.mapping(value)).utf8), sync: false)
    }

    /// - Throws: ``ExperimentError/badTicket(_:)`` for anything but what ``write(to:)`` wrote.
    package init(reading file: FilePath) throws {
        guard let bytes = try FileIO.read(file), let value = try? JSON.parse(bytes, file: file.string).mapping,
            let place = value["place"]?.string.flatMap(Place.init), let home = value["home"]?.string,
            let worktree = value["worktree"]?.string, let stash = value["stash"]?.string.flatMap({ CommitID($0) }),
            let tree = value["tree"]?.string.flatMap({ TreeID($0) }),
            let reference = value["reference"]?.string.flatMap({ ExperimentReference($0) }),
            let start = value["start"]?.string.flatMap({ CommitID($0) }), let extends = value["extends"]?.bool,
            let isContinuing = value["continuing"]?.bool, let call = value["call"]?.mapping,
            let folder = value["folder"]?.string, let jobs = value["jobs"]?.int,
            let usesRunCache = value["run_cache"]?.bool
        else { throw ExperimentError.badTicket(file.string) }
        self.place = place
        self.home = FilePath(home)
        self.worktree = FilePath(worktree)
        run = FrozenRun(
            stash: stash, tree: tree, reference: reference, start: start, extends: extends, isContinuing: isContinuing)
        self.call = call
        self.folder = FilePath(folder)
        message = value["message"]?.string
        self.jobs = jobs
        self.usesRunCache = usesRunCache
        task = value["task"]?.string
    }

    /// Takes a frozen run with the request that it was made from.
    package init(
        place: Place, home: FilePath, worktree: FilePath, run: FrozenRun, request: RunRequest, task: String? = nil
    ) {
        self.place = place
        self.home = home
        self.worktree = worktree
        self.run = run
        call = request.call(
            baseline: run.reference.baseline, name: run.reference.name, startsOver: request.reset)
        folder = request.selection.folder
        message = request.message
        jobs = request.options.jobs
        usesRunCache = request.options.usesRunCache
        self.task = task
    }
}

extension RunTicket {
    /// Where the queue keeps what the attempts of an entry did; `nil` for other runs.
    var queueRecord: FilePath? {
        place == .queue ? QueueFolder(root: home).file(.record, of: run.stash) : nil
    }
}
