import Cache
import Formats

/// Writes what the run cache has of the older generation in the newer one, too.
struct RunCacheMigration {
    private let cache: RunCache
    private let dry: Bool

    init(_ workspace: ProjectWorkspace, dry: Bool) {
        cache = RunCache(workspace.store)
        self.dry = dry
    }

    /// - Returns: The number of entries that were not there. One of whose data too little is known is left out: the hash
    ///   of a text in the older generation does not tell its line ends.
    func run(_ entries: EntryMigration) throws -> Int {
        var count = 0
        for found in try cache.everything() {
            guard var entry = try? StageLock.parse(found.bytes, file: found.path.string),
                (entry.dependencies + entry.outputs).contains(where: EntryMigration.isOld)
            else { continue }
            let dependencies = entry.dependencies.compactMap { entries.known($0) }
            let outputs = entry.outputs.compactMap { entries.known($0) }
            guard dependencies.count == entry.dependencies.count, outputs.count == entry.outputs.count else { continue }
            entry.dependencies = dependencies
            entry.outputs = outputs
            let value = entry.value
            guard let name = RunCacheName(of: value), try !cache.contains(name) else { continue }
            count += 1
            if !dry { try cache.write(YAML.emitBytes(value), as: name) }
        }
        return count
    }
}
