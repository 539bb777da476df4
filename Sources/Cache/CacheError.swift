import Diagnostics
import SystemPackage

/// Why data could not be hashed, stored or brought back.
package enum CacheError: UserFacingError, Hashable {
    /// A path of the workspace, or of the cache, with nothing there.
    case missing(FilePath)
    /// What is neither a file nor a folder; `kind` says what it is, such as a socket.
    case notHashable(FilePath, kind: String)
    case danglingLink(FilePath)
    case changedMeanwhile(FilePath)
    case ignoreFileInside(FilePath)
    /// A list of files in the cache, by its name, that is damaged or names what it must not.
    case badManifest(String, problem: String)
    /// A path that is to be a part of a tracked folder.
    case notInDirectory(FilePath, directory: FilePath)
    case missingObject(md5: String, path: FilePath)
    /// An object whose contents do not match its name; it has lost the name.
    case corruptObject(md5: String, movedTo: FilePath)
    /// Paths that would lose contents that the cache does not have.
    case unsavedData([FilePath])
    /// A path as it is written.
    case pathLeavesProject(String)
    case beyondLink(FilePath)

    /// Paths and names out of the repository have their control characters made visible.
    package var message: String {
        switch self {
        case .missing(let path): "output '\(clean(path))' does not exist"
        case .notHashable(let path, let kind): "'\(clean(path))' is \(kind), which cannot be tracked"
        case .danglingLink(let path): "'\(clean(path))' is a symbolic link to nothing"
        case .changedMeanwhile(let path): "'\(clean(path))' changed while it was being read"
        case .ignoreFileInside(let path): "a .dvcignore file inside tracked data is not allowed: '\(clean(path))'"
        case .badManifest(let md5, let problem):
            "the list of files \(Console.sanitized(md5)) in the cache is not usable: \(Console.sanitized(problem))"
        case .notInDirectory(let path, let directory):
            "'\(clean(path))' is not part of what is tracked as '\(clean(directory))'"
        case .missingObject(let md5, let path): "the data of '\(clean(path))' (\(md5)) is not in the cache"
        case .corruptObject(let md5, _): "object \(md5) in the cache does not hold what its name says"
        case .unsavedData(let paths):
            "these hold changes that are saved nowhere: "
                + paths.prefix(5).map { "'\(clean($0))'" }.joined(separator: ", ")
                + (paths.count > 5 ? " and \(paths.count - 5) more" : "")
        case .pathLeavesProject(let path): "path '\(Console.sanitized(path))' leads out of the project"
        case .beyondLink(let path): "'\(clean(path))' lies beyond a symbolic link"
        }
    }

    /// What brings the data back, or lets it be tracked; `nil` where a path is no part of what is tracked.
    package var hint: String? {
        switch self {
        case .missing: "the command has to write it; check the path in dvc.yaml"
        case .notHashable: "only files, folders and links to files can be tracked"
        case .danglingLink: "remove the link, or make what it points to"
        case .changedMeanwhile: "let whatever writes it finish, then run the command again"
        case .ignoreFileInside: "move it above the tracked folder"
        case .notInDirectory: nil
        case .badManifest, .missingObject: "fetch it again, or run the experiment again"
        case .corruptObject(_, let path):
            "it was moved to '\(clean(path))'; fetch it again, or run the experiment again"
        case .unsavedData: "keep them elsewhere, or give --force to replace them"
        case .pathLeavesProject, .beyondLink: "nothing was written there"
        }
    }

    private func clean(_ path: FilePath) -> String { Console.sanitized(path.string) }
}
