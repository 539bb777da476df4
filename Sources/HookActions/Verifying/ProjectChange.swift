import Cache
import Diagnostics
import Files
import Formats
import Git
import Pipeline
import SystemPackage

/// What a commit changes in one project, judged.
struct ProjectChange {
    private let repository: Repository
    private let listing: FileListing
    private let prefix: FilePath
    private let parent: Commit?
    private let isEverything: Bool
    private let revision: CommitID?
    private let requiresData: Bool
    private let openProject: (FilePath) throws -> Project

    init(
        _ repository: Repository, _ listing: FileListing, prefix: FilePath, parent: Commit?,
        isEverything: Bool, revision: CommitID?, requiresData: Bool,
        openProject: @escaping (FilePath) throws -> Project
    ) {
        self.repository = repository
        self.listing = listing
        self.prefix = prefix
        self.parent = parent
        self.isEverything = isEverything
        self.revision = revision
        self.requiresData = requiresData
        self.openProject = openProject
    }

    /// - Parameter files: Files to be seen with other contents, by their paths in the repository.
    func verdict(replacing files: [String: [UInt8]]) throws -> Verdict {
        // A sparse checkout may leave a project out; nothing of it is committed then.
        guard let workTree = repository.workTree,
            try FileStatus.of(workTree.pushing(prefix).appending(".dvc"), followingLinks: true) != nil
        else { return Verdict() }
        let project = try openProject(prefix)
        var now = Snapshot(repository, listing, project, prefix: prefix)
        if !files.isEmpty {
            let inside = files.compactMap { path, bytes in now.inProject(path).map { ($0, bytes) } }
            now = now.replacing(Dictionary(inside, uniquingKeysWith: { $1 }))
        }
        let reach = now.reach
        let changed = try repository.paths(
            differingFrom: isEverything ? nil : parent?.tree, in: listing, enters: reach.enters)
        let before = Former { [parent, repository, prefix] in
            try parent.map { parent in
                Snapshot(repository, try repository.files(of: parent.tree), project, prefix: prefix)
            }
        }
        let touch = Touch(now: now, before: before, changed: changed, isEverything: isEverything)
        var verdict = Verdict()
        for (path, problem) in try touch.brokenFiles() {
            verdict.files.append(.init(path: now.inRepository(path), problem: problem, isData: false))
        }
        for (path, output) in touch.committedData() {
            let problem = "the cache keeps '\(Console.sanitized(output.path))', so git must not"
            verdict.files.append(.init(path: path, problem: problem, isData: true))
        }
        let broken = Set(verdict.files.map { ExactString($0.path) })
        let stages = touch.stages(among: now.stages + now.trackedData.data.map(\.stage)).filter { stage in
            !broken.contains(ExactString(now.inRepository(stage.lockFile)))
        }
        verdict.judged = stages.count
        if stages.isEmpty { return verdict }
        let witness = try WorkspaceWitness(
            workTree: workTree, project: project, prefix: prefix, revision: revision)
        let judge = StageJudge(
            snapshot: now, before: before, repository: repository, witness: witness, requiresData: requiresData,
            requiresOldData: isEverything)
        for stage in stages {
            do {
                let findings = try judge.findings(of: stage)
                if findings.isEmpty { continue }
                verdict.stages.append(
                    .init(
                        project: prefix.string, stage: stage.address(), lockFile: now.inRepository(stage.lockFile),
                        findings: findings))
            } catch let error as FormatError {
                let path = now.inRepository(FilePath(error.file))
                if verdict.files.contains(where: { $0.path.isIdentical(to: path) }) { continue }
                verdict.files.append(.init(path: path, problem: Snapshot.problem(error), isData: false))
            }
        }
        return verdict
    }
}

/// What was there before, read when somebody asks: most commits touch no stage.
final class Former {
    private let read: () throws -> Snapshot?
    private var found: Snapshot??

    init(_ read: @escaping () throws -> Snapshot?) { self.read = read }

    /// `nil` before the first commit, and where it cannot be read.
    var snapshot: Snapshot? {
        if let found { return found }
        let result = (try? read()) ?? nil
        found = .some(result)
        return result
    }
}
