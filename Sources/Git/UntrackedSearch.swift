import Clibgit2
import Files
import SystemPackage

/// A walk through a work tree for what an index does not have and git does not ignore.
struct UntrackedSearch {
    let repository: Repository
    let workTree: FilePath
    let index: OpaquePointer
    private(set) var found: [String] = []
    /// How often git may still be asked what it ignores; among a great many files nobody misses a list of some.
    private var questions = 2_000

    init(_ repository: Repository, workTree: FilePath, index: OpaquePointer) {
        self.repository = repository
        self.workTree = workTree
        self.index = index
    }

    mutating func look(at path: FilePath, _ kind: FileKind) throws {
        switch kind {
        case .directory:
            if path.isEmpty || git_index_find_prefix(nil, index, path.string + "/") == 0 {
                guard let children = try FileIO.list(workTree.pushing(path)) else { return }
                // A repository of its own is nobody else's.
                if !path.isEmpty, children.contains(where: { $0.name == ".git" }) { return }
                for child in children where child.name != ".git" || !path.isEmpty {
                    try look(at: path.appending(child.name), child.kind)
                }
            } else if try holdsSomething(path) {
                found.append(path.string + "/")
            }
        case .file, .symlink:
            guard git_index_get_bypath(index, path.string, 0) == nil, try !isIgnored(path.string) else { return }
            found.append(path.string)
        case .other: return
        }
    }

    /// Whether a folder without anything tracked has a file in it that git does not ignore.
    private mutating func holdsSomething(_ folder: FilePath) throws -> Bool {
        if try isIgnored(folder.string + "/") { return false }
        guard let children = try FileIO.list(workTree.pushing(folder)) else { return false }
        if children.contains(where: { $0.name == ".git" }) { return false }
        for child in children {
            let path = folder.appending(child.name)
            switch child.kind {
            case .directory: if try holdsSomething(path) { return true }
            case .file, .symlink: if try !isIgnored(path.string) { return true }
            case .other: continue
            }
        }
        return false
    }

    private mutating func isIgnored(_ path: String) throws(GitError) -> Bool {
        guard questions > 0 else { return true }
        questions -= 1
        var ignored: Int32 = 0
        try check { git_ignore_path_is_ignored(&ignored, repository.raw, path) }
        return ignored == 1
    }
}
