import CSys
import Files
import SystemPackage

/// What bringing back an output did to the workspace.
package enum CheckoutChange: Hashable, Sendable { case none, added, modified }

/// Brings objects of the cache into the workspace.
package struct Checkout {
    package let reader: DataReader
    private var store: ObjectStore { reader.store }

    package init(_ reader: DataReader) { self.reader = reader }

    /// Makes a path hold what a hash names.
    ///
    /// - Parameters:
    ///   - overwriting: Whether contents that the cache does not have may be replaced.
    ///   - linkTypes: How the data is brought; `nil` takes the cache's own order.
    /// - Throws: ``CacheError/unsavedData(_:)`` and nothing changes, ``CacheError/missingObject(md5:path:)``,
    ///   ``CacheError/corruptObject(md5:movedTo:)``.
    @discardableResult
    package func bring(
        _ hash: OutputHash, to path: FilePath, overwriting: Bool, linkTypes: [LinkType]? = nil
    ) throws -> CheckoutChange {
        guard ObjectStore.isObjectName(hash.md5) else { throw CacheError.badManifest(hash.md5, problem: "not a hash") }
        let old = try current(path, hash.generation)
        if let old, old.md5 == hash.md5 {
            if hash.isExecutable { try makeExecutable(path) }
            return .none
        }
        let links = linkTypes ?? store.linkTypes
        try refuseLinkedParents(of: path)
        if hash.isDirectory {
            try bringDirectory(hash, to: path, overwriting: overwriting, links)
        } else {
            if !overwriting { try refuseUnsaved(path, old, hash.generation) }
            guard try store.hasObject(hash.md5, hash.generation) else {
                throw CacheError.missingObject(md5: hash.md5, path: path)
            }
            try placeFile(hash.md5, hash.generation, at: path, links)
            if hash.isExecutable { try makeExecutable(path) }
        }
        return old == nil ? .added : .modified
    }

    private func current(_ path: FilePath, _ generation: Generation) throws -> OutputHash? {
        do {
            return try reader.hash(path, generation: generation, saving: false)
        } catch let error as CacheError {
            // What cannot be hashed is no version of the output, but it is there.
            if case .danglingLink = error { return nil }
            throw error
        }
    }

    private func refuseUnsaved(_ path: FilePath, _ old: OutputHash?, _ generation: Generation) throws {
        guard let old, try !store.contains(old) else { return }
        throw CacheError.unsavedData([path])
    }

    private func refuseLinkedParents(of path: FilePath) throws {
        guard let inProject = path.relative(to: reader.root) else { return }
        var parent = reader.root
        for component in inProject.removingLastComponent().components {
            parent.append(component)
            if try FileStatus.of(parent, followingLinks: false)?.kind == .symlink {
                throw CacheError.beyondLink(parent)
            }
        }
    }

    private func bringDirectory(
        _ hash: OutputHash, to path: FilePath, overwriting: Bool, _ links: [LinkType]
    ) throws {
        let wanted = try store.manifest(of: hash)
        for entry in wanted where try !store.hasObject(entry.md5, hash.generation) {
            throw CacheError.missingObject(md5: entry.md5, path: path.appending(entry.path))
        }
        let status = try FileStatus.of(path, followingLinks: false)
        var present: [ExactString: OutputHash] = [:]
        if status?.kind == .directory {
            for file in try TrackedFiles(of: path, root: reader.root, ignoring: reader.ignoring).files {
                let own = try reader.hash(file.absolute, generation: hash.generation, saving: false)
                present[ExactString(file.relative)] = own
            }
        }
        let names = Set(wanted.map { ExactString($0.path) })
        let stale = present.keys.filter { !names.contains($0) }
        let changed = wanted.filter { present[ExactString($0.path)]?.md5 != $0.md5 }
        if !overwriting {
            let replaced = stale + changed.map { ExactString($0.path) }.filter { present[$0] != nil }
            let unsaved = try replaced.filter { name in try !(present[name].map { try store.contains($0) } ?? true) }
            if !unsaved.isEmpty { throw CacheError.unsavedData(unsaved.sorted().map { path.appending($0.text) }) }
            if let status, status.kind == .file, status.size > 0 {
                try refuseUnsaved(path, try current(path, hash.generation), hash.generation)
            }
        }
        if let status, status.kind != .directory { try FileIO.remove(path) }
        try FileIO.makeDirectories(path)
        for name in stale { try FileIO.remove(path.appending(name.text)) }
        for entry in changed {
            let target = path.appending(entry.path)
            try makeRealFolders(for: entry.path, below: path)
            try placeFile(entry.md5, hash.generation, at: target, links)
        }
        try removeEmptyFolders(below: path)
    }

    /// Makes the folders of a file, each one a real folder and no link.
    private func makeRealFolders(for relative: String, below directory: FilePath) throws {
        var folder = directory
        for component in FilePath(relative).removingLastComponent().components {
            folder.append(component)
            switch try FileStatus.of(folder, followingLinks: false)?.kind {
            case .directory: continue
            case nil: try FileIO.makeDirectories(folder)
            case .file, .symlink, .other:
                try FileIO.remove(folder)
                try FileIO.makeDirectories(folder)
            }
        }
    }

    private func removeEmptyFolders(below folder: FilePath) throws {
        for child in try FileIO.list(folder) ?? [] where child.kind == .directory {
            let path = folder.appending(child.name)
            try removeEmptyFolders(below: path)
            if try FileIO.list(path)?.isEmpty ?? false { try FileIO.removeTree(path) }
        }
    }

    private func makeExecutable(_ path: FilePath) throws {
        guard let status = try FileStatus.of(path, followingLinks: true), status.mode & 0o100 == 0 else { return }
        try FileIO.setMode(path, status.mode | 0o100)
    }

    /// Puts an object's data at a path in one step, by the first link type that works.
    private func placeFile(_ md5: String, _ generation: Generation, at path: FilePath, _ links: [LinkType]) throws {
        let object = store.path(of: md5, generation)
        if let status = try FileStatus.of(path, followingLinks: false), status.kind == .directory {
            try FileIO.removeTree(path)
        }
        try FileIO.makeDirectories(path.removingLastComponent())
        let temporary = FileIO.sibling(of: path)
        do {
            for link in links where try DataLink.make(link, from: object, to: temporary) {
                return try FileIO.move(temporary, to: path)
            }
            try DataLink.copy(object, md5, generation, to: temporary)
            try FileIO.move(temporary, to: path)
        } catch {
            try? FileIO.remove(temporary)
            throw error
        }
    }
}
