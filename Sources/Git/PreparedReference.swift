import Files
import SystemPackage

/// A loose reference that will soon be moved: the file for it is there.
///
/// It is moved as git moves one: a new file gets the name of the lock, which nobody else can have then, and takes the place
/// of the old one.
final class PreparedReference {
    let name: String
    private let path: FilePath
    private let log: FilePath
    let replacement: PreparedReplacement

    init(_ name: String, in commonDirectory: FilePath) {
        self.name = name
        path = commonDirectory.pushing(FilePath(name))
        log = commonDirectory.appending("logs").pushing(FilePath(name))
        replacement = PreparedReplacement(of: path)
    }

    func prepare() { replacement.prepare() }

    /// Moves it, where it is a file that holds what it should and no log is kept of it.
    ///
    /// - Returns: Whether it was moved. Otherwise nothing changed, and libgit2 finds out why.
    func move(from old: CommitID, to new: CommitID) -> Bool {
        let isLogged = (try? FileStatus.of(log, followingLinks: false)) != .some(nil)
        guard !isLogged, let file = replacement.takeReady() else { return false }
        let lock = FilePath(path.string + ".lock")
        do {
            defer { try? file.close() }
            try Array("\(new.hex)\n".utf8).withUnsafeBytes { try FileIO.write($0, to: file) }
            try file.giveName(lock)
        } catch {
            return false
        }
        do {
            let isFile = try FileStatus.of(path, followingLinks: false)?.kind == .file
            guard isFile, try FileIO.read(path) == Array("\(old.hex)\n".utf8) else { throw Errno.noSuchFileOrDirectory }
            try FileIO.rename(lock, path)
            return true
        } catch {
            try? FileIO.remove(lock)
            return false
        }
    }
}

extension Repository {
    /// Makes ready what moving a reference needs, so that it takes less time later.
    ///
    /// - Parameters:
    ///   - name: In full; one at a time.
    ///   - settings: Say whether references have logs.
    package func prepareReference(_ name: String, settings: GitSettings) {
        // Then every reference has a log.
        guard settings["core.logallrefupdates"]?.lowercased() != "always" else { return }
        if movedReference?.name != name { movedReference = PreparedReference(name, in: commonDirectory) }
        movedReference?.prepare()
    }
}
