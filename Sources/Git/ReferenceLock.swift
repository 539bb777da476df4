import Diagnostics
import Files
import SystemPackage

/// The lock file that git and libgit2 make beside a reference while they write it.
///
/// A process that is killed in that instant leaves it behind, and from then on nobody can write the reference. Such
/// locks are held for less than a millisecond, so one that stays the same for seconds belongs to nobody.
struct ReferenceLock {
    /// How long a lock must have been there, in milliseconds.
    static let patience = 2_000

    private let path: FilePath
    private let held: FileStatus?

    init(of reference: String, in repository: Repository) {
        self.init(at: repository.commonDirectory.pushing(FilePath(reference + ".lock")))
    }

    init(at path: FilePath) {
        self.path = path
        held = try? FileStatus.of(path, followingLinks: false)
    }

    func isSame(as other: ReferenceLock) -> Bool {
        held?.inode == other.held?.inode && held?.modified == other.held?.modified
    }

    /// Removes the lock if it has been there for longer than anybody needs it.
    func removeIfOld() {
        guard let held, held.modified < Clock.now() - Int64(Self.patience) * 1_000_000 else { return }
        removeIfUnchanged()
    }

    /// Removes the lock if it is still the one that was there before.
    func removeIfUnchanged() {
        let now = try? FileStatus.of(path, followingLinks: false)
        guard now?.inode == held?.inode, now?.modified == held?.modified else { return }
        try? FileIO.remove(path)
    }
}

extension Repository {
    /// Does something that needs the lock of a reference. Another process may hold it for an instant.
    ///
    /// - Throws: What `body` threw; ``GitError`` with code `locked` where somebody does not let go.
    func lockingReference<Value>(
        _ name: String, _ body: () throws(GitError) -> Value
    ) throws(GitError) -> Value {
        var pause = 1
        var waited = 0
        var seen: ReferenceLock?
        var since = 0
        while true {
            do throws(GitError) {
                return try body()
            } catch {
                guard error.code == .locked else { throw error }
                guard waited < 3 * ReferenceLock.patience else {
                    throw GitError(
                        code: .locked, message: "the reference '\(name)' is locked by another process",
                        hint: "try again; if no git is running, remove '\(name).lock' from the repository's folder")
                }
            }
            let lock = ReferenceLock(of: name, in: self)
            if let old = seen, old.isSame(as: lock) {
                if waited - since >= ReferenceLock.patience { lock.removeIfUnchanged() }
            } else {
                seen = lock
                since = waited
            }
            Git.pause(microseconds: UInt32(pause) * 1_000)
            waited += pause
            pause = min(pause * 2, 200)
        }
    }
}
