import Clibgit2
import SystemPackage

/// An open repository.
///
/// Not `Sendable`: libgit2 allows one thread at a time. Open another one per thread; it is cheap.
package final class Repository {
    private let handle: Handle
    /// Writes small objects faster, once it was asked for.
    var smallObjects: SmallObjects?
    /// Writes a reference faster, once it was asked for.
    var preparedReference: PreparedReference?
    var raw: OpaquePointer { handle.raw }

    /// The administrative folder of this work tree: `.git`, or `.git/worktrees/<name>` in a linked one.
    package let gitDirectory: FilePath
    /// The folder that holds references and objects, shared by all work trees.
    package let commonDirectory: FilePath
    /// The root of the work tree; `nil` in a bare repository.
    package let workTree: FilePath?

    /// Opens the repository that git would use in `directory`, `GIT_DIR` and its companions included.
    ///
    /// - Throws: ``GitError`` where there is none, where git itself refuses it, or where it has a shape that
    ///   libgit2 cannot read (another hash function, another reference format); nothing is written then.
    package init(discovering directory: FilePath) throws(GitError) {
        handle = try Self.open(directory)
        try Self.freezeSettings(handle.raw)
        gitDirectory = FilePath(String(cString: git_repository_path(handle.raw)))
        commonDirectory = FilePath(String(cString: git_repository_commondir(handle.raw)))
        workTree = git_repository_workdir(handle.raw).map { FilePath(String(cString: $0)) }
    }

    private static func open(_ directory: FilePath) throws(GitError) -> Handle {
        // libgit2 reads `GIT_DIR` and most of its companions itself, but refuses to hear of `GIT_WORK_TREE`.
        let chosen = getenvironment("GIT_WORK_TREE").flatMap { $0.isEmpty ? nil : $0 }
        let named = getenvironment("GIT_DIR")
        func open(_ out: inout OpaquePointer?) -> Int32 {
            switch (named, chosen) {
            case (nil, _):
                directory.withPlatformString {
                    git_repository_open_ext(&out, $0, GIT_REPOSITORY_OPEN_CROSS_FS.rawValue, nil)
                }
            case (_, nil):
                // With the environment's word libgit2 looks in the current folder.
                git_repository_open_ext(&out, nil, GIT_REPOSITORY_OPEN_FROM_ENV.rawValue, nil)
            case (let named?, _):
                git_repository_open_ext(&out, named, GIT_REPOSITORY_OPEN_NO_SEARCH.rawValue, nil)
            }
        }
        func attempt() throws(GitError) -> Handle {
            try Handle(git_repository_free) { out in
                let status = open(&out)
                guard status == 0, let chosen else { return status }
                return git_repository_set_workdir(out, chosen, 0)
            }
        }
        do {
            return try attempt()
        } catch {
            guard let reason = try refusal(of: directory, after: error) else {
                _ = git_exp_disable_owner_validation()
                return try attempt()
            }
            throw reason
        }
    }

    /// Lets libgit2 go by the settings as they are now; it would look at each of their files for every reference.
    private static func freezeSettings(_ repository: OpaquePointer) throws(GitError) {
        let settings = try Handle(git_config_free) { git_repository_config_snapshot(&$0, repository) }
        try check { git_repository_set_config(repository, settings.raw) }
    }

    /// Why a repository did not open; `nil` if git accepts it and libgit2's own check of the owner stood in the way.
    private static func refusal(of directory: FilePath, after error: GitError) throws(GitError) -> GitError? {
        if let shape = unsupportedShape(near: directory) { return shape }
        let judge = try? GitCommand(in: directory).run("rev-parse", "--git-dir")
        guard let judge else { return error }
        if judge.exit.isSuccess { return nil }
        let complaint = judge.complaint
        if complaint.contains("not a git repository") {
            return GitError(
                code: .notFound, message: "not a git repository (or any of the parent directories): .git",
                hint: "make one with 'git init', or go to where yours is")
        }
        if complaint.contains("dubious ownership") {
            return GitError(
                code: .owner, message: "the repository at '\(directory)' belongs to someone else",
                hint: "to trust it: git config --global --add safe.directory '\(directory)'")
        }
        return GitError(code: error.code, message: "cannot open the repository: \(complaint)")
    }

    private static func unsupportedShape(near directory: FilePath) -> GitError? {
        var path = git_buf()
        defer { git_buf_dispose(&path) }
        let found =
            getenvironment("GIT_DIR").map { FilePath($0) }
            ?? {
                guard directory.withPlatformString({ git_repository_discover(&path, $0, 1, nil) }) == 0 else {
                    return nil
                }
                return path.ptr.map { FilePath(String(cString: $0)) }
            }()
        guard let found, let settings = GitSettings(file: found.appending("config")) else { return nil }
        if let format = settings["extensions.objectformat"], format.lowercased() != "sha1" {
            return GitError(
                code: .refused, message: "this repository names its objects with \(format.uppercased())",
                hint: "git exp works with SHA-1 repositories, as DVC does; nothing was changed")
        }
        if let format = settings["extensions.refstorage"], format.lowercased() != "files" {
            return GitError(
                code: .refused, message: "this repository keeps its references in the '\(format)' format",
                hint: "convert it with 'git refs migrate --ref-format=files'; nothing was changed")
        }
        if let version = settings["core.repositoryformatversion"].flatMap(Int.init), version > 1 {
            return GitError(
                code: .refused, message: "this repository has format version \(version), which is too new",
                hint: "nothing was changed")
        }
        return nil
    }
}
