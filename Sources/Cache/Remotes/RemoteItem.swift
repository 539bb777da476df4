import SystemPackage

/// What a remote holds, named as the cache names it: the layouts of both are the same.
package enum RemoteItem: Hashable, Sendable {
    /// A file, or the list of a directory's files.
    case object(md5: String, Generation)
    /// An entry of the run cache.
    case run(RunCacheName)

    /// The path below the folder of the cache, and below that of the remote.
    package var path: String {
        switch self {
        case .object(let md5, .three): "files/md5/\(md5.prefix(2))/\(md5.dropFirst(2))"
        case .object(let md5, .two): "\(md5.prefix(2))/\(md5.dropFirst(2))"
        case .run(let name): "runs/\(name.key.prefix(2))/\(name.key)/\(name.value)"
        }
    }

    /// What lies at such a path; `nil` for anything else.
    package init?(path: some StringProtocol) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        if parts.count == 4, parts[0] == "files", parts[1] == "md5" {
            self.init(parts[2], parts[3], .three)
        } else if parts.count == 2 {
            self.init(parts[0], parts[1], .two)
        } else if parts.count == 4, parts[0] == "runs", parts[2].hasPrefix(parts[1]), parts[1].utf8.count == 2,
            let name = RunCacheName(key: String(parts[2]), value: String(parts[3]))
        {
            self = .run(name)
        } else {
            return nil
        }
    }

    private init?(_ folder: some StringProtocol, _ rest: some StringProtocol, _ generation: Generation) {
        let md5 = String(folder) + String(rest)
        guard folder.utf8.count == 2, ObjectStore.isObjectName(md5) else { return nil }
        self = .object(md5: md5, generation)
    }

    /// Whether it is the list of a directory's files.
    package var isManifest: Bool {
        if case .object(let md5, _) = self { md5.hasSuffix(".dir") } else { false }
    }

    /// The folders in which remotes keep what `items` are, each with what is below it.
    static func folders(of items: some Sequence<RemoteItem>) -> [String: [RemoteItem]] {
        Dictionary(grouping: items) { item in
            String(item.path.prefix(upTo: item.path.lastIndex(of: "/") ?? item.path.startIndex))
        }
    }
}

extension ObjectStore {
    /// Where an item lies in the cache, present or not.
    package func path(of item: RemoteItem) -> FilePath { directory.pushing(FilePath(item.path)) }
}
