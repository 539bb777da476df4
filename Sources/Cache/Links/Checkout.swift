import Files
import SystemPackage

/// What bringing back an output did to the workspace.
package enum CheckoutChange: Hashable, Sendable { case none, added, modified }

/// What bringing back an output did, with the number of files.
package struct CheckoutOutcome: Hashable, Sendable {
    /// `modified` also where files of a directory were only added or removed.
    package var change = CheckoutChange.none
    /// Files that were not there before.
    package var added = 0
    /// Files that were replaced.
    package var modified = 0
    /// Files of a directory that were removed, because the hash does not name them.
    package var deleted = 0

    /// Takes nothing for done.
    package init() {}
}

/// Brings objects of the cache into the workspace.
///
/// New data is made ready beside the workspace and then renamed into place: a directory that was not there appears as a
/// whole, and of one that was, each file is the old one or the new one.
package struct Checkout {
    /// Finds out what the workspace holds now; its store is the cache that the data comes from.
    package let reader: DataReader
    var store: ObjectStore { reader.store }

    /// Takes the reader whose store, project folder and rules of `.dvcignore` count.
    package init(_ reader: DataReader) { self.reader = reader }

    /// Makes a path hold what a hash names; see ``checkOut(_:to:overwriting:linkTypes:below:)``.
    @discardableResult
    package func bring(
        _ hash: OutputHash, to path: FilePath, overwriting: Bool, linkTypes: [LinkType]? = nil
    ) throws -> CheckoutChange {
        try checkOut(hash, to: path, overwriting: overwriting, linkTypes: linkTypes).change
    }

    /// Makes a path hold what a hash names.
    ///
    /// - Parameters:
    ///   - overwriting: Whether contents that the cache does not have may be replaced.
    ///   - linkTypes: How the data is brought; `nil` takes the cache's own order.
    ///   - below: Only this file or folder of a directory, relative to it; `nil` for all of it.
    /// - Throws: ``CacheError/unsavedData(_:)``, ``CacheError/missingObject(md5:path:)`` and
    ///   ``CacheError/beyondLink(_:)``, and nothing changes; ``CacheError/corruptObject(md5:movedTo:)``.
    package func checkOut(
        _ hash: OutputHash, to path: FilePath, overwriting: Bool, linkTypes: [LinkType]? = nil, below: String? = nil
    ) throws -> CheckoutOutcome {
        guard ObjectStore.isObjectName(hash.md5) else { throw CacheError.badManifest(hash.md5, problem: "not a hash") }
        let links = linkTypes ?? store.linkTypes
        if hash.isDirectory {
            return try DirectoryCheckout(self, hash, path, overwriting: overwriting, links: links).run(below: below)
        }
        var outcome = CheckoutOutcome()
        let old = try current(path, hash.generation)
        if let old, old.md5 == hash.md5 {
            if hash.isExecutable { try makeExecutable(path) }
            return outcome
        }
        try refuseLinkedParents(of: path)
        if !overwriting { try refuseUnsaved(path, old, hash.generation) }
        guard try store.hasObject(hash.md5, hash.generation) else {
            throw CacheError.missingObject(md5: hash.md5, path: path)
        }
        try place(hash, at: path, links)
        outcome.change = old == nil ? .added : .modified
        if old == nil { outcome.added = 1 } else { outcome.modified = 1 }
        return outcome
    }

    /// Puts a file at a path, whatever is there.
    func place(_ hash: OutputHash, at path: FilePath, _ links: [LinkType]) throws {
        try FileIO.makeDirectories(path.parent)
        let staging = try Staging(for: path, root: reader.root)
        defer { staging.remove() }
        // The execute bit of a link would be that of the object.
        let types = hash.isExecutable ? [.reflink, .copy] : links
        let placement = try Placement(reader, hash.generation, types, sample: hash.md5, staging)
        let ready = staging.next()
        try placement.place([Placement.Item(md5: hash.md5, target: ready, destination: path)])
        if hash.isExecutable { try makeExecutable(ready) }
        if try FileStatus.of(path, followingLinks: false)?.kind == .directory { try FileIO.removeTree(path) }
        try FileIO.move(ready, to: path)
    }

    /// The hash of what is at a path; `nil` where nothing is, or only a link to nothing.
    func current(_ path: FilePath, _ generation: Generation) throws -> OutputHash? {
        do {
            return try reader.hash(path, generation: generation, saving: false)
        } catch let error as CacheError {
            // What cannot be hashed is no version of the output, but it is there.
            if case .danglingLink = error { return nil }
            throw error
        }
    }

    /// - Throws: ``CacheError/unsavedData(_:)`` for contents that the cache does not have.
    func refuseUnsaved(_ path: FilePath, _ old: OutputHash?, _ generation: Generation) throws {
        guard let old, try !store.contains(old), try !store.contains(old.inOtherGeneration) else { return }
        if old.isDirectory, try reader.entries(of: path, generation: generation, saving: false).entries.isEmpty {
            return
        }
        throw CacheError.unsavedData([path])
    }

    func refuseLinkedParents(of path: FilePath) throws {
        guard let inProject = path.relative(to: reader.root) else { return }
        var parent = reader.root
        for component in inProject.parent.components {
            parent.append(component)
            if try FileStatus.of(parent, followingLinks: false)?.kind == .symlink {
                throw CacheError.beyondLink(parent)
            }
        }
    }

    private func makeExecutable(_ path: FilePath) throws {
        guard let status = try FileStatus.of(path, followingLinks: true), status.mode & 0o100 == 0 else { return }
        try FileIO.setMode(path, status.mode | 0o100)
    }

    /// Removes data that nothing tracks any more.
    ///
    /// - Returns: Whether something was there.
    /// - Throws: ``CacheError/unsavedData(_:)`` unless `overwriting`, and nothing changes.
    package func remove(_ path: FilePath, generation: Generation, overwriting: Bool) throws -> Bool {
        guard try FileStatus.of(path, followingLinks: false) != nil else { return false }
        try refuseLinkedParents(of: path)
        if !overwriting { try refuseUnsaved(path, try current(path, generation), generation) }
        try FileIO.removeTree(path)
        return true
    }
}

extension OutputHash {
    /// The same digits as those of a file that has no line ends to count differently.
    fileprivate var inOtherGeneration: OutputHash {
        var other = self
        other.generation = generation == .two ? .three : .two
        return other
    }
}
