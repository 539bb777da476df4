import Files
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Gives the objects in DVC 2's part of a cache their places in DVC 3's part, as links to the same data.
///
/// Nothing is taken from the old part, every step stands by itself, and what is done already is recognised: a migration
/// that was cut off goes on where it was.
package struct ObjectMigration: Sendable {
    private let store: ObjectStore
    private let dry: Bool
    private let sync: Bool

    /// - Parameters:
    ///   - dry: Whether to look only.
    ///   - sync: Whether the new names must have reached the disk when this is done.
    package init(_ store: ObjectStore, dry: Bool, sync: Bool) {
        self.store = store
        self.dry = dry
        self.sync = sync
    }

    /// What became of the objects.
    package struct Outcome: Sendable {
        /// The new name of every object in the old part that is whole; other names are not in it.
        package fileprivate(set) var names: [String: String] = [:]
        /// The number of files that were not in the new part.
        package fileprivate(set) var added = 0
        /// Objects that do not hold what their names say.
        package fileprivate(set) var damaged: [String] = []
        /// Lists of files of which some are not in the cache, with the number of those.
        package fileprivate(set) var incomplete: [String: Int] = [:]
    }

    /// Looks at every object of the old part.
    ///
    /// - Throws: `FileError` where the system refused; what is done until then stays.
    package func run() throws -> Outcome {
        let names = try Self.names(in: store)
        let files = names.filter { !$0.hasSuffix(".dir") }
        let results = Collected(count: files.count)
        try Parallel.forEach(count: files.count) { results.set($0, try migrate(files[$0])) }
        var outcome = Outcome()
        for (old, result) in zip(files, results.values) {
            guard let result else {
                outcome.damaged.append(old)
                continue
            }
            outcome.names[old] = result.name
            if result.isNew { outcome.added += 1 }
        }
        for list in names where list.hasSuffix(".dir") { try migrate(list: list, into: &outcome) }
        if sync, !dry, outcome.added > 0 { try syncFolders() }
        return outcome
    }

    /// The names of all objects in the old part.
    package static func names(in store: ObjectStore) throws -> [String] {
        var names: [String] = []
        for (folder, kind) in try FileIO.list(store.directory) ?? [] where kind == .directory && folder.utf8.count == 2
        {
            for (rest, kind) in try FileIO.list(store.directory.appending(folder)) ?? [] where kind == .file {
                if ObjectStore.isObjectName(folder + rest) { names.append(folder + rest) }
            }
        }
        return names
    }

    /// - Returns: `nil` for a damaged object.
    private func migrate(_ old: String) throws -> (name: String, isNew: Bool)? {
        let path = store.path(of: old, .two)
        if try isThere(old, as: path) { return (old, false) }
        let digest = try FileHasher.digest(of: path, generation: .three)
        // A text with CR LF has another name; all else keeps its own.
        if digest.md5 != old, try FileHasher.digest(of: path, generation: .two).md5 != old { return nil }
        if try isThere(digest.md5, as: path) { return (digest.md5, false) }
        if !dry { try place(path, digest) }
        return (digest.md5, true)
    }

    /// Whether the new part has this data. With the same name and as many bytes it is the same: counting CR LF as LF
    /// makes a text shorter.
    private func isThere(_ name: String, as old: FilePath) throws -> Bool {
        guard let there = try FileStatus.of(store.path(of: name, .three), followingLinks: false), there.kind == .file,
            let status = try FileStatus.of(old, followingLinks: false)
        else { return false }
        if there.inode == status.inode && there.device == status.device { return true }
        return there.mode & 0o777 == 0o444 && there.size == status.size
    }

    private func place(_ old: FilePath, _ digest: FileHasher.Digest) throws {
        if try store.hasTrustedObject(digest.md5, .three) { return }
        // The mode of an object with links in the workspace is theirs, too.
        if digest.status.links == 1, digest.status.mode & 0o777 != 0o444 { try FileIO.setMode(old, 0o444) }
        let new = store.path(of: digest.md5, .three)
        try store.makeFolder(for: new)
        if old.withPlatformString({ source in new.withPlatformString { link(source, $0) } }) == 0 { return }
        if errno == EEXIST { return }
        // Not every file system has hard links.
        let draft = try store.draft()
        do {
            let copied = try FileHasher.read(old, generation: .three, into: draft.file)
            guard copied.md5 == digest.md5 else { throw CacheError.changedMeanwhile(old) }
            try store.place(draft, as: digest.md5, .three)
        } catch {
            draft.discard()
            throw error
        }
    }

    private func migrate(list old: String, into outcome: inout Outcome) throws {
        let entries: [ManifestEntry]
        do {
            entries = try store.manifest(of: OutputHash(md5: old, size: 0, generation: .two))
        } catch is CacheError {
            outcome.damaged.append(old)
            return
        }
        let missing = entries.count { outcome.names[$0.md5] == nil }
        if missing > 0 {
            outcome.incomplete[old] = missing
            return
        }
        let names = outcome.names
        let bytes = Manifest.bytes(
            of: entries.map { ManifestEntry(path: $0.path, md5: names[$0.md5] ?? $0.md5) })
        let new = MD5.hex(bytes) + ".dir"
        outcome.names[old] = new
        if try store.hasObject(new, .three) { return }
        outcome.added += 1
        if !dry { try store.store(bytes, as: new, .three) }
    }

    private func syncFolders() throws {
        let home = store.path(of: "00object", .three).parent.parent
        for (name, kind) in try FileIO.list(home) ?? [] where kind == .directory {
            try FileIO.syncFolder(home.appending(name))
        }
        try FileIO.syncFolder(home)
    }

    /// Takes objects that have a place in the new part out of the old one.
    ///
    /// - Returns: Their number.
    package func drop(_ outcome: Outcome) throws -> Int {
        var count = 0
        for (old, new) in outcome.names {
            if try !dry && !store.hasObject(new, .three) { continue }
            count += 1
            if !dry { try FileIO.remove(store.path(of: old, .two)) }
        }
        if dry { return count }
        for (name, kind) in try FileIO.list(store.directory) ?? []
        where kind == .directory && name.utf8.count == 2 && ObjectStore.isObjectName(name + Self.anyRest) {
            // Folders that still hold something stay.
            _ = store.directory.appending(name).withPlatformString { rmdir($0) }
        }
        return count
    }

    private static let anyRest = String(repeating: "0", count: 30)
}

/// Results that several threads fill in.
private final class Collected: @unchecked Sendable {
    private let lock = Mutex()
    private var storage: [(name: String, isNew: Bool)?]

    init(count: Int) { storage = Array(repeating: nil, count: count) }

    func set(_ index: Int, _ result: (name: String, isNew: Bool)?) { lock.with { storage[index] = result } }

    var values: [(name: String, isNew: Bool)?] { lock.with { storage } }
}
