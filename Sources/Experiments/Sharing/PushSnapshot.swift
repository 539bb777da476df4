import Files
import Git
import SystemPackage

/// A view of the repository for one `git push` of many experiments: the same in all, but with those experiments only.
///
/// Git compares every reference that is named on its command line with every one of the repository, which for a thousand
/// takes seconds; a pattern costs nothing. In the view the pattern means just what was chosen, at the commits whose data
/// was sent, whatever happens in the repository meanwhile. The view is a folder of links beside a file of packed
/// references, in the repository's own folder; what a killed process left of it is removed by the next one.
struct PushSnapshot {
    private static let prefix = "git-exp-push-"
    /// Fewer experiments are named one by one.
    static let threshold = 16
    /// The pattern of all experiments in the view.
    static let refspec = "refs/exps/*:refs/exps/*"

    private let folder: FilePath
    private let workTree: FilePath?

    /// - Throws: ``FileError``, ``GitError``.
    init(of repository: Repository, _ experiments: [(reference: ExperimentReference, tip: CommitID)]) throws {
        let home = repository.commonDirectory
        folder = home.appending("\(Self.prefix)\(ownProcess())")
        workTree = repository.workTree
        let entries = try FileIO.list(home) ?? []
        try Self.sweep(entries, in: home)
        try FileIO.makeDirectories(folder.appending("refs"))
        for (name, _) in entries where !Self.isOwn(name) {
            try FileIO.makeSymlink(folder.appending(name), to: home.appending(name))
        }
        try FileIO.replace(
            folder.appending("HEAD"), with: FileIO.read(repository.gitDirectory.appending("HEAD")) ?? [], sync: false)
        if try FileIO.read(repository.gitDirectory.appending("config.worktree")) != nil {
            try FileIO.remove(folder.appending("config.worktree"))
            try FileIO.makeSymlink(
                folder.appending("config.worktree"), to: repository.gitDirectory.appending("config.worktree"))
        }
        var lines = experiments.map { (Array($0.reference.fullName.utf8), $0.tip.hex) }
        for reference in try repository.references(below: "refs/") {
            let isPrivate = reference.name.hasPrefix("refs/exps/") || reference.name.hasPrefix("refs/git-exp/")
            if !isPrivate { lines.append((Array(reference.name.utf8), reference.commit.hex)) }
        }
        lines.sort { $0.0.lexicographicallyPrecedes($1.0) }
        var packed = Array("# pack-refs with: sorted \n".utf8)
        for (name, commit) in lines { packed += Array(commit.utf8) + [0x20] + name + [0x0A] }
        try FileIO.replace(folder.appending("packed-refs"), with: packed, sync: false)
    }

    /// What the view does not take over as it is.
    private static func isOwn(_ name: String) -> Bool {
        ["HEAD", "refs", "packed-refs", "logs", "worktrees", "index"].contains(name) || name.hasPrefix(prefix)
            || name.hasSuffix(".lock")
    }

    private static func sweep(_ entries: [(name: String, kind: FileKind)], in home: FilePath) throws {
        for (name, kind) in entries where kind == .directory && name.hasPrefix(prefix) {
            guard let process = Int32(name.dropFirst(prefix.count)), process == ownProcess() || !isAlive(process)
            else { continue }
            try FileIO.removeTree(home.appending(name))
        }
    }

    /// What git is told of it.
    var environment: [String: String] {
        var result = ["GIT_DIR": folder.string]
        if let workTree { result["GIT_WORK_TREE"] = workTree.string }
        return result
    }

    func remove() { try? FileIO.removeTree(folder) }
}
