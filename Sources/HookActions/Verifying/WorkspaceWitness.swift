import Cache
import Diagnostics
import Files
import Git
import Pipeline
import SystemPackage

/// Says of contents that git stores in another form than the workspace has them, or in a folder beside files that git
/// ignores, whether the workspace holds what a lock file says.
///
/// DVC hashes the files of the workspace: after line ends were converted, behind a filter such as that of LFS, and with
/// whatever else lies in a folder. Where git sees no difference between a commit and the workspace, the workspace may
/// therefore speak for the commit.
struct WorkspaceWitness {
    private let workTree: FilePath
    private let reader: DataReader
    private let root: FilePath
    private let prefix: FilePath
    /// The commit that is judged; `nil` for the index.
    private let revision: CommitID?

    init(workTree: FilePath, project: Project, prefix: FilePath, revision: CommitID?) throws {
        self.workTree = workTree
        self.prefix = prefix
        self.revision = revision
        root = project.root
        var ignoring = IgnoreRules()
        if let bytes = try FileIO.read(root.appending(".dvcignore")) { ignoring.add(bytes, in: "") }
        reader = DataReader(
            store: try project.config.cache(root: root).store,
            memo: StatMemo(file: ProjectWorkspace.scratch(of: root).appending("hashes")), root: root,
            ignoring: ignoring)
    }

    private var git: GitCommand { GitCommand(in: workTree) }

    /// Git would otherwise start a program, or write the index.
    private static let quiet = [
        "-c", "core.fsmonitor=false", "-c", "diff.autoRefreshIndex=false", "--literal-pathspecs",
    ]

    private func inRepository(_ path: FilePath) -> String { prefix.isEmpty ? path.string : prefix.pushing(path).string }

    /// Whether the workspace holds these contents, and git takes it for the same as what is judged.
    func confirms(_ path: FilePath, _ hash: OutputHash) -> Bool {
        let present = try? reader.hash(root.pushing(path), generation: hash.generation, saving: false)
        guard let present, present.md5 == hash.md5 else { return false }
        let options = ["diff", "--no-ext-diff", "--no-textconv", "--quiet"] + (revision.map { [$0.hex] } ?? [])
        guard let answer = try? git.run(Self.quiet + options + ["--", inRepository(path)]), answer.exit.isSuccess else {
            return false
        }
        return !hash.isDirectory || untracked(in: path).isEmpty
    }

    /// Files that git neither tracks nor ignores.
    func untracked(in path: FilePath) -> [String] {
        let options = ["ls-files", "--others", "--exclude-standard", "-z", "--", inRepository(path)]
        guard let answer = try? git.run(Self.quiet + options), answer.exit.isSuccess else { return [] }
        return answer.output.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }

    func isCached(_ hash: OutputHash) throws -> Bool { try reader.isCached(hash) }

    /// The files of a folder in the cache.
    func files(of hash: OutputHash) throws -> [ManifestEntry] { try reader.store.manifest(of: hash) }
}
