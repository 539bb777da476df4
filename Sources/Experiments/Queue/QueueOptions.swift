import Files
import Formats
import Pipeline
import SystemPackage

/// What neither an entry's commit nor DVC's message can say of a run.
struct QueueOptions {
    let jobs: Int
    let usesRunCache: Bool
    /// What happens when a stage fails; `nil` where the call of DVC says it.
    let onFailure: RunOptions.FailurePolicy?
    let isContinuing: Bool?
    let startsOver: Bool?

    init(_ run: FrozenRun, _ request: RunRequest, startsOver: Bool) {
        self.startsOver = startsOver
        jobs = request.options.jobs
        usesRunCache = request.options.usesRunCache
        onFailure = request.options.onFailure
        isContinuing = run.isContinuing
    }

    /// Reads them; an entry that DVC queued has none.
    init(reading file: FilePath) throws {
        let value = try FileIO.read(file).flatMap { try? JSON.parse($0, file: file.string).mapping }
        jobs = min(max(value?["jobs"]?.int ?? 1, 1), 1_000)
        usesRunCache = value?["run_cache"]?.bool ?? true
        onFailure = value?["on_error"]?.string.map { RunOptions.FailurePolicy(word: $0) }
        isContinuing = value?["continuing"]?.bool
        startsOver = value?["reset"]?.bool
    }

    func write(to file: FilePath) throws {
        let value = Mapping([
            ("jobs", .int(jobs)), ("run_cache", .bool(usesRunCache)),
            ("continuing", .bool(isContinuing ?? false)), ("reset", .bool(startsOver ?? false)),
            ("on_error", onFailure?.word.map { .string($0) } ?? .null),
        ])
        try FileIO.replace(file, with: JSON.pythonDumpsBytes(.mapping(value)), sync: false)
    }
}
