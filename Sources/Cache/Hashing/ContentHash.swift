/// The hashes that the cache would give to contents that are not on disk, such as those of a commit.
package enum ContentHash {
    /// The digits for the bytes of a file.
    package static func file(_ bytes: [UInt8], _ generation: Generation) -> String {
        generation == .two && TextTest.isText(bytes) ? MD5.hexOfText(bytes) : MD5.hex(bytes)
    }

    /// The digits for a folder, with `.dir` behind them.
    ///
    /// - Parameter files: Its files with their own hashes, in any order.
    package static func folder(_ files: [ManifestEntry]) -> String { MD5.hex(Manifest.bytes(of: files)) + ".dir" }
}
