import Files
import Formats
import SystemPackage

/// The run cache: what stages made of their inputs, in files named by digests below `runs` in the cache.
///
/// The layout is that of DVC 2 and 3: `runs/<first two digits of the key>/<key>/<value>`, each file the entry of a
/// stage as `dvc.lock` has it, on the top level.
package struct RunCache: Sendable {
    private let store: ObjectStore

    /// Takes the cache in whose folder `runs` the entries lie; it need not exist.
    package init(_ store: ObjectStore) { self.store = store }

    /// An entry as it was found.
    package struct Found: Sendable {
        /// Absolute, as far as the cache's folder is.
        package let path: FilePath
        /// YAML, not yet looked at.
        package let bytes: [UInt8]
    }

    private func folder(of key: String) -> FilePath {
        store.directory.appending("runs").appending(String(key.prefix(2))).appending(key)
    }

    /// Where the entry of a name lies, present or not.
    package func path(of name: RunCacheName) -> FilePath { folder(of: name.key).appending(name.value) }

    /// The entries for a key, the one written last first.
    ///
    /// What is no file or has no digest for a name is left alone.
    package func entries(for key: String) throws -> [Found] {
        try files(for: key).sorted { $0.modified > $1.modified }.compactMap { entry in
            try FileIO.read(entry.path).map { Found(path: entry.path, bytes: $0) }
        }
    }

    private func files(for key: String) throws -> [(path: FilePath, modified: Int64)] {
        let folder = folder(of: key)
        var found: [(path: FilePath, modified: Int64)] = []
        for (name, kind) in try FileIO.list(folder) ?? [] where kind == .file && Self.isDigest(name) {
            let path = folder.appending(name)
            if let status = try FileStatus.of(path, followingLinks: false) { found.append((path, status.modified)) }
        }
        return found
    }

    /// All entries, the one written first first.
    package func everything() throws -> [Found] {
        let found = try keys().flatMap { try files(for: $0) }
        return try found.sorted { $0.modified < $1.modified }.compactMap { entry in
            try FileIO.read(entry.path).map { Found(path: entry.path, bytes: $0) }
        }
    }

    /// The names of all entries.
    package func names() throws -> [RunCacheName] {
        try keys().flatMap { key in
            try files(for: key).compactMap { file in
                file.path.lastComponent.flatMap { RunCacheName(key: key, value: $0.string) }
            }
        }
    }

    /// The objects in the cache that entries of DVC 2 name, also those of outputs that no lock file has as data.
    func legacyObjects() throws -> [Wanted] {
        var found: [Wanted] = []
        for entry in try everything() {
            let outputs = (try? YAML.load(entry.bytes, file: entry.path.string))?.mapping?["outs"]?.list ?? []
            for output in outputs.compactMap(\.mapping) where output["hash"] == nil {
                guard let md5 = output["md5"]?.string, ObjectStore.isObjectName(md5) else { continue }
                let object = Wanted(OutputHash(md5: md5, size: 0, generation: .two))
                if try store.size(of: object.item) != nil { found.append(object) }
            }
        }
        return found
    }

    /// The names of the folders of entries.
    private func keys() throws -> [String] {
        let home = store.directory.appending("runs")
        var keys: [String] = []
        for (prefix, kind) in try FileIO.list(home) ?? [] where kind == .directory {
            for (key, kind) in try FileIO.list(home.appending(prefix)) ?? []
            where kind == .directory && key.hasPrefix(prefix) { keys.append(key) }
        }
        return keys
    }

    /// Whether the bytes are an entry that such a name belongs to.
    package static func isEntry(_ bytes: [UInt8], named name: RunCacheName) -> Bool {
        guard let value = try? YAML.load(bytes, file: name.value) else { return false }
        guard let computed = RunCacheName(of: value) else { return value.mapping != nil }
        return computed == name
    }

    /// Whether the entry of a name is there.
    package func contains(_ name: RunCacheName) throws -> Bool {
        try FileStatus.of(path(of: name), followingLinks: false) != nil
    }

    /// Makes the folder in which the folders of such keys are, so that writing takes less time.
    package func prepare(for key: String) throws { try store.makeFolder(for: folder(of: key)) }

    /// Writes an entry; readers see all of it or nothing.
    ///
    /// A temporary file, where one is needed, is not beside the entry: DVC reads whatever stands there.
    package func write(_ bytes: [UInt8], as name: RunCacheName) throws {
        let draft = try store.draft(isObject: false)
        do {
            try bytes.withUnsafeBytes { try FileIO.write($0, to: draft.file) }
            try store.settle(draft, at: path(of: name))
        } catch {
            draft.discard()
            if let code = error as? Errno { throw FileError("write to the run cache", path(of: name), code) }
            throw error
        }
    }

    static func isDigest(_ name: String) -> Bool {
        name.utf8.count == 64 && name.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}
