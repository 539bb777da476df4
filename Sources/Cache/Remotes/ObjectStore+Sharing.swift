import Diagnostics
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
    package func take(_ file: FilePath, as item: RemoteItem, _ meter: ProgressMeter? = nil) throws -> Bool? {
        switch item {
        case .object(let md5, let generation):
            let draft = try draft()
            do {
                let digest = try FileHasher.read(file, generation: generation, into: draft.file, meter: meter)
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
    package func adopt(_ file: FilePath, as item: RemoteItem) throws -> Bool {
        guard case .object(let md5, let generation) = item else { return try take(file, as: item) ?? false }
        guard try FileHasher.digest(of: file, generation: generation).md5 == md5.prefix(32) else { return false }
        try FileIO.setMode(file, 0o444)
        let destination = path(of: item)
        try makeFolder(for: destination)
        try FileIO.move(file, to: destination)
        return true
    }

    /// Whether an item in the cache holds what its name says; `nil` where it is not there.
    package func isIntact(_ item: RemoteItem) throws -> Bool? {
        guard try size(of: item) != nil else { return nil }
        switch item {
        case .object(let md5, let generation):
            return try FileHasher.digest(of: path(of: item), generation: generation).md5 == md5.prefix(32)
        case .run(let name):
            return try FileIO.read(path(of: item)).map { RunCache.isEntry($0, named: name) }
        }
    }

    /// A folder on the cache's file system for what is on its way into the cache; the next ``sweep()`` removes it when
    /// this process has ended.
    package func arrivals() throws -> FilePath {
        let folder = FileIO.sibling(of: directory.appending("arrivals"))
        try FileIO.makeDirectories(folder, mode: 0o700)
        return folder
    }

    /// Takes what complete files transfers that were killed had brought into the cache.
    package func salvage() throws {
        for (name, kind) in try FileIO.list(directory) ?? [] where kind == .directory && Self.isLeftBehind(name) {
            let folder = directory.appending(name)
            for path in try Self.files(below: folder, "") {
                // A list is only for where all of its files are.
                guard let item = RemoteItem(path: path), !item.isManifest, try !hasTrustedItem(item) else { continue }
                _ = try adopt(folder.pushing(FilePath(path)), as: item)
            }
            try FileIO.removeTree(folder)
        }
    }

    private static func files(below folder: FilePath, _ prefix: String) throws -> [String] {
        try (FileIO.list(folder) ?? []).flatMap { name, kind -> [String] in
            switch kind {
            case .directory: try files(below: folder.appending(name), prefix + name + "/")
            case .file: [prefix + name]
            default: []
            }
        }
    }

    /// Moves an object that does not hold what its name says out of the way.
    ///
    /// - Returns: The error that says so.
    package func setAside(_ item: RemoteItem) -> RemoteError {
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

extension ObjectStore {
    /// The files that a directory's list names, as remotes keep them.
    ///
    /// - Throws: ``CacheError/badManifest(_:problem:)`` for bytes that do not belong to the name, or are no list.
    package func members(of list: [UInt8], named md5: String, _ generation: Generation) throws -> [RemoteItem] {
        guard MD5.hex(list) + ".dir" == md5 else {
            throw CacheError.badManifest(md5, problem: "its contents do not match its name")
        }
        return try Manifest.parse(list, name: md5).map { .object(md5: $0.md5, generation) }
    }
}
