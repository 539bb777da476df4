import Diagnostics
import Files
import Formats
import Git
import Pipeline
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A linked worktree in which a run happens away from the workspace.
///
/// A lock beside the folder says that its process lives; whoever gets it from a dead one may remove the folder.
struct TemporaryFolder {
    /// The top of the worktree.
    let path: FilePath
    let lock: FileLock

    private static let letters = "abcdefghijklmnopqrstuvwxyz0123456789"

    private static func isOwnName(_ name: String) -> Bool {
        name.hasPrefix("tmp") && name.utf8.count == 11 && name.utf8.allSatisfy(letters.utf8.contains)
    }

    private static func lockFile(of path: FilePath) -> FilePath { FilePath(path.string + ".lock") }

    /// Makes an empty folder with a name that nobody else has.
    ///
    /// - Parameter parent: The folder for such folders, absolute.
    init(in parent: FilePath) throws {
        try FileIO.makeDirectories(parent)
        while true {
            let letters = Array(Self.letters)
            let name = "tmp" + String((0..<8).map { _ in letters[Int.random(in: 0..<letters.count)] })
            let path = parent.appending(name)
            let lock: FileLock
            do {
                lock = try FileLock(Self.lockFile(of: path))
            } catch is FileLockError {
                // Who sweeps takes it for one of the dead.
                continue
            }
            if path.withPlatformString({ mkdir($0, 0o700) }) == 0 {
                self.path = path
                self.lock = lock
                return
            }
            guard errno == EEXIST else { throw FileError("make", path, Errno(rawValue: errno)) }
        }
    }

    /// The folder that this process had before it became this program.
    init(at path: FilePath, inheriting descriptor: Int32) {
        self.path = path
        lock = FileLock(Self.lockFile(of: path), inherited: descriptor)
    }

    /// Makes the folder a worktree with these files.
    ///
    /// - Parameters:
    ///   - head: The commit that `HEAD` names there.
    ///   - tree: What the worktree holds, also where `HEAD` does not.
    func fill(head: CommitID, tree: TreeID, of repository: Repository) throws {
        // Nothing of the user's may run because of this.
        let quiet = ["-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "advice.detachedHead=false"]
        let place = repository.workTree ?? repository.gitDirectory
        func git(_ command: GitCommand, _ arguments: [String]) throws {
            // Told so, git takes away what it has of a new worktree; left alone it would go on with one that we removed.
            let answer = try command.run(quiet + arguments, isDependent: true)
            guard answer.exit.isSuccess else {
                throw GitCommandError.failed(arguments: arguments, complaint: answer.complaint)
            }
        }
        try Self.alone(repository.commonDirectory) {
            try Self.removeHalves(in: repository.commonDirectory)
            try git(
                GitCommand(in: place),
                ["worktree", "add", "--quiet", "--detach", "--no-checkout", "--force", path.string, head.hex])
        }
        guard let administration = try Self.administration(of: path, in: repository.commonDirectory) else {
            throw FileError("read", path.appending(".git"), .noSuchFileOrDirectory)
        }
        try git(Self.git(in: path, administration), ["read-tree", "--reset", "-u", tree.hex])
    }

    /// A git for the worktree, whatever the environment says of the repository of the call.
    static func git(in path: FilePath, _ administration: FilePath) -> GitCommand {
        GitCommand(
            in: path,
            environment: [
                "GIT_DIR": administration.string, "GIT_WORK_TREE": path.string,
                "GIT_INDEX_FILE": administration.appending("index").string,
            ])
    }

    /// The folder in which git keeps what it knows of a worktree; `nil` where it is none of this repository.
    static func administration(of path: FilePath, in common: FilePath) throws -> FilePath? {
        guard let bytes = try FileIO.read(path.appending(".git")) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        guard text.hasPrefix("gitdir: "), text.hasSuffix("\n") else { return nil }
        let folder = FilePath(String(text.dropFirst("gitdir: ".count).dropLast())).lexicallyNormalized()
        let home = common.lexicallyNormalized().appending("worktrees")
        return folder.parent == home ? folder : nil
    }

    /// Removes the worktree; what cannot be removed stays for the next sweep.
    func remove(common: FilePath) {
        try? Self.remove(path, common: common)
        withExtendedLifetime(lock) {}
    }

    private static func remove(_ path: FilePath, common: FilePath) throws {
        if let folder = try administration(of: path, in: common) {
            try alone(common) { try FileIO.removeTree(folder) }
        }
        try FileIO.removeTree(path)
        try FileIO.remove(lockFile(of: path))
    }

    /// While git makes a worktree it reads what is known of all others, and half of one is too little for it.
    private static func alone(_ common: FilePath, _ body: () throws -> Void) throws {
        let turn = try FileLock(common.appending("git-exp-worktrees.lock"), patience: 60_000)
        // The git that works has the lock, too: it may live a little longer than this process.
        _ = turn.surviving()
        try withExtendedLifetime(turn) { try body() }
    }

    /// Removes what git knows of worktrees that it was killed over; the caller is alone.
    private static func removeHalves(in common: FilePath) throws {
        let home = common.appending("worktrees")
        for entry in try FileIO.list(home) ?? [] where isOwnName(entry.name) {
            let folder = home.appending(entry.name)
            let isWhole = try ["gitdir", "commondir", "HEAD"].allSatisfy { name in
                try FileStatus.of(folder.appending(name), followingLinks: false).map { $0.size > 0 } ?? false
            }
            if !isWhole { try FileIO.removeTree(folder) }
        }
    }

    /// What is being done in the folders whose processes live.
    ///
    /// - Parameter prefix: The project's folder inside a worktree.
    static func tickets(in parent: FilePath, prefix: FilePath) throws -> [RunTicket] {
        try (FileIO.list(parent) ?? []).compactMap { entry in
            guard entry.name.hasPrefix("tmp"), entry.name.hasSuffix(".lock") else { return nil }
            let path = parent.appending(String(entry.name.dropLast(".lock".count)))
            guard (try? FileLock(lockFile(of: path))) == nil else { return nil }
            return try? RunTicket(reading: RunTicket.file(in: prefix.isEmpty ? path : path.pushing(prefix)))
        }
    }

    /// Removes the folders of processes that are dead, and ends what these left running.
    ///
    /// - Parameter prefix: The project's folder inside a worktree.
    static func sweep(_ parent: FilePath, common: FilePath, prefix: FilePath) throws {
        for name in try names(in: parent, common: common) {
            let path = parent.appending(name)
            guard let lock = try? FileLock(lockFile(of: path)) else { continue }
            let project = prefix.isEmpty ? path : path.pushing(prefix)
            RunJournal.endLeftovers(in: ProjectWorkspace.scratch(of: project))
            try? remove(path, common: common)
            withExtendedLifetime(lock) {}
        }
    }

    /// The names of the folders here: those that have a lock, and worktrees that have none, because a git that outlived
    /// its caller made them. Folders of DVC are no worktrees.
    private static func names(in parent: FilePath, common: FilePath) throws -> Set<String> {
        var names: Set<String> = []
        for entry in try FileIO.list(parent) ?? [] where entry.name.hasPrefix("tmp") {
            if entry.name.hasSuffix(".lock") {
                names.insert(String(entry.name.dropLast(".lock".count)))
                continue
            }
            let path = parent.appending(entry.name)
            guard try FileStatus.of(path.appending(".git"), followingLinks: false)?.kind == .file else { continue }
            if try administration(of: path, in: common) != nil { names.insert(entry.name) }
        }
        return names
    }
}
