import Cache
import Diagnostics
import Files
import Formats
import Git
import Pipeline
import SystemPackage

/// The pipeline of one project as a commit or the index has it.
final class Snapshot {
    let tree: ListingTree
    let listing: FileListing
    /// The project's folder inside the repository; empty at the top.
    let prefix: FilePath
    private let repository: Repository
    private let project: Project
    private var locks: [FilePath: Result<LockFile, FormatError>] = [:]
    private let replaced: [FilePath: [UInt8]]
    let parameters: ParameterReader

    init(
        _ repository: Repository, _ listing: FileListing, _ project: Project, prefix: FilePath,
        replacing: [FilePath: [UInt8]] = [:]
    ) {
        self.repository = repository
        self.listing = listing
        self.project = project
        self.prefix = prefix
        replaced = replacing
        tree = ListingTree(repository, listing, prefix: prefix, replacing: replacing)
        parameters = ParameterReader(tree: tree)
    }

    /// The same with other contents of some files.
    func replacing(_ files: [FilePath: [UInt8]]) -> Snapshot {
        Snapshot(repository, listing, project, prefix: prefix, replacing: replaced.merging(files) { $1 })
    }

    /// A path from the top of the repository, seen from the project; `nil` outside of it.
    func inProject(_ path: String) -> FilePath? {
        if prefix.isEmpty { return FilePath(path) }
        let start = prefix.string + "/"
        guard path.utf8.starts(with: start.utf8) else { return nil }
        return FilePath(String(Substring(path.utf8.dropFirst(start.utf8.count))))
    }

    func inRepository(_ path: FilePath) -> String { prefix.isEmpty ? path.string : prefix.pushing(path).string }

    /// Folders of the project with a `.dvc` folder of their own.
    private(set) lazy var innerProjects: [FilePath] = files(named: { $0.hasSuffix("/.dvc/config") }).map {
        $0.parent.parent
    }.filter { !$0.isEmpty }

    private func files(named isMeant: (String) -> Bool) -> [FilePath] {
        listing.entries(below: prefix.string).compactMap { entry in
            isMeant(entry.path) ? inProject(entry.path) : nil
        }
    }

    /// Whether a path belongs to another project further down.
    func isForeign(_ path: FilePath) -> Bool { innerProjects.contains { path.starts(with: $0) } }

    /// All `dvc.yaml` files, those of other projects left out.
    private(set) lazy var pipelinePaths: [FilePath] = files(named: {
        $0.utf8.last == UInt8(ascii: "l") && ($0.hasSuffix("/dvc.yaml") || $0 == "dvc.yaml")
    }).filter { !isForeign($0) }

    /// All `.dvc` files, those of other projects left out.
    private(set) lazy var dataPaths: [FilePath] = files(named: {
        $0.utf8.last == UInt8(ascii: "c") && $0.hasSuffix(".dvc") && TrackedDataCollection.isName($0)
    }).filter { !isForeign($0) && $0.lastComponent?.string != ".dvc" }

    /// The pipeline files that can be read, and what is wrong with the others.
    private(set) lazy var pipelines: (files: [PipelineFile], faults: [(path: FilePath, problem: String)]) = {
        var faults: [(path: FilePath, problem: String)] = []
        let found = try? PipelineDiscovery.files(
            at: pipelinePaths, in: tree,
            parse: { [project, tree] bytes, path in
                do {
                    let templates = TemplateSource(tree, style: try project.config.argumentStyle())
                    return try PipelineFile.parse(bytes, path: path, root: project.root, templates: templates)
                } catch {
                    faults.append((path, Self.problem(error)))
                    return nil
                }
            })
        return (found ?? [], faults)
    }()

    /// The `.dvc` files that can be read, and what is wrong with the others.
    private(set) lazy var trackedData: (data: [TrackedData], faults: [(path: FilePath, problem: String)]) = {
        var data: [TrackedData] = []
        var faults: [(path: FilePath, problem: String)] = []
        for path in dataPaths {
            do {
                guard let bytes = try tree.contents(of: path) else { continue }
                data.append(try TrackedData.parse(bytes, path: path, root: project.root))
            } catch {
                faults.append((path, Self.problem(error)))
            }
        }
        return (data, faults)
    }()

    var stages: [Stage] { pipelines.files.flatMap(\.stages) }

    /// All stages and `.dvc` files, by what they write.
    private(set) lazy var makers: [FilePath: (stage: Stage, output: Output)] = {
        var makers: [FilePath: (stage: Stage, output: Output)] = [:]
        for stage in stages + trackedData.data.map(\.stage) {
            for output in stage.outputs { makers[output.rooted] = (stage, output) }
        }
        return makers
    }()

    /// - Throws: `FormatError` where the lock file cannot be read.
    func lock(at path: FilePath) throws -> LockFile {
        if let known = locks[path] { return try known.get() }
        if path.extension == "dvc" {
            let entry = trackedData.data.first { $0.path == path }?.entry
            return LockFile(stages: entry.map { [("", $0)] } ?? [])
        }
        let bytes = try tree.contents(of: path)
        let result = Result { () throws(FormatError) in
            try bytes.map { bytes throws(FormatError) in try LockFile.parse(bytes, file: path.string) } ?? LockFile()
        }
        locks[path] = result
        return try result.get()
    }

    /// What the lock file, or the `.dvc` file, says of a stage.
    func entry(of stage: Stage) throws -> StageLock? { try lock(at: stage.lockFile)[stage.name] }

    /// What went wrong, on one line.
    static func problem(_ error: any Error) -> String {
        if let error = error as? any UserFacingError { return error.message }
        return String(describing: error)
    }

    /// The patterns of the `.dvcignore` files on the way to a folder and inside of it.
    func dataIgnore(around folder: FilePath) throws -> IgnoreRules {
        var rules = IgnoreRules()
        for path in files(named: { $0.hasSuffix(".dvcignore") }) where path.lastComponent?.string == ".dvcignore" {
            let home = path.parent
            guard folder.starts(with: home) || home.starts(with: folder) else { continue }
            if let bytes = try tree.contents(of: path) { rules.add(bytes, in: home) }
        }
        return rules
    }
}
