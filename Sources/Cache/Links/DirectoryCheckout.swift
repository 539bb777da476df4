import Files
import SystemPackage

/// Makes a directory of the workspace hold what a list of files in the cache says.
struct DirectoryCheckout {
    private let checkout: Checkout
    private let hash: OutputHash
    private let path: FilePath
    private let overwriting: Bool
    private let links: [LinkType]
    private var reader: DataReader { checkout.reader }
    private var store: ObjectStore { checkout.store }

    init(_ checkout: Checkout, _ hash: OutputHash, _ path: FilePath, overwriting: Bool, links: [LinkType]) {
        self.checkout = checkout
        self.hash = hash
        self.path = path
        self.overwriting = overwriting
        self.links = links
    }

    /// - Parameter below: Only this file or folder of the directory.
    func run(below: String?) throws -> CheckoutOutcome {
        let kind = try FileStatus.of(path, followingLinks: false)?.kind
        var present: [ManifestEntry] = []
        if kind == .directory {
            let now = try below == nil ? reader.hash(path, generation: hash.generation, saving: false) : nil
            if now?.md5 == hash.md5 { return CheckoutOutcome() }
            present = try reader.entries(of: path, generation: hash.generation, saving: false).entries
        }
        reader.privateData.set(path, false)
        var wanted = try store.manifest(of: hash, movingAside: true)
        try checkout.refuseLinkedParents(of: path)
        if let below {
            let isMeant = { (entry: ManifestEntry) in
                entry.path.isIdentical(to: below) || entry.path.utf8.starts(with: (below + "/").utf8)
            }
            wanted = wanted.filter(isMeant)
            present = present.filter(isMeant)
            if wanted.isEmpty {
                throw CacheError.notInDirectory(path.pushing(FilePath(below)), directory: path)
            }
            try FileIO.makeDirectories(path)
            return try update(present, to: wanted)
        }
        return kind == .directory ? try update(present, to: wanted) : try create(wanted, replacing: kind)
    }

    /// Builds the directory elsewhere and renames it into place.
    private func create(_ wanted: [ManifestEntry], replacing kind: FileKind?) throws -> CheckoutOutcome {
        if kind != nil, !overwriting {
            try checkout.refuseUnsaved(path, try checkout.current(path, hash.generation), hash.generation)
        }
        try FileIO.makeDirectories(path.parent)
        let staging = try Staging(for: path, root: reader.root)
        defer { staging.remove() }
        let ready = staging.next()
        try FileIO.makeDirectories(ready)
        var folders: Set<ExactString> = []
        let items = try wanted.map { entry in
            if let slash = entry.path.utf8.lastIndex(of: UInt8(ascii: "/")) {
                let folder = String(entry.path[..<slash])
                if folders.insert(ExactString(folder)).inserted {
                    try FileIO.makeDirectories(ready.pushing(FilePath(folder)))
                }
            }
            let relative = FilePath(entry.path)
            return Placement.Item(
                md5: entry.md5, target: ready.pushing(relative), destination: path.pushing(relative))
        }
        try placement(wanted, staging).place(items)
        if kind != nil { try FileIO.remove(path) }
        try FileIO.move(ready, to: path)
        var outcome = CheckoutOutcome()
        outcome.change = kind == nil ? .added : .modified
        outcome.added = wanted.count
        return outcome
    }

    private func placement(_ entries: [ManifestEntry], _ staging: Staging) throws -> Placement {
        let sample = try entries.first { entry in
            let object = store.path(of: entry.md5, hash.generation)
            return try (FileStatus.of(object, followingLinks: false)?.size ?? 0) > 0
        }
        return try Placement(reader, hash.generation, links, sample: sample?.md5, staging)
    }

    private func update(_ present: [ManifestEntry], to wanted: [ManifestEntry]) throws -> CheckoutOutcome {
        let old = Dictionary(present.map { (ExactString($0.path), $0.md5) }, uniquingKeysWith: { $1 })
        let new = Set(wanted.map { ExactString($0.path) })
        let stale = present.filter { !new.contains(ExactString($0.path)) }
        let changed = wanted.filter { old[ExactString($0.path)] != $0.md5 }
        var outcome = CheckoutOutcome()
        if stale.isEmpty && changed.isEmpty { return outcome }
        if !overwriting { try refuseUnsaved(stale, changed, old) }
        for entry in changed {
            guard try store.hasObject(entry.md5, hash.generation) else {
                throw CacheError.missingObject(md5: entry.md5, path: path.pushing(FilePath(entry.path)))
            }
            try refuseObstacles(entry.path)
        }
        let staging = try Staging(for: path.appending("x"), root: reader.root)
        defer { staging.remove() }
        let items = changed.map { entry in
            Placement.Item(
                md5: entry.md5, target: staging.next(), destination: path.pushing(FilePath(entry.path)))
        }
        try placement(changed, staging).place(items)
        for entry in stale { try remove(entry.path) }
        for (entry, item) in zip(changed, items) {
            let target = path.pushing(FilePath(entry.path))
            try makeRealFolders(for: entry.path)
            if try FileStatus.of(target, followingLinks: false)?.kind == .directory { try FileIO.removeTree(target) }
            try FileIO.move(item.target, to: target)
        }
        outcome.change = .modified
        outcome.deleted = stale.count
        outcome.modified = changed.filter { old[ExactString($0.path)] != nil }.count
        outcome.added = changed.count - outcome.modified
        return outcome
    }

    private func refuseUnsaved(
        _ stale: [ManifestEntry], _ changed: [ManifestEntry], _ old: [ExactString: String]
    ) throws {
        let replaced =
            stale.map { ExactString($0.path) } + changed.map { ExactString($0.path) }.filter { old[$0] != nil }
        let unsaved = try replaced.filter { name in
            try !(old[name].map { try store.hasObject($0, .three) || store.hasObject($0, .two) } ?? true)
        }
        if !unsaved.isEmpty { throw CacheError.unsavedData(unsaved.sorted().map { path.pushing(FilePath($0.text)) }) }
    }

    /// Links and folders that no list has ever named stay unless the user wants them gone.
    private func refuseObstacles(_ relative: String) throws {
        if overwriting { return }
        var folder = path
        for component in FilePath(relative).parent.components {
            folder.append(component)
            switch try FileStatus.of(folder, followingLinks: false)?.kind {
            case .symlink: throw CacheError.beyondLink(folder)
            case .directory: continue
            case nil, .file, .other: return
            }
        }
    }

    private func remove(_ relative: String) throws {
        try FileIO.remove(path.pushing(FilePath(relative)))
        var folder = FilePath(relative).parent
        while !folder.isEmpty, try FileIO.list(path.pushing(folder))?.isEmpty ?? false {
            try FileIO.removeTree(path.pushing(folder))
            folder = folder.parent
        }
    }

    /// Makes the folders of a file, each one a real folder and no link.
    private func makeRealFolders(for relative: String) throws {
        var folder = path
        for component in FilePath(relative).parent.components {
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
}
