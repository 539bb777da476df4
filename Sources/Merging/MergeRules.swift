/// How a part of a file is merged where both sides changed it.
enum MergeRule: Sendable {
    /// Its own parts are merged: the entries of a mapping, the items of a list.
    case parts
    /// It cannot be divided.
    case whole
    /// It is the record of a run, of which only what says nothing of the run can be merged.
    case run
}

/// The rules of a kind of file.
struct MergeRules: Sendable {
    let rule: @Sendable (_ path: [String]) -> MergeRule
    /// Whether markers may be put around the part; those inside it belong to it.
    let isMarked: @Sendable (_ path: [String]) -> Bool

    /// Of a `dvc.yaml`.
    static let pipeline = MergeRules(
        rule: { path in
            // The order of commands counts, and so does that of files with variables.
            path.last == "cmd" && path.count >= 3 || path.last == "vars" ? .whole : .parts
        }, isMarked: { $0.count == 1 || $0.count == 2 })

    /// Of a `dvc.lock`.
    static let lock = MergeRules(
        rule: { path in
            if path.count == 2, path[0] == "stages" { return .run }
            return path.isEmpty || path == ["stages"] ? .parts : .whole
        }, isMarked: { $0.count == 1 || $0.count == 2 })

    /// Of a `.dvc` file, whose hashes are merged before.
    static let trackedData = MergeRules(rule: { $0.last == "deps" ? .whole : .parts }, isMarked: { _ in false })

    /// Of a `dvc.lock` of the first kind, with the stages at top level.
    static let firstLock = MergeRules(
        rule: { $0.isEmpty ? .parts : .run }, isMarked: { $0.count == 1 })
}

/// Both sides changed something that cannot be merged.
struct MergeConflict: Error {}
