import Files
import SystemPackage

/// Remembers of which directories the cache holds every file, so that a look at the cache's folders is enough to know.
///
/// A file that comes into the cache or goes changes the time of its folder.
struct CompletenessMemo {
    private let file: FilePath
    private let store: ObjectStore

    /// - Parameter home: The folder of all memos.
    init(_ store: ObjectStore, in home: FilePath) {
        self.store = store
        file = home.appending("complete")
    }

    /// Whether the cache holds a directory's list and every file on it.
    func contains(_ hash: OutputHash) throws -> Bool {
        guard hash.isDirectory, (hash.nfiles ?? 0) >= 512, ObjectStore.isObjectName(hash.md5) else {
            return try store.contains(hash)
        }
        let line = try signature(hash.generation).map { "\(hash.md5) \($0)" }
        let known = lines()
        if let line, known.contains(where: { $0.isIdentical(to: line) }) { return true }
        guard try store.contains(hash) else { return false }
        if let line {
            let rest = known.filter { !$0.hasPrefix(hash.md5) }.suffix(99)
            let text = (rest + [line]).map { $0 + "\n" }.joined()
            try? FileIO.makeDirectories(file.removingLastComponent())
            try? FileIO.replace(file, with: Array(text.utf8), sync: false)
        }
        return true
    }

    private func lines() -> [String] {
        guard let bytes = try? FileIO.read(file) else { return [] }
        return bytes.split(separator: 10).map { String(decoding: $0, as: UTF8.self) }
    }

    /// What the folders of the cache look like; `nil` where one changed just now and may change again without a sign.
    private func signature(_ generation: Generation) throws -> String? {
        let limit = Clock.now() - 50_000_000
        var bytes = Array(store.directory.string.utf8)
        for number in 0..<256 {
            let name = (number < 16 ? "0" : "") + String(number, radix: 16)
            let folder = store.path(of: name + "object", generation).removingLastComponent()
            guard let status = try FileStatus.of(folder, followingLinks: true) else { continue }
            if max(status.modified, status.changed) >= limit { return nil }
            for word in [UInt64(number), UInt64(bitPattern: status.modified), status.inode, status.device] {
                withUnsafeBytes(of: word) { bytes.append(contentsOf: $0) }
            }
        }
        return (generation == .two ? "2 " : "3 ") + MD5.hex(bytes)
    }
}
