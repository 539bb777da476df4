import Cache
import Files
import SystemPackage

/// Finds out what entries of the older generation are in the newer one.
final class EntryMigration {
    private let workspace: ProjectWorkspace
    private let objects: ObjectMigration.Outcome
    private let dry: Bool
    /// What entries became, by path as written and old hash.
    private var known: [ExactString: LockEntry] = [:]

    init(_ workspace: ProjectWorkspace, _ objects: ObjectMigration.Outcome, dry: Bool) {
        self.workspace = workspace
        self.objects = objects
        self.dry = dry
    }

    /// The entry in the newer generation.
    ///
    /// The workspace comes first: only its own bytes tell which line ends a text has there. Then comes the cache.
    ///
    /// - Parameters:
    ///   - rooted: Where the entry's path leads to; `nil` where that is not known.
    ///   - saving: Whether data of the workspace is to be in the cache.
    /// - Returns: `nil` where the data is neither in the workspace nor in the cache.
    func migrated(_ entry: LockEntry, rooted: FilePath?, saving: Bool) throws -> LockEntry? {
        guard Self.isOld(entry), let md5 = entry.md5 else { return entry }
        var result: LockEntry?
        if let rooted { result = try present(entry, md5, rooted, saving: saving) }
        if result == nil, let name = objects.names[md5] {
            result = entry
            result?.md5 = name
            result?.generation = .three
        }
        if let result { known[Self.key(entry)] = result }
        return result
    }

    static func isOld(_ entry: LockEntry) -> Bool { entry.generation == .two && entry.md5 != nil }

    private func present(
        _ entry: LockEntry, _ md5: String, _ rooted: FilePath, saving: Bool
    ) throws -> LockEntry? {
        if saving, try !workspace.isReallyInside(rooted) { return nil }
        do {
            let path = workspace.root.pushing(rooted)
            guard let hash = try workspace.reader.hash(path, generation: .two, saving: false), hash.md5 == md5,
                let new = try workspace.reader.hash(path, generation: .three, saving: saving && !dry)
            else { return nil }
            var result = LockEntry(path: entry.path, hash: new)
            result.extra = entry.extra
            // Of a part that was added alone the whole size is not known.
            if new.isDirectory, entry.size == nil { result.size = nil }
            return result
        } catch is CacheError {
            // What cannot be tracked is not what the entry says.
            return nil
        }
    }

    /// What an entry that is not of the workspace became, as far as its data is known; `nil` where it is not.
    func known(_ entry: LockEntry) -> LockEntry? {
        guard Self.isOld(entry), let md5 = entry.md5 else { return entry }
        if let known = known[Self.key(entry)] { return known }
        guard let name = objects.names[md5] else { return nil }
        var result = entry
        result.md5 = name
        result.generation = .three
        return result
    }

    private static func key(_ entry: LockEntry) -> ExactString {
        ExactString((entry.md5 ?? "") + " " + entry.path)
    }
}
