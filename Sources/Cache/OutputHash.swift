/// Which of DVC's two formats an entry, an object or a project follows.
package enum Generation: Sendable, Hashable {
    /// DVC 2: line ends of texts do not count, objects lie at `xx/…`.
    case two
    /// DVC 3: the bytes count, objects lie at `files/md5/xx/…`, entries say `hash: md5`.
    case three
}

/// What `dvc.lock` records of an output or a dependency.
package struct OutputHash: Hashable, Sendable {
    /// 32 lower-case hexadecimal digits; of a directory with `.dir` behind them.
    package var md5: String
    /// In bytes; of a directory the sum of its files.
    package var size: Int
    /// The number of files of a directory; `nil` for a file.
    package var nfiles: Int?
    /// Whether an execute bit of the file is set: `isexec` in lock files.
    package var isExecutable: Bool
    /// Which of DVC's ways of hashing made `md5`, and so where the object lies in the cache.
    package var generation: Generation

    /// Takes a hash that is known already; nothing is checked.
    package init(md5: String, size: Int, nfiles: Int? = nil, isExecutable: Bool = false, generation: Generation) {
        self.md5 = md5
        self.size = size
        self.nfiles = nfiles
        self.isExecutable = isExecutable
        self.generation = generation
    }

    /// Told by the suffix `.dir`.
    package var isDirectory: Bool { md5.hasSuffix(".dir") }

    /// The hash that a file would have with other contents; of a folder with other files in it, one that it has not now.
    package func replacing(_ contents: [[UInt8]]) -> OutputHash {
        guard let bytes = contents.first else { return self }
        var changed = self
        if isDirectory {
            changed.md5 = MD5.hex(contents.reduce(Array(md5.utf8), +)) + ".dir"
        } else {
            changed.md5 = generation == .two && TextTest.isText(bytes) ? MD5.hexOfText(bytes) : MD5.hex(bytes)
            changed.size = bytes.count
        }
        return changed
    }
}
