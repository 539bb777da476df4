import Diagnostics
import Files
import Git
import Pipeline
import SystemPackage

/// The cache of the main work tree, for a linked one that has none of its own.
///
/// Work trees share their experiments. With the data beside only one of them, the others could not apply an experiment
/// of it, and its data would go with it.
struct SharedCache {
    /// The cache folder, absolute.
    let directory: FilePath
    private let root: FilePath

    /// - Returns: `nil` where the project keeps its own cache: not in a linked work tree, or with a cache already, or
    ///   with `cache.dir` set, or where the main work tree does not have the project.
    init?(_ repository: Repository, _ project: Project, prefix: FilePath, environment: [String: String]) throws {
        guard let main = repository.mainWorkTree, project.config["cache.dir"] == nil else { return nil }
        let home = prefix.isEmpty ? main : main.pushing(prefix)
        // A work tree of a temporary run is given its settings by the run.
        if project.root.starts(with: home.pushing(".dvc/tmp")) { return nil }
        guard try FileStatus.of(home.appending(".dvc"), followingLinks: true)?.kind == .directory,
            try FileIO.list(project.root.pushing(".dvc/cache"))?.isEmpty ?? true
        else { return nil }
        let settings = try ProjectConfig.load(root: home, environment: environment).cache(root: home)
        directory = settings.directory
        root = project.root
    }

    /// Makes the choice a setting, for this program and DVC, and says so.
    func keep(_ console: Console) throws {
        let file = root.pushing(".dvc/config.local")
        var edit = try ConfigEdit(try FileIO.read(file), file: file.string)
        edit.set("cache", "dir", directory.string)
        try FileIO.replace(file, with: edit.bytes, sync: false)
        console.note(
            "The data of this linked worktree goes to the cache of the main one, '\(Console.sanitized(directory.string))' "
                + "('cache.dir' in .dvc/config.local).")
    }
}
