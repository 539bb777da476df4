import Files
import SystemPackage

extension Checkout {
    /// Makes the files of an output links of the wanted type, or private copies where copies are wanted.
    ///
    /// - Parameters:
    ///   - hash: What is at the path and in the cache.
    ///   - linkTypes: The types to try; `nil` takes the cache's own order.
    /// - Returns: The number of files that were replaced.
    /// - Throws: ``CacheError/corruptObject(md5:movedTo:)`` and files that were not reached stay as they are.
    @discardableResult
    package func relink(_ hash: OutputHash, at path: FilePath, linkTypes: [LinkType]? = nil) throws -> Int {
        var links = linkTypes ?? store.linkTypes
        if try links.first == .reflink && !canReflink(hash, beside: path, links) { links.removeFirst() }
        let wantsLinks = links.first == .hardlink || links.first == .symlink
        if hash.isDirectory, !wantsLinks, reader.privateData.contains(path) { return 0 }
        let files: [(path: FilePath, md5: String)] =
            hash.isDirectory
            ? try store.manifest(of: hash).map { (path.pushing(FilePath($0.path)), $0.md5) } : [(path, hash.md5)]
        let pending = try files.filter { try needsRelink($0.path, store.path(of: $0.md5, hash.generation), links) }
        guard let first = pending.first else { return 0 }
        reader.privateData.set(path, false)
        if !hash.isDirectory {
            try place(hash, at: path, links)
            return 1
        }
        let staging = try Staging(for: first.path, root: reader.root)
        defer { staging.remove() }
        let sample = try pending.first { try (FileStatus.of($0.path, followingLinks: true)?.size ?? 0) > 0 }
        let placement = try Placement(reader, hash.generation, links, sample: sample?.md5, staging)
        let items = pending.map { Placement.Item(md5: $0.md5, target: staging.next(), destination: $0.path) }
        try placement.place(items)
        for (file, item) in zip(pending, items) { try FileIO.move(item.target, to: file.path) }
        return pending.count
    }

    /// Whether a file at a path could share its blocks with the objects of the cache; asked only where it matters, since
    /// a reflink that is not possible leaves a copy unless another type comes next.
    private func canReflink(_ hash: OutputHash, beside path: FilePath, _ links: [LinkType]) throws -> Bool {
        guard links.count > 1, links[1] != .copy else { return true }
        let staging = try Staging(for: path, root: reader.root)
        defer { staging.remove() }
        return try Placement(reader, hash.generation, [.reflink], sample: hash.md5, staging).type == .reflink
    }

    private func needsRelink(_ file: FilePath, _ object: FilePath, _ links: [LinkType]) throws -> Bool {
        guard let status = try FileStatus.of(file, followingLinks: false) else { return false }
        switch links.first {
        case .symlink where status.kind == .file && status.isExecutable: return status.links > 1
        case .symlink: return try FileIO.symlinkTarget(file) != object
        case .hardlink:
            if status.kind == .file, status.size == 0 || status.isExecutable { return false }
            return try FileStatus.of(object, followingLinks: false)?.inode != status.inode
        case .reflink, .copy, nil:
            return status.kind == .symlink || status.links > 1 || status.mode & 0o200 == 0
        }
    }
}
