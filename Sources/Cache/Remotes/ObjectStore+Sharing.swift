import Files
import SystemPackage

/// What sharing data needs of the cache.
extension ObjectStore {
    /// The size of an item in bytes; `nil` where it is not there.
    package func size(of item: RemoteItem) throws -> Int? {
        let status = try FileStatus.of(path(of: item), followingLinks: false)
        return status?.kind == .file ? status?.size : nil
    }

    /// Copies a file into the cache, if it holds what the item's name says.
    ///
    /// - Returns: Whether it does; if not, nothing was stored. `nil` where there is no such file.
    func take(_ file: FilePath, as item: RemoteItem) throws -> Bool? {
        switch item {
        case .object(let md5, let generation):
            let draft = try draft()
            do {
                let digest = try FileHasher.read(file, generation: generation, into: draft.file)
                guard digest.md5 == md5.prefix(32) else {
                    draft.discard()
                    return false
                }
                try place(draft, as: md5, generation)
                return true
            } catch {
                draft.discard()
                if case .missing = error as? CacheError { return nil }
                throw error
            }
        case .run(let name):
            guard let bytes = try FileIO.read(file) else { return nil }
            guard RunCache.isEntry(bytes, named: name) else { return false }
            try RunCache(self).write(bytes, as: name)
            return true
        }
    }

    /// Moves a file on the cache's file system into the cache, if it holds what the item's name says.
    ///
    /// - Returns: Whether it does; if not, the file stays.
    func adopt(_ file: FilePath, as item: RemoteItem) throws -> Bool {
        guard case .object(let md5, let generation) = item else { return try take(file, as: item) ?? false }
        guard try FileHasher.digest(of: file, generation: generation).md5 == md5.prefix(32) else { return false }
        try FileIO.setMode(file, 0o444)
        let destination = path(of: item)
        try makeFolder(for: destination)
        try FileIO.move(file, to: destination)
        return true
    }

    /// Moves an object that does not hold what its name says out of the way.
    ///
    /// - Returns: The error that says so.
    func setAside(_ item: RemoteItem) -> RemoteError {
        let path = path(of: item)
        let aside = FilePath(path.string + ".corrupt")
        let isMoved = (try? FileIO.move(path, to: aside)) != nil
        return .damagedHere(path.lastComponent.map { _ in item.shortName } ?? item.path, movedTo: isMoved ? aside : nil)
    }
}

extension RemoteItem {
    /// What messages call it.
    package var shortName: String {
        switch self {
        case .object(let md5, _): md5
        case .run(let name): name.value
        }
    }
}
