import Cache
import Files
import Formats
import Git
import Pipeline
import SystemPackage

/// Compares the stages of a commit, or of the index, with what the lock files in it say.
///
/// Nothing in the workspace counts, except as a witness; see ``WorkspaceWitness``.
struct StageJudge {
    let snapshot: Snapshot
    let before: Former
    let repository: Repository
    let witness: WorkspaceWitness
    /// Whether outputs have to be in the cache.
    let requiresData: Bool
    /// Whether that also goes for data that the commit before named already.
    let requiresOldData: Bool

    /// What differs; empty for a stage that never ran, of which the lock file says nothing.
    func findings(of stage: Stage) throws -> [Finding] {
        guard let entry = try snapshot.entry(of: stage) else { return [] }
        var findings: [Finding] = []
        if !entry.command.isEqualInPython(to: stage.command) {
            findings.append(.command(recorded: entry.command, value: stage.command))
        }
        if !stage.isFrozen {
            for parameter in stage.parameters {
                if let finding = try self.finding(of: parameter, entry) { findings.append(finding) }
            }
            for dependency in stage.dependencies where !dependency.isAddress {
                let recorded = entry.dependency(dependency.path)
                if let change = try change(at: dependency.rooted, recorded) {
                    findings.append(.dependency(path: dependency.path, change))
                }
            }
        }
        return try findings + outputFindings(of: stage, entry)
    }

    // MARK: Parameters

    private func finding(of parameter: ParameterDependency, _ entry: StageLock) throws -> Finding? {
        guard snapshot.tree.entry(at: parameter.rooted) != nil else {
            return absence(of: parameter.rooted).map { .dependency(path: parameter.file, $0) }
        }
        let present = ParameterValues(parameter, in: try snapshot.parameters.document(parameter.rooted))
        let recorded = entry.parameters(of: parameter.file) ?? Mapping()
        var changes: [Finding.Parameter] = []
        let keys = present.isWhole ? present.values.entries.compactMap(\.key.string) : present.keys
        for key in keys {
            let value = present.values[key]
            let old = recorded[key]
            if let value, let old, old.isEqualInPython(to: value) { continue }
            changes.append(.init(key: key, recorded: old, value: value))
        }
        if present.isWhole {
            for key in recorded.entries.compactMap(\.key.string) where present.values[key] == nil {
                changes.append(.init(key: key, recorded: recorded[key], value: nil))
            }
        }
        return changes.isEmpty ? nil : .parameters(file: parameter.file, changes)
    }

    // MARK: Dependencies

    /// How what is committed at a path differs from what the lock file says of it; `nil` where it does not, or where
    /// a commit cannot tell.
    private func change(at path: FilePath, _ recorded: LockEntry?) throws -> Finding.Change? {
        guard ProjectPath.isInside(path) else { return nil }
        switch try snapshot.tree.kind(of: path) {
        case .file:
            guard let hash = recorded?.hash else { return recorded == nil ? .modified : nil }
            guard let bytes = try snapshot.tree.contents(of: path) else { return nil }
            if ContentHash.file(bytes, hash.generation) == hash.md5 { return nil }
            return witness.confirms(path, hash) ? nil : .modified
        case .directory:
            return try change(ofFolder: path, recorded)
        case .symlink, .other:
            return nil
        case nil:
            if let maker = maker(around: path) { return try change(at: path, madeBy: maker, recorded) }
            // A folder of outputs, none of them in git.
            if snapshot.makers.keys.contains(where: { $0.starts(with: path) }) { return nil }
            return absence(of: path)
        }
    }

    private func change(ofFolder path: FilePath, _ recorded: LockEntry?) throws -> Finding.Change? {
        guard let hash = recorded?.hash else { return recorded == nil ? .modified : nil }
        if let maker = maker(around: path), maker.output.isCached { return nil }
        let isMixed = snapshot.makers.values.contains { $0.output.isCached && $0.output.rooted.starts(with: path) }
        if !isMixed, try folderHash(path, hash.generation) == hash.md5 { return nil }
        if witness.confirms(path, hash) { return nil }
        // With data in the folder that is not here only the workspace could tell.
        return isMixed ? nil : .modified
    }

