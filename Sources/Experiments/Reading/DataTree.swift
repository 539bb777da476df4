import Cache
import Files
import SystemPackage

/// Data by its path, at one point.
final class DataTree {
    private struct Item {
        let md5: String
        /// Whether it is an output, or else something in one.
        let isTop: Bool
        var isFolder: Bool { md5.hasSuffix(".dir") }
    }

    private let granular: Bool
    private var items: [ExactString: Item] = [:]
    /// Folders of which nobody knows what is in them.
    private var opaque: Set<ExactString> = []

    init(granular: Bool) { self.granular = granular }

    func add(_ path: FilePath, _ hash: OutputHash, listed: [ManifestEntry]?) throws {
        items[ExactString(path.string)] = Item(md5: hash.md5, isTop: true)
        guard granular, hash.isDirectory else { return }
        if listed == nil { opaque.insert(ExactString(path.string)) }
        for entry in listed ?? [] {
            items[ExactString(path.string + "/" + entry.path)] = Item(md5: entry.md5, isTop: false)
        }
    }

    /// What became of the data.
    func changes(to new: DataTree) -> DataState.Changes {
        var changes = DataState.Changes()
        var gone: [(path: String, item: Item)] = []
        var came: [(path: String, item: Item)] = []
        for path in Set(items.keys).union(new.items.keys).sorted() {
            let text = path.text
            switch (items[path], new.items[path]) {
            case (let old?, let now?):
                let shown = now.isFolder ? text + "/" : text
                if old.md5 == now.md5 { changes.unchanged.append(shown) } else { changes.modified.append(shown) }
            case (let old?, nil): if !new.isHidden(text) { gone.append((text, old)) }
            case (nil, let now?):
                if isHidden(text) { changes.unknown.append(text) } else { came.append((text, now)) }
            case (nil, nil): continue
            }
        }
        changes.unknown = withFolders(changes.unknown)
        for (path, item) in gone {
            let shown = item.isFolder ? path + "/" : path
            if let place = came.firstIndex(where: { $0.item.md5 == item.md5 }) {
                let (newPath, now) = came.remove(at: place)
                changes.renamed.append((shown, now.isFolder ? newPath + "/" : newPath))
            } else {
                changes.deleted.append(shown)
            }
        }
        changes.added = came.map { $0.item.isFolder ? $0.path + "/" : $0.path }
        return changes
    }

    /// Whether a path is in a folder of which nobody knows what is in it.
    private func isHidden(_ path: String) -> Bool { folder(hiding: path) != nil }

    private func folder(hiding path: String) -> String? {
        if opaque.isEmpty { return nil }
        var parent = FilePath(path).parent
        while !parent.isEmpty {
            if opaque.contains(ExactString(parent.string)) { return parent.string }
            parent = parent.parent
        }
        return nil
    }

    /// Paths, and the folders between them and the output that they are in.
    private func withFolders(_ paths: [String]) -> [String] {
        var result: Set<ExactString> = []
        for path in paths {
            result.insert(ExactString(path))
            guard let top = folder(hiding: path).map({ FilePath($0) }) else { continue }
            var parent = FilePath(path).parent
            while parent != top, !parent.isEmpty {
                result.insert(ExactString(parent.string + "/"))
                parent = parent.parent
            }
        }
        return result.sorted().map(\.text)
    }
}
