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

/// The files by which a run in the workspace is seen from another terminal, by this program and by DVC.
struct RunInfo {
    private let folder: FilePath

    init(_ context: ExperimentContext) { folder = Self.folder(of: context.project.root) }

    private static func folder(of root: FilePath) -> FilePath { root.pushing(".dvc/tmp/exps/run/workspace") }

    func write(_ context: ExperimentContext, baseline: CommitID, name: String) throws {
        guard let workTree = context.repository.workTree else { return }
        let process = Mapping([
            ("pid", .int(Int(getpid()))), ("stdin", .null), ("stdout", .null), ("stderr", .null), ("returncode", .null),
        ])
        let run = Mapping([
            ("git_url", .string("file://" + workTree.string)), ("baseline_rev", .string(baseline.hex)),
            ("location", .string("workspace")), ("root_dir", .string(workTree.lexicallyNormalized().string)),
            ("dvc_dir", .string(context.inRepository(".dvc").string)), ("name", .string(name)),
            (
                "wdir",
                .string(
                    context.inRepository(context.folder).isEmpty ? "." : context.inRepository(context.folder).string)
            ),
            ("result_hash", .null), ("result_ref", .null), ("result_force", .bool(false)), ("status", .int(2)),
        ])
        try FileIO.makeDirectories(folder)
        try FileIO.replace(folder.appending("workspace.run"), with: Self.bytes(run), sync: false)
        try FileIO.replace(folder.appending("workspace.json"), with: Self.bytes(process), sync: false)
    }

    private static func bytes(_ mapping: Mapping) -> [UInt8] { Array(JSON.pythonDumps(.mapping(mapping)).utf8) }

    func remove() {
        try? FileIO.remove(folder.appending("workspace.json"))
        try? FileIO.remove(folder.appending("workspace.run"))
        _ = folder.withPlatformString { rmdir($0) }
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
