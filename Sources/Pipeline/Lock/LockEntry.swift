import Cache
import Formats
import SystemPackage

/// A dependency or an output in a lock file.
package struct LockEntry: Sendable {
    /// The path as the stage writes it.
    package var path: String
    /// The hash as 32 hexadecimal digits, with `.dir` behind them for a folder; `nil` for what is not hashed so.
    package var md5: String?
    /// In bytes.
    package var size: Int?
    /// The number of files in a folder.
    package var fileCount: Int?
    /// `isexec`: an execute bit of the file is set.
    package var isExecutable: Bool
    /// Which way of hashing `md5` belongs to: entries of the newer one say `hash: md5`.
    package var generation: Generation
    /// Everything else of the entry, such as what cloud storage calls it, in the order of the file.
    package var extra: Mapping

    /// An entry for what the cache found out.
    package init(path: String, hash: OutputHash) {
        self.path = path
        md5 = hash.md5
        size = hash.size
        fileCount = hash.nfiles
        isExecutable = hash.isExecutable
        generation = hash.generation
        extra = Mapping()
    }

    init(path: String, generation: Generation) {
        self.path = path
        self.generation = generation
        isExecutable = false
        extra = Mapping()
    }

    /// What the cache needs to find the contents; `nil` where the entry has no MD5.
    package var hash: OutputHash? {
        md5.map {
            OutputHash(
                md5: $0, size: size ?? 0, nfiles: fileCount, isExecutable: isExecutable, generation: generation)
        }
    }

    /// Told by the suffix `.dir` of the hash; `false` without one.
    package var isDirectory: Bool { md5?.hasSuffix(".dir") ?? false }

    /// The entry as the file has it, keys in DVC's order.
    package var value: Value {
        var mapping = Mapping([("path", .string(path))])
        func add(_ key: String, _ value: Value?) {
            if let value { mapping.entries.append(.init(key: .string(key), value: value)) }
        }
        if generation == .three && md5 != nil { add("hash", .string("md5")) }
        add("md5", md5.map { .string($0) })
        add("size", size.map { .int($0) })
        add("nfiles", fileCount.map { .int($0) })
        add("isexec", isExecutable ? .bool(true) : nil)
        mapping.entries += extra.entries
        return .mapping(mapping)
    }
}
