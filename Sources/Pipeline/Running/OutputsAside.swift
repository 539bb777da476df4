import Cache
import Files
import SystemPackage

/// Outputs outside the cache that a command is to write anew, kept until it is known that it did.
///
/// git may have them or not; a command that ends without any result must not cost the user the one before. To free the
/// blocks of a file can take longer than all else at the end of a short run, so a small one is only given up then, and
/// removed while the next command runs.
package final class OutputsAside {
    private static let small = 64 << 10
    private let folder: FilePath
    private var moved: [(path: FilePath, place: FilePath)] = []

    /// - Parameter scratch: A folder for files that nobody misses, on the file system of the outputs.
    init(scratch: FilePath) { folder = scratch }

    /// Moves an output out of the way; where that cannot be done, it is removed. One that a killed run moved counts as
    /// moved.
    func take(_ path: FilePath) throws {
        let place = folder.appending("aside-" + MD5.hex(Array(path.string.utf8)))
        do {
            try FileIO.rename(path, place)
        } catch {
            guard try FileStatus.of(path, followingLinks: false) != nil else {
                // It may be all that a killed run left of the output.
                if try FileStatus.of(place, followingLinks: false) != nil { moved.append((path, place)) }
                return
            }
            try FileIO.makeDirectories(folder)
            try FileIO.removeTree(place)
            do {
                try FileIO.rename(path, place)
            } catch {
                return try FileIO.removeTree(path)
            }
        }
        moved.append((path, place))
    }

    /// Ends the stage with nothing recorded: what the command did not write comes back.
    func bringBack() {
        for (path, place) in moved {
            if (try? FileStatus.of(path, followingLinks: false)) == .some(nil), (try? FileIO.rename(place, path)) != nil
            {
                continue
            }
            try? FileIO.removeTree(place)
        }
        moved = []
    }

    /// Ends the stage with something recorded.
    func discard() {
        for (number, (_, place)) in moved.enumerated() {
            if !isSmall(place) || (try? FileIO.rename(place, givenUp(number))) == nil { try? FileIO.removeTree(place) }
        }
        moved = []
    }

    private func isSmall(_ place: FilePath) -> Bool {
        guard let status = try? FileStatus.of(place, followingLinks: false) else { return false }
        return status.kind == .file && status.size <= Self.small
    }

    /// What the names of files begin with that were given up, and can go at any time.
    package static let givenUp = "discarded-"

    private func givenUp(_ number: Int) -> FilePath { folder.appending(Self.givenUp + String(number)) }

    /// Removes what was given up before; best called while there is nothing else to do.
    func removeGivenUp() {
        var number = 0
        while (try? FileStatus.of(givenUp(number), followingLinks: false)) ?? nil != nil {
            try? FileIO.removeTree(givenUp(number))
            number += 1
        }
    }
}
