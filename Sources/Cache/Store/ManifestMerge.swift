import Files
import SystemPackage

/// A three-way merge of the lists of files of a folder.
package struct ManifestMerge: Sendable {
    /// The files of the merged folder, sorted by path.
    package private(set) var entries: [ManifestEntry] = []
    /// Files that both sides changed in different ways, and paths that are a file here and a folder there.
    package private(set) var conflicts: [String] = []
    /// Changes that both sides made alike: the object before and after.
    private var shared: [(old: String?, new: String?)] = []

    /// - Parameter base: The list of the common ancestor; empty where there is none.
    package init(base: [ManifestEntry], ours: [ManifestEntry], theirs: [ManifestEntry]) {
        let (inBase, inOurs, inTheirs) = (Self.table(base), Self.table(ours), Self.table(theirs))
        for path in Set(inBase.keys).union(inOurs.keys).union(inTheirs.keys).sorted() {
            let (old, our, their) = (inBase[path], inOurs[path], inTheirs[path])
            let result: String?
            if our == their {
                result = our
                if our != old { shared.append((old, our)) }
            } else if our == old {
                result = their
            } else if their == old {
                result = our
            } else {
                conflicts.append(path.text)
                continue
            }
            if let result { entries.append(ManifestEntry(path: path.text, md5: result)) }
        }
        findFoldersInPlaceOfFiles()
    }

    private static func table(_ entries: [ManifestEntry]) -> [ExactString: String] {
        Dictionary(entries.map { (ExactString($0.path), $0.md5) }, uniquingKeysWith: { first, _ in first })
    }

    private mutating func findFoldersInPlaceOfFiles() {
        let files = Set(entries.map { ExactString($0.path) })
        for entry in entries {
            var path = entry.path.utf8[...]
            while let slash = path.lastIndex(of: UInt8(ascii: "/")) {
                path = path[..<slash]
                let folder = String(decoding: path, as: UTF8.self)
                if files.contains(ExactString(folder)) { conflicts.append(folder) }
            }
        }
    }

    /// Writes the list to the cache, for data of which the files are there or will be fetched.
    ///
    /// - Parameters:
    ///   - store: The cache.
    ///   - sizes: What the three sides say of the bytes in the folder; `nil` where one does not say.
    ///   - generation: Of the hashes in the lists.
    /// - Returns: What stands for the folder; its size is `nil` where that cannot be known.
    /// - Throws: `FileError` where the cache cannot be written.
    package func save(
        to store: ObjectStore, sizes: (base: Int?, ours: Int?, theirs: Int?), generation: Generation
    ) throws -> (md5: String, size: Int?, count: Int) {
        let bytes = Manifest.bytes(of: entries)
        let md5 = MD5.hex(bytes) + ".dir"
        try store.store(bytes, as: md5, generation)
        var size: Int?
        if let base = sizes.base, let ours = sizes.ours, let theirs = sizes.theirs {
            size = try counted(store, generation).flatMap { twice in
                let (sum, overflow) = ours.addingReportingOverflow(theirs)
                let total = overflow ? nil : sum - base - twice
                return total.flatMap { $0 < 0 ? nil : $0 }
            }
        }
        return (md5, size, entries.count)
    }

    /// By how many bytes the changes that both made alike let the folder grow; `nil` where an object is not there.
    private func counted(_ store: ObjectStore, _ generation: Generation) throws -> Int? {
        var growth = 0
        func size(_ md5: String?) throws -> Int? {
            guard let md5 else { return 0 }
            return try FileStatus.of(store.path(of: md5, generation), followingLinks: true).map { Int($0.size) }
        }
        for change in shared {
            guard let old = try size(change.old), let new = try size(change.new) else { return nil }
            growth += new - old
        }
        return growth
    }
}
