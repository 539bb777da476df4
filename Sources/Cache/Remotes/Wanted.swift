/// Data that is to be shared: whole outputs, or some files of a directory.
package struct Wanted: Hashable, Sendable {
    /// Of the whole output, also where only a part of it is meant.
    package let hash: OutputHash
    /// The path inside a directory that is meant, a file or a folder; `nil` for all of it.
    package let below: String?

    /// Takes a hash as a lock file has it, and what of a directory is meant.
    package init(_ hash: OutputHash, below: String? = nil) {
        self.hash = hash
        self.below = below
    }

    /// The file, or the list of the directory's files, as remotes keep it.
    package var item: RemoteItem { .object(md5: hash.md5, hash.generation) }

    /// The files of the list that are meant.
    func files(of entries: [ManifestEntry]) -> [ManifestEntry] {
        guard let below else { return entries }
        let folder = Array((below + "/").utf8)
        return entries.filter { $0.path.utf8.elementsEqual(below.utf8) || $0.path.utf8.starts(with: folder) }
    }

    /// The files that are meant, as remotes keep them.
    package func members(of entries: [ManifestEntry]) -> [RemoteItem] {
        files(of: entries).map { .object(md5: $0.md5, hash.generation) }
    }
}

/// What a transfer did.
package struct ExchangeReport: Sendable {
    /// How many files were copied.
    package var count = 0
    /// Items that are neither in the cache nor on the remote.
    package var missing: [RemoteItem] = []
    /// Items that are somewhere and could not be copied, and why.
    package var failures: [TransferFailure] = []
    /// How many lists of directories were not copied, because not all of their files are there.
    package var withheld = 0

    /// Starts with nothing done.
    package init() {}

    /// Adds what a transfer with another remote did.
    package mutating func add(_ other: ExchangeReport) {
        count += other.count
        missing += other.missing
        failures += other.failures
        withheld += other.withheld
    }
}
