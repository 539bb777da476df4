import Cache
import Files
import SystemPackage

/// Outputs outside the cache that a command is to write anew, kept until it is known that it did.
///
/// git may have them or not; a command that ends without any result must not cost the user the one before. To free the
/// blocks of a file can take longer than all else at the end of a short run, so a small one stays until the next run,
/// which removes it while its command runs.
final class OutputsAside {
    private static let small = 64 << 10
    private let folder: FilePath
    private var moved: [(path: FilePath, place: FilePath)] = []
    private var old: [FilePath] = []

    /// - Parameter scratch: A folder for files that nobody misses, on the file system of the outputs.
    init(scratch: FilePath) { folder = scratch }

    /// Moves an output out of the way; where that cannot be done, it is removed.
    func take(_ path: FilePath) throws {
        let place = folder.appending("aside-" + MD5.hex(Array(path.string.utf8)))
        makeRoom(at: place)
        do {
            try FileIO.rename(path, place)
        } catch {
            guard try FileStatus.of(path, followingLinks: false) != nil else { return }
            // A killed run may have left something there.
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

    /// What the last run left gets another name until ``removeOld()``, because replacing it would free its blocks.
    private func makeRoom(at place: FilePath) {
        let other = FilePath(place.string + ".old")
        do {
            try FileIO.rename(place, other)
        } catch {
            if error == .noSuchFileOrDirectory { return }
        }
        old.append(other)
    }

    /// Removes what earlier runs left; best called while there is nothing else to do.
    func removeOld() {
        for place in old { try? FileIO.removeTree(place) }
        old = []
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
        removeOld()
    }

    /// Ends the stage with something recorded.
    func discard() {
        for (_, place) in moved where !isSmall(place) { try? FileIO.removeTree(place) }
        moved = []
        removeOld()
    }

    private func isSmall(_ place: FilePath) -> Bool {
        guard let status = try? FileStatus.of(place, followingLinks: false) else { return true }
        return status.kind == .file && status.size <= Self.small
    }
}