    /// What DVC would call the folder with the files that git has of it.
    private func folderHash(_ path: FilePath, _ generation: Generation) throws -> String {
        let rules = try snapshot.dataIgnore(around: path)
        let start = snapshot.inRepository(path).utf8.count + 1
        var files: [ManifestEntry] = []
        for entry in snapshot.listing.entries(below: snapshot.inRepository(path)) where entry.isFile {
            guard let inside = snapshot.inProject(entry.path), !snapshot.isForeign(inside) else { continue }
            if inside.components.contains(where: { [".git", ".hg", ".dvc"].contains($0.string) }) { continue }
            if !rules.isEmpty, rules.ignoresSomewhere(inside, isFolder: false) { continue }
            let relative = String(Substring(entry.path.utf8.dropFirst(start)))
            files.append(
                ManifestEntry(path: relative, md5: ContentHash.file(try repository.blob(entry.blob), generation)))
        }
        return ContentHash.folder(files)
    }

    /// The stage, or `.dvc` file, that writes a path or a folder above it.
    private func maker(around path: FilePath) -> (stage: Stage, output: Output)? {
        var above = path
        repeat {
            if let maker = snapshot.makers[above] { return maker }
        } while above.ascend() && !above.isEmpty
        return nil
    }

    /// Data that another stage writes: what that one's entry says of it counts.
    private func change(
        at path: FilePath, madeBy maker: (stage: Stage, output: Output), _ recorded: LockEntry?
    ) throws -> Finding.Change? {
        guard let recorded else { return .modified }
        guard let made = try snapshot.entry(of: maker.stage)?.output(maker.output.path), let new = made.hash,
            let old = recorded.hash, made.generation == recorded.generation
        else { return nil }
        if path == maker.output.rooted { return new.md5 == old.md5 ? nil : .modified }
        guard new.isDirectory, let below = path.relative(to: maker.output.rooted),
            let files = try? witness.files(of: new)
        else { return nil }
        if let file = files.first(where: { $0.path.isIdentical(to: below.string) }) {
            return file.md5 == old.md5 ? nil : .modified
        }
        let inside = files.compactMap { file in
            FilePath(file.path).relative(to: below).map { ManifestEntry(path: $0.string, md5: file.md5) }
        }
        if inside.isEmpty { return .deleted }
        return ContentHash.folder(inside) == old.md5 ? nil : .modified
    }

    /// What to say of a path that a stage reads and that the commit does not have.
    private func absence(of path: FilePath) -> Finding.Change? {
        if maker(around: path) != nil || !ProjectPath.isInside(path) { return nil }
        if before.snapshot.map({ (try? $0.tree.kind(of: path)) ?? nil }) ?? nil != nil { return .deleted }
        // What git ignores is not meant to be there.
        return witness.untracked(in: path).isEmpty ? nil : .untracked
    }

    // MARK: Outputs

    private func outputFindings(of stage: Stage, _ entry: StageLock) throws -> [Finding] {
        try stage.outputs.compactMap { output in
            guard let recorded = entry.output(output.path) else {
                return .output(path: output.path, .modified)
            }
            guard let hash = recorded.hash else { return nil }
            if try snapshot.tree.kind(of: output.rooted) != nil {
                if output.isCached { return nil }
                return try change(at: output.rooted, recorded).map { .output(path: output.path, $0) }
            }
            if output.isCached {
                guard requiresData, try requiresOldData || !wasRecorded(hash, stage, output),
                    try !witness.isCached(hash)
                else { return nil }
                return .output(path: output.path, .notInCache)
            }
            return witness.untracked(in: output.rooted).isEmpty ? nil : .output(path: output.path, .untracked)
        }
    }

    /// Whether the commit before named this data already, so that it is not this one's concern.
    private func wasRecorded(_ hash: OutputHash, _ stage: Stage, _ output: Output) throws -> Bool {
        guard let before = before.snapshot, let old = try? before.lock(at: stage.lockFile)[stage.name] else {
            return false
        }
        return old.output(output.path)?.hash?.md5 == hash.md5
    }
}
