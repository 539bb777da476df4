import Files
import SystemPackage

/// A folder in which data is made ready, so that one rename brings it to its place.
///
/// It lies outside all tracked data: what a killed process leaves here is never taken for data, and the next one removes it.
final class Staging {
    private let folder: FilePath
    private let lock = Mutex()
    private var count = 0

    /// - Parameters:
    ///   - destination: What is brought there must be on the same file system; the folder above it exists.
    ///   - root: The project.
    init(for destination: FilePath, root: FilePath) throws {
        let home = root.pushing(".dvc/tmp/git-exp/checkout")
        try FileIO.makeDirectories(home)
        try Self.sweep(home, prefix: "")
        let parent = destination.parent
        let unique = "\(ownProcess())-\(String(UInt64.random(in: 0...UInt64.max), radix: 36))"
        let there = try FileStatus.of(parent, followingLinks: true)?.device
        if try FileStatus.of(home, followingLinks: true)?.device == there {
            folder = home.appending(unique)
        } else {
            try Self.sweep(parent, prefix: Self.siblingPrefix)
            folder = parent.appending(Self.siblingPrefix + unique)
        }
        try FileIO.makeDirectories(folder)
    }

    private static let siblingPrefix = ".git-exp-checkout-"

    /// A name that nothing has yet.
    func next() -> FilePath {
        lock.with {
            count += 1
            return folder.appending(String(count))
        }
    }

    /// Removes the folder with what was not brought to its place.
    func remove() { try? FileIO.removeTree(folder) }

    private static func sweep(_ home: FilePath, prefix: String) throws {
        for (name, kind) in try FileIO.list(home) ?? [] where kind == .directory && name.hasPrefix(prefix) {
            guard let owner = Int32(name.dropFirst(prefix.count).prefix { $0 != "-" }), !isAlive(owner) else {
                continue
            }
            try? FileIO.removeTree(home.appending(name))
        }
    }
}
