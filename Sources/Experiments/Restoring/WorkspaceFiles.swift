import Files
import Git
import SystemPackage

/// Writes files of a tree into the workspace, the way git would: modes, links and filters included.
struct WorkspaceFiles {
    private let context: ExperimentContext

    init(_ context: ExperimentContext) { self.context = context }

    func bring(_ change: WorkspaceChange, of tree: TreeID) throws {
        guard let workTree = context.repository.workTree else { return }
        for path in change.deleted {
            let file = workTree.pushing(FilePath(path))
            try FileIO.remove(file)
            removeEmptyFolders(above: file, upTo: workTree)
        }
        guard !change.written.isEmpty else { return }
        let index = context.scratch.appending("apply-\(ownProcess())")
        defer { try? FileIO.remove(index) }
        let git = GitCommand(in: workTree, environment: ["GIT_INDEX_FILE": index.string])
        try check(try git.run(["-c", "core.splitIndex=false", "read-tree", tree.hex]), "read-tree")
        var list: [UInt8] = []
        for path in change.written { list += Array(path.utf8) + [0] }
        try check(try git.run(["checkout-index", "-f", "-q", "-z", "--stdin"], input: list), "checkout-index")
    }

    private func check(_ answer: GitCommand.Answer, _ command: String) throws {
        guard answer.exit.isSuccess else {
            throw GitCommandError.failed(arguments: [command], complaint: answer.complaint)
        }
    }

    func removeEmptyFolders(above file: FilePath, upTo top: FilePath) {
        var folder = file.parent
        while folder.starts(with: top), folder != top, (try? FileIO.list(folder))??.isEmpty == true {
            try? FileIO.removeTree(folder)
            folder = folder.parent
        }
    }
}
