import CSys
import Diagnostics
import Files
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A remote that is a folder, on this machine or on a share that is mounted.
package struct FolderRemote: RemoteStorage {
    private let folder: FilePath
    private let jobs: Int

    /// - Parameters:
    ///   - folder: Absolute.
    ///   - jobs: How many files are copied at the same time.
    package init(_ folder: FilePath, jobs: Int) {
        self.folder = folder
        self.jobs = jobs
    }

    /// The absolute path of the folder.
    package var address: String { folder.string }
    /// Always `true`: a folder can be listed.
    package var holdsRunCache: Bool { true }

    /// From here on a look into each folder costs less than a look at each file.
    private static let listingPays = 1_000

    private func path(of item: RemoteItem) -> FilePath { folder.pushing(FilePath(item.path)) }

    /// Looks at each file, or lists their folders where that costs less.
    ///
    /// - Throws: `FileError`.
    package func sizes(of items: [RemoteItem]) throws -> [RemoteItem: Int] {
        var wanted = items
        if items.count >= Self.listingPays {
            var present: [RemoteItem] = []
            for (name, group) in RemoteItem.folders(of: items) {
                let found = Set(try FileIO.list(folder.pushing(FilePath(name)))?.map(\.name) ?? [])
                present += group.filter { item in found.contains(String(item.path.dropFirst(name.utf8.count + 1))) }
            }
            wanted = present
        }
        let results = Results<(RemoteItem, Int)>()
        let asked = wanted
        try Parallel.forEach(count: asked.count, width: jobs) { index in
            let status = try FileStatus.of(path(of: asked[index]), followingLinks: true)
            if let status, status.kind == .file { results.add((asked[index], status.size)) }
        }
        return Dictionary(results.values, uniquingKeysWith: { first, _ in first })
    }

    /// Leaves out only what is not there.
    ///
    /// - Throws: `FileError`, also for a single item.
    package func contents(of items: [RemoteItem]) throws -> [RemoteItem: [UInt8]] {
        let results = Results<(RemoteItem, [UInt8])>()
        try Parallel.forEach(count: items.count, width: jobs) { index in
            if let bytes = try FileIO.read(path(of: items[index])) { results.add((items[index], bytes)) }
        }
        return Dictionary(results.values, uniquingKeysWith: { first, _ in first })
    }

    // MARK: Copying

    /// Copies each item beside its place, compares it with its name on the way, and renames it.
    ///
    /// An object that is damaged here is moved aside and counts as a failure.
    ///
    /// - Throws: `FileError` where the folder cannot be made, or its disk is full or read-only.
    package func send(
        _ items: [RemoteItem], from store: ObjectStore, _ meter: ProgressMeter?
    ) throws -> [TransferFailure] {
        try FileIO.makeDirectories(folder)
        return try each(items) { item in
            guard try store.size(of: item) != nil else {
                throw CacheError.missingObject(md5: item.shortName, path: store.path(of: item))
            }
            try send(item, from: store, meter)
            meter?.advance(files: 1)
        }
    }

    private func send(_ item: RemoteItem, from store: ObjectStore, _ meter: ProgressMeter?) throws {
        let source = store.path(of: item)
        let destination = path(of: item)
        let parent = destination.parent
        let temporary = FileIO.sibling(of: destination)
        var isObject = false
        if case .object = item { isObject = true }
        do {
            try FileIO.makeDirectories(parent, mode: store.isShared ? 0o2775 : 0o777)
            let copy = try FileIO.retry {
                try FileDescriptor.open(
                    temporary, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
                    permissions: FilePermissions(rawValue: isObject ? 0o444 : 0o666))
            }
            var isIntact = false
            do {
                defer { try? copy.close() }
                switch item {
                case .object(let md5, let generation):
                    let digest = try FileHasher.read(source, generation: generation, into: copy, meter: meter)
                    isIntact = digest.md5 == md5.prefix(32)
                    // Whatever the umask says; a share without permission bits refuses, and that is fine.
                    fchmod(copy.rawValue, 0o444)
                case .run(let name):
                    guard let bytes = try FileIO.read(source) else { throw CacheError.missing(source) }
                    isIntact = RunCache.isEntry(bytes, named: name)
                    try bytes.withUnsafeBytes { try FileIO.write($0, to: copy) }
                }
            }
            guard isIntact else { throw store.setAside(item) }
            try FileIO.move(temporary, to: destination)
        } catch {
            try? FileIO.remove(temporary)
            if let code = error as? Errno { throw FileError("write", destination, code) }
            throw error
        }
    }

    /// Compares each item with its name on the way; one that is damaged there is moved aside, if it can be, and counts as
    /// a failure.
    ///
    /// - Throws: `FileError` where the disk of the cache is full or read-only.
    package func receive(
        _ items: [RemoteItem], into store: ObjectStore, _ meter: ProgressMeter?
    ) throws -> [TransferFailure] {
        try each(items) { item in
            let source = path(of: item)
            guard let isIntact = try store.take(source, as: item, meter) else {
                throw RemoteError.vanished(item.path, remote: address)
            }
            guard isIntact else {
                let aside = FilePath(source.string + ".corrupt")
                let isMoved = (try? FileIO.move(source, to: aside)) != nil
                throw RemoteError.damagedThere(item.path, remote: address, movedTo: isMoved ? aside.string : nil)
            }
            meter?.advance(files: 1)
        }
    }

    /// Does something with every item; what fails for one alone is told in the end.
    private func each(
        _ items: [RemoteItem], _ body: @escaping @Sendable (RemoteItem) throws -> Void
    ) throws -> [TransferFailure] {
        let failures = Results<TransferFailure>()
        try Parallel.forEach(count: items.count, width: jobs) { index in
            do {
                try body(items[index])
            } catch let error as any UserFacingError {
                // A full disk stays full.
                if let error = error as? FileError,
                    [.noSpace, .diskQuotaExceeded, .readOnlyFileSystem].contains(error.code)
                {
                    throw error
                }
                failures.add(TransferFailure(items[index], error))
            }
        }
        return failures.values
    }

    // MARK: All of it

    /// Lists the folders of both layouts, or those of the run cache; what has no name of ours is left out.
    ///
    /// - Throws: `FileError`.
    package func everything(runCache: Bool) throws -> [RemoteItem: Int] {
        var folders: [String] = []
        if runCache {
            for prefix in try names(in: "runs", length: 2) {
                folders += try names(in: prefix, length: 64)
            }
        } else {
            folders = try names(in: "files/md5", length: 2) + names(in: "", length: 2)
        }
        let results = Results<(RemoteItem, Int)>()
        let listed = folders
        try Parallel.forEach(count: listed.count, width: jobs) { index in
            for (name, kind) in try FileIO.list(folder.pushing(FilePath(listed[index]))) ?? [] where kind == .file {
                guard let item = RemoteItem(path: listed[index] + "/" + name),
                    let status = try FileStatus.of(path(of: item), followingLinks: true)
                else { continue }
                results.add((item, status.size))
            }
        }
        return Dictionary(results.values, uniquingKeysWith: { first, _ in first })
    }

    private func names(in name: String, length: Int) throws -> [String] {
        try (FileIO.list(folder.pushing(FilePath(name))) ?? []).filter {
            $0.name.utf8.count == length && $0.kind == .directory
        }.map { name.isEmpty ? $0.name : name + "/" + $0.name }
    }

    /// - Throws: `FileError` for a file that is there and cannot be removed.
    package func remove(_ items: [RemoteItem]) throws {
        try Parallel.forEach(count: items.count, width: jobs) { try FileIO.remove(path(of: items[$0])) }
    }

    /// Takes away temporary files beside objects that have not changed for a day.
    ///
    /// - Throws: `FileError`.
    package func sweep() throws {
        let dayAgo = Clock.now() - 86_400 * 1_000_000_000
        for name in try names(in: "files/md5", length: 2) + names(in: "", length: 2) {
            let parent = folder.pushing(FilePath(name))
            for (name, kind) in try FileIO.list(parent) ?? [] where kind == .file && name.hasPrefix(".git-exp-") {
                let path = parent.appending(name)
                // Another machine may be writing there, so the number of its process says nothing.
                if let status = try FileStatus.of(path, followingLinks: false), status.modified < dayAgo {
                    try FileIO.remove(path)
                }
            }
        }
    }

    /// Writes the folder's whole file system back; where that is refused, nothing more can be done.
    package func sync() {
        guard let file = try? FileDescriptor.open(folder, .readOnly, options: [.directory, .closeOnExec]) else {
            return
        }
        _ = csys_syncfs(file.rawValue)
        try? file.close()
    }
}

/// What several threads find.
package final class Results<Value: Sendable>: @unchecked Sendable {
    private let lock = Mutex()
    private var found: [Value] = []

    /// Starts with nothing found.
    package init() {}

    /// May be called from any thread.
    package func add(_ value: Value) { lock.with { found.append(value) } }

    /// In the order in which they were added, which depends on chance.
    package var values: [Value] { lock.with { found } }
}
