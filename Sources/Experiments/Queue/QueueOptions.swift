import Files
import Formats
import Git
import SystemPackage

/// What neither an entry's commit nor DVC's message can say of a run.
struct QueueOptions {
    let tree: TreeID?
    let folder: FilePath
    let jobs: Int
    let usesRunCache: Bool
    let isContinuing: Bool?
    let startsOver: Bool?

    init(_ run: FrozenRun, _ request: RunRequest, startsOver: Bool) {
        self.startsOver = startsOver
        tree = run.tree
        folder = request.selection.folder
        jobs = request.options.jobs
        usesRunCache = request.options.usesRunCache
        isContinuing = run.isContinuing
    }

    /// Reads them; an entry that DVC queued has none.
    init(reading file: FilePath) throws {
        let value = try FileIO.read(file).flatMap { try? JSON.parse($0, file: file.string).mapping }
        tree = value?["tree"]?.string.flatMap { TreeID($0) }
        folder = FilePath(value?["folder"]?.string ?? "")
        jobs = min(max(value?["jobs"]?.int ?? 1, 1), 1_000)
        usesRunCache = value?["run_cache"]?.bool ?? true
        isContinuing = value?["continuing"]?.bool
        startsOver = value?["reset"]?.bool
    }

    func write(to file: FilePath) throws {
        let value = Mapping([
            ("tree", tree.map { .string($0.hex) } ?? .null), ("folder", .string(folder.string)),
            ("jobs", .int(jobs)), ("run_cache", .bool(usesRunCache)), ("continuing", .bool(isContinuing ?? false)),
            ("reset", .bool(startsOver ?? false)),
        ])
        try FileIO.replace(file, with: JSON.pythonDumpsBytes(.mapping(value)), sync: false)
    }
}
