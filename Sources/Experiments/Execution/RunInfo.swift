import Files
import Formats
import Git
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The files by which a run is seen from another terminal, by this program and by DVC.
struct RunInfo {
    /// How far a run is, as DVC counts.
    enum Status: Int {
        case running = 2
        case failed = 4
        case finished = 6
    }

    private let folder: FilePath
    /// The name of both files.
    private let name: String
    private let context: ExperimentContext
    private var ticket: RunTicket? { context.ticket }

    init(_ context: ExperimentContext) {
        self.context = context
        guard let ticket = context.ticket else {
            folder = Self.folder(of: context.project.root)
            name = "workspace"
            return
        }
        name = ticket.run.stash.hex
        let parent = ticket.place == .queue ? ".dvc/tmp/exps/run" : ".dvc/tmp/exps/standalone/run"
        folder = ticket.home.pushing(FilePath(parent)).appending(name)
    }

    private static func folder(of root: FilePath) -> FilePath { root.pushing(".dvc/tmp/exps/run/workspace") }

    /// Tells of the run.
    ///
    /// - Parameter result: The experiment's last commit, once it is there.
    func write(
        baseline: CommitID, name experiment: String, status: Status = .running, hash: String? = nil,
        result: String? = nil
    ) throws {
        guard let workTree = context.repository.workTree else { return }
        let place = context.inRepository(context.folder)
        let run = Mapping([
            ("git_url", .string("file://" + workTree.string)), ("baseline_rev", .string(baseline.hex)),
            ("location", .string(ticket?.place.rawValue ?? "workspace")),
            ("root_dir", .string(workTree.lexicallyNormalized().string)),
            ("dvc_dir", .string(context.inRepository(".dvc").string)), ("name", .string(experiment)),
            ("wdir", .string(place.isEmpty ? "." : place.string)),
            ("result_hash", hash.map { .string($0) } ?? .null), ("result_ref", result.map { .string($0) } ?? .null),
            ("result_force", .bool(false)), ("status", .int(status.rawValue)),
        ])
        try FileIO.makeDirectories(folder)
        try FileIO.replace(folder.appending(name + ".run"), with: Self.bytes(run), sync: false)
        if ticket == nil { try FileIO.replace(folder.appending(name + ".json"), with: process, sync: false) }
    }

    private var process: [UInt8] {
        Self.bytes(
            Mapping([
                ("pid", .int(Int(getpid()))), ("stdin", .null), ("stdout", .null), ("stderr", .null),
                ("returncode", .null),
            ]))
    }

    private static func bytes(_ mapping: Mapping) -> [UInt8] { Array(JSON.pythonDumps(.mapping(mapping)).utf8) }

    /// Takes the files away, if nobody asks for them later.
    func remove() {
        if ticket?.place == .queue { return }
        if ticket == nil { try? FileIO.remove(folder.appending(name + ".json")) }
        try? FileIO.remove(folder.appending(name + ".run"))
        _ = folder.withPlatformString { rmdir($0) }
    }

    /// Says how a run of the queue ended.
    ///
    /// - Parameter hash: What DVC calls the result by.
    static func end(of message: QueueMessage, _ final: QueueFinal, hash: String?, in queue: QueueFolder) throws {
        let folder = queue.information(message.stash)
        try FileIO.makeDirectories(folder)
        let file = folder.appending(message.stash.hex + ".run")
        let isSuccess = final.outcome == .success
        let reference = ExperimentReference(baseline: message.baseline, name: message.name).fullName
        if var run = read(file) {
            run["status"] = .int((isSuccess ? Status.finished : .failed).rawValue)
            if isSuccess {
                run["result_ref"] = .string(reference)
                run["result_hash"] = hash.map { .string($0) } ?? .null
            }
            try FileIO.replace(file, with: bytes(run), sync: false)
        }
        let process = queue.process(of: message.stash)
        if var value = read(process) {
            value["returncode"] = .int(isSuccess ? 0 : 1)
            try FileIO.replace(process, with: bytes(value), sync: false)
        }
    }

    /// Names the process of an attempt.
    static func begin(_ message: QueueMessage, in queue: QueueFolder) throws {
        let value = Mapping([
            ("pid", .int(Int(getpid()))), ("stdin", .null),
            ("stdout", .string(queue.log(of: message.stash).string)), ("stderr", .null), ("returncode", .null),
        ])
        try FileIO.makeDirectories(queue.information(message.stash))
        try FileIO.replace(queue.process(of: message.stash), with: bytes(value), sync: false)
    }

    /// A run that is going on.
    struct Running {
        let process: Int32
        let name: String?
        let baseline: CommitID?
    }

    /// The run in the workspace of a project; `nil` where there is none, or its process is gone.
    static func running(in root: FilePath) -> Running? {
        let folder = folder(of: root)
        guard let process = read(folder.appending("workspace.json"))?["pid"]?.int, let number = Int32(exactly: process),
            isAlive(number), let run = read(folder.appending("workspace.run"))
        else { return nil }
        if let status = run["status"]?.int, status >= 3 { return nil }
        return Running(
            process: number, name: run["name"]?.string,
            baseline: run["baseline_rev"]?.string.flatMap { CommitID($0) })
    }

    /// - Throws: ``ExperimentError/runInProgress(process:program:)`` where a run goes on in the workspace,
    ///   ``ExperimentError/killedElsewhere`` where a DVC was killed in the middle of one.
    static func refuseOthers(_ context: ExperimentContext) throws {
        if let other = running(in: context.project.root) {
            throw ExperimentError.runInProgress(process: other.process, program: "experiment '\(other.name ?? "?")'")
        }
        if try context.repository.commit(named: StateReference.baseline) != nil {
            throw ExperimentError.killedElsewhere
        }
    }

    private static func read(_ path: FilePath) -> Mapping? {
        guard let bytes = try? FileIO.read(path) else { return nil }
        return (try? JSON.parse(bytes, file: path.string))?.mapping
    }
}
