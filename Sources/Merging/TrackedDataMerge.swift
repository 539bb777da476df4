import Cache
import Diagnostics
import Files
import Formats
import Pipeline
import SystemPackage

/// The merge of a `.dvc` file: what it says of its outputs, and the lists of files of those that are folders.
package struct TrackedDataMerge: Sendable {
    private let store: ObjectStore
    /// Relative to the project root.
    private let path: FilePath
    private let root: FilePath

    /// - Parameters:
    ///   - store: The cache, which has the lists of files and takes the merged one.
    ///   - path: The `.dvc` file, relative to the project root.
    ///   - root: The absolute project root.
    package init(store: ObjectStore, path: FilePath, root: FilePath) {
        self.store = store
        self.path = path
        self.root = root
    }

    /// The text of the merged file.
    ///
    /// - Parameter base: The common ancestor; empty where there is none.
    /// - Throws: ``TrackedDataConflict`` where the sides cannot be merged; `FormatError` for a file that cannot be read;
    ///   ``CacheError`` for a list of files that is damaged, or leads out of its folder.
    package func merge(base: [UInt8], ours: [UInt8], theirs: [UInt8]) throws -> [UInt8] {
        if ours == theirs || theirs == base { return ours }
        if ours == base { return theirs }
        let three = try [base, ours, theirs].map { try TrackedData.parse($0, path: path, root: root).entry }
        var values = try [base, ours, theirs].map { try YAML.load($0, file: path.string) }
        for our in three[1].outputs {
            guard let their = three[2].output(our.path) else { continue }
            let merged = try self.merged(three[0].output(our.path), our, their)
            for index in values.indices { values[index] = Self.setHash(merged, in: values[index]) }
        }
        var merge = ValueMerge(.trackedData)
        let result: Value?
        do throws(MergeConflict) {
            result = try merge.merge(values[0], values[1], values[2], at: [])
        } catch {
            throw TrackedDataConflict.properties(path)
        }
        return try YAMLUpdate.text(ours, file: path.string, becoming: result ?? .null)
    }

    private func merged(_ base: LockEntry?, _ ours: LockEntry, _ theirs: LockEntry) throws -> LockEntry {
        func isSame(_ left: LockEntry?, _ right: LockEntry) -> Bool {
            left?.md5 == right.md5 && left?.generation == right.generation
        }
        if isSame(ours, theirs) || isSame(base, theirs) { return ours }
        if isSame(base, ours) { return theirs }
        guard ours.isDirectory, theirs.isDirectory, base?.isDirectory ?? true else {
            throw TrackedDataConflict.files(ours.path)
        }
        guard ours.generation == theirs.generation, base.map({ $0.generation == ours.generation }) ?? true else {
            throw TrackedDataConflict.generations(ours.path)
        }
        let merge = ManifestMerge(
            base: try base.map(manifest) ?? [], ours: try manifest(ours), theirs: try manifest(theirs))
        guard merge.conflicts.isEmpty else {
            throw TrackedDataConflict.members(of: ours.path, merge.conflicts)
        }
        let sizes = (base.map { $0.size } ?? 0, ours.size, theirs.size)
        let saved = try merge.save(to: store, sizes: sizes, generation: ours.generation)
        var result = ours
        result.md5 = saved.md5
        result.size = saved.size
        result.fileCount = saved.count
        return result
    }

    private func manifest(_ entry: LockEntry) throws -> [ManifestEntry] {
        guard let hash = entry.hash else { return [] }
        do {
            return try store.manifest(of: hash)
        } catch CacheError.missingObject(let md5, _) {
            throw TrackedDataConflict.missingList(of: entry.path, md5: md5)
        }
    }

    private static let hashKeys = ["md5", "size", "nfiles", "isexec", "hash"]

    /// The text of the file with another hash for an output that is in it.
    private static func setHash(_ entry: LockEntry, in value: Value) -> Value {
        guard var top = value.mapping, let outputs = top["outs"]?.list else { return value }
        top["outs"] = .list(
            outputs.map { output in
                guard var mapping = output.mapping, mapping["path"]?.isString(entry.path) ?? false,
                    let fields = entry.value.mapping
                else { return output }
                for key in hashKeys { mapping[key] = fields[key] }
                return .mapping(mapping)
            })
        return .mapping(top)
    }
}

/// Why the sides of a `.dvc` file cannot be merged.
package enum TrackedDataConflict: UserFacingError, Hashable {
    /// Both sides replaced a file.
    case files(String)
    /// The sides hash in different ways.
    case generations(String)
    /// Both sides changed the same files in a folder.
    case members(of: String, [String])
    /// The list of files of a folder is not in the cache.
    case missingList(of: String, md5: String)
    /// Both sides changed what the `.dvc` file says besides.
    case properties(FilePath)

    /// What both sides did, with paths fit for a terminal.
    package var message: String {
        switch self {
        case .files(let path): "both sides changed '\(Console.sanitized(path))', which is not a folder"
        case .generations(let path):
            "'\(Console.sanitized(path))' was hashed in the way of DVC 2 on one side and of DVC 3 on the other"
        case .members(let path, let files):
            "both sides changed these files in '\(Console.sanitized(path))':"
                + files.prefix(20).map { "\n  " + Console.sanitized($0) }.joined()
                + (files.count > 20 ? "\n  and \(files.count - 20) more" : "")
        case .missingList(let path, let md5):
            "the list of files of '\(Console.sanitized(path))' (\(md5)) is not in the cache"
        case .properties(let path): "both sides changed '\(Console.sanitized(path.string))'"
        }
    }

    /// How to end the merge by hand.
    package var hint: String? {
        switch self {
        case .missingList: "'git exp data fetch --all-branches' gets it; then abort this merge and merge again"
        case .files, .members, .properties:
            "take one side with 'git checkout --ours -- <file>' (or '--theirs'), then bring its data with 'git exp checkout', "
                + "or change the data and 'git exp add' it"
        case .generations: "run 'git exp data migrate' on both sides first"
        }
    }

    /// 1, which git takes for a conflict.
    package var status: ExitStatus { .no }
}
