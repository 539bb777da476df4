import Cache
import Files
import Formats
import Pipeline

/// The merge of what a lock file says of one stage.
///
/// An entry is the record of one run: these commands, inputs and parameters gave these outputs. Inputs of one run beside
/// outputs of another would be a lie, so where both sides ran the stage with different results there is a conflict. What
/// says nothing of the run, such as sizes, execute bits and the way of hashing, is merged field by field.
enum RunRecord {
    static func merged(_ base: Value?, _ ours: Value, _ theirs: Value) throws(MergeConflict) -> Value {
        guard let base, let old = entry(base), let our = entry(ours), let their = entry(theirs) else {
            guard let our = entry(ours), let their = entry(theirs), isSameRun(our, their) else { throw MergeConflict() }
            return try combined(old: .empty, run: our, other: their).value
        }
        if isSameRun(old, their) || isSameRun(our, their) {
            return try combined(old: old, run: our, other: their).value
        }
        if isSameRun(old, our) { return try combined(old: old, run: their, other: our).value }
        throw MergeConflict()
    }

    private static func entry(_ value: Value) -> StageLock? {
        try? StageLock.parse(YAML.emitBytes(value, lossless: true), file: "")
    }

    private static func isSameRun(_ left: StageLock, _ right: StageLock) -> Bool {
        left.command.isSame(as: right.command)
            && Value.mapping(left.parameters).isSame(as: .mapping(right.parameters))
            && isSame(left.dependencies, right.dependencies) && isSame(left.outputs, right.outputs)
    }

    private static func isSame(_ left: [LockEntry], _ right: [LockEntry]) -> Bool {
        guard left.count == right.count else { return false }
        let hashes = table(right)
        return left.allSatisfy { entry in
            guard let other = hashes[ExactString(entry.path)], other.md5 == entry.md5 else { return false }
            return entry.md5 != nil || Value.mapping(entry.extra).isSame(as: .mapping(other.extra))
        }
    }

    private static func table(_ entries: [LockEntry]) -> [ExactString: LockEntry] {
        Dictionary(entries.map { (ExactString($0.path), $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The run of one side, with what the other one changed of the rest.
    private static func combined(
        old: StageLock, run: StageLock, other: StageLock
    ) throws(MergeConflict) -> StageLock {
        var result = run
        result.dependencies = try combined(old.dependencies, run.dependencies, other.dependencies)
        result.outputs = try combined(old.outputs, run.outputs, other.outputs)
        return result
    }

    private static func combined(
        _ old: [LockEntry], _ run: [LockEntry], _ other: [LockEntry]
    ) throws(MergeConflict) -> [LockEntry] {
        let (olds, others) = (table(old), table(other))
        var result: [LockEntry] = []
        for var entry in run {
            // What one side hashed anew says all there is to say of it.
            if let theirs = others[ExactString(entry.path)], theirs.md5 == entry.md5 {
                let base = olds[ExactString(entry.path)].flatMap { $0.md5 == entry.md5 ? $0 : nil }
                entry.size = try field(base?.size, entry.size, theirs.size)
                entry.fileCount = try field(base?.fileCount, entry.fileCount, theirs.fileCount)
                entry.isExecutable = try field(base?.isExecutable, entry.isExecutable, theirs.isExecutable) ?? false
                entry.generation = try field(base?.generation, entry.generation, theirs.generation) ?? .three
                guard Value.mapping(entry.extra).isSame(as: .mapping(theirs.extra)) else { throw MergeConflict() }
            }
            result.append(entry)
        }
        return result
    }

    private static func field<Field: Equatable>(
        _ old: Field?, _ run: Field?, _ other: Field?
    ) throws(MergeConflict) -> Field? {
        if run == other || other == old || other == nil { return run }
        if run == old || run == nil { return other }
        throw MergeConflict()
    }
}
