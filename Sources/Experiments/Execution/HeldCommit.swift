import Files
import Git
import Pipeline
import SystemPackage

/// Which experiment commit the workspace holds.
///
/// DVC knows it by the reference `EXEC_APPLY`, which all work trees of a repository share. So each workspace also
/// remembers its own, in a file.
struct HeldCommit {
    private let context: ExperimentContext
    private var repository: Repository { context.repository }
    private var file: FilePath { Self.file(in: context.project.root) }

    init(_ context: ExperimentContext) { self.context = context }

    private static func file(in root: FilePath) -> FilePath { ProjectWorkspace.scratch(of: root).appending("held") }

    /// The commit; `nil` where it is none, or not known.
    ///
    /// Where reference and file differ, either another work tree or a DVC in this one came later; `dvc.lock` tells.
    func read() throws -> CommitID? {
        let shared = try repository.commit(named: StateReference.applied)
        let own = Self.read(file)
        if own == shared { return shared }
        let others = try others()
        guard let shared else { return others.isEmpty ? nil : own }
        if others.contains(where: { Self.read($0) == shared }) { return own }
        guard let own else { return shared }
        return try isHere(shared) ? shared : own
    }

    /// Notes that the workspace holds a commit, for DVC too.
    func write(_ commit: CommitID) throws {
        try repository.setReference(StateReference.applied, to: commit, expecting: .anything)
        try FileIO.replace(file, with: Array((commit.hex + "\n").utf8), sync: false)
    }

    /// Notes that the workspace holds none; what another work tree holds stays known to DVC.
    func forget() throws {
        try FileIO.remove(file)
        if let shared = try repository.commit(named: StateReference.applied),
            try others().contains(where: { Self.read($0) == shared })
        {
            return
        }
        try repository.deleteReference(StateReference.checkpoint)
        try repository.deleteReference(StateReference.applied)
    }

    /// The files in which the other work trees of the repository remember theirs.
    private func others() throws -> [FilePath] {
        try repository.otherWorkTrees().map { tree in
            Self.file(in: context.prefix.isEmpty ? tree : tree.pushing(context.prefix))
        }
    }

    private static func read(_ file: FilePath) -> CommitID? {
        guard let bytes = try? FileIO.read(file), bytes.last == UInt8(ascii: "\n") else { return nil }
        return CommitID(String(decoding: bytes.dropLast(), as: UTF8.self))
    }

    /// Whether the lock files of the workspace are those of a commit.
    private func isHere(_ commit: CommitID) throws -> Bool {
        let memo = ParseMemo(context)
        let tree = try repository.commit(commit).tree
        let files = Set(try memo.pipelineFiles(in: tree).files.map { $0.folder.appending("dvc.lock") })
        return try !files.isEmpty
            && files.allSatisfy { file in
                let recorded = try memo.blob(file, in: tree).map { try repository.blob($0) }
                return try recorded == FileIO.read(context.project.root.pushing(file))
            }
    }
}
