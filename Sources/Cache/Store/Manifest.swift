import Files
import Formats
import SystemPackage

/// A file of a tracked directory.
package struct ManifestEntry: Hashable, Sendable {
    /// Relative to the directory, with `/` between its parts.
    package let path: String
    /// 32 lower-case hexadecimal digits, by the way of hashing that the directory's generation has.
    package let md5: String

    /// Takes an entry as it is; neither part is checked.
    package init(path: String, md5: String) {
        self.path = path
        self.md5 = md5
    }
}

/// The object of a directory: a JSON list of its files, as DVC writes it.
enum Manifest {
    /// The exact bytes of the object, entries sorted by path.
    static func bytes(of entries: [ManifestEntry]) -> [UInt8] {
        var bytes: [UInt8] = []
        // The longest part that is the same in every entry, and a digest.
        bytes.reserveCapacity(entries.reduce(2) { $0 + $1.path.utf8.count + 61 })
        bytes.append(UInt8(ascii: "["))
        for (index, entry) in sorted(entries).enumerated() {
            bytes += (index == 0 ? "{\"md5\": \"" : ", {\"md5\": \"").utf8
            bytes += entry.md5.utf8
            bytes += "\", \"relpath\": ".utf8
            if entry.path.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }) {
                bytes.append(UInt8(ascii: "\""))
                bytes += entry.path.utf8
                bytes.append(UInt8(ascii: "\""))
            } else {
                bytes += JSON.pythonDumps(.string(entry.path)).utf8
            }
            bytes.append(UInt8(ascii: "}"))
        }
        bytes.append(UInt8(ascii: "]"))
        return bytes
    }

    private static func sorted(_ entries: [ManifestEntry]) -> [ManifestEntry] {
        func precedes(_ left: ManifestEntry, _ right: ManifestEntry) -> Bool {
            left.path.utf8.lexicographicallyPrecedes(right.path.utf8)
        }
        let isSorted = zip(entries, entries.dropFirst()).allSatisfy { !precedes($1, $0) }
        return isSorted ? entries : entries.sorted(by: precedes)
    }

    static func parse(_ bytes: [UInt8], name: String) throws -> [ManifestEntry] {
        func bad(_ problem: String) -> CacheError { .badManifest(name, problem: problem) }
        guard let list = try? JSON.parse(bytes, file: name).list else { throw bad("it is not a JSON list") }
        return try list.map { item in
            guard let mapping = item.mapping, let path = mapping["relpath"]?.string, let md5 = mapping["md5"]?.string
            else { throw bad("an entry has no path or no hash") }
            guard isInside(path) else { throw bad("the path '\(path)' leads out of the directory") }
            guard ObjectStore.isObjectName(md5), !md5.hasSuffix(".dir") else { throw bad("'\(md5)' is not a hash") }
            return ManifestEntry(path: path, md5: md5)
        }
    }

    /// Names that lead elsewhere, and those of version control, which no list of ours ever has: git would run what a
    /// repository in the data tells it to.
    private static func isReserved(_ part: Substring.UTF8View) -> Bool {
        let text = String(Substring(part)).lowercased()
        return [".", "..", ".git", ".hg", ".dvc"].contains { $0.utf8.elementsEqual(text.utf8) }
    }

    /// Whether a path stays below the directory it is relative to.
    static func isInside(_ path: String) -> Bool {
        if path.isEmpty || path.utf8.contains(0) { return false }
        return path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy { part in
            switch part.first {
            case nil: false
            case UInt8(ascii: "."): !isReserved(part)
            default: true
            }
        }
    }
}
