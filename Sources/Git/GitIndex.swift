import Files
import SystemPackage

/// A private copy of the index on which git itself works, so that filters, attributes and submodules are honoured.
final class GitIndex: WorkspaceIndex {
    private let repository: Repository
    private let copy: FilePath
    private let git: GitCommand
    /// Entries that stay, as `ls-files --stage` prints them, by what was asked to be held.
    private var held: [FilePath: [[UInt8]]] = [:]
    /// Nothing of the user's may run or be rewritten because we looked.
    private static let quiet = [
        "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "core.splitIndex=false",
        "-c", "advice.addEmbeddedRepo=false", "-c", "core.safecrlf=false", "--literal-pathspecs",
    ]

    init(_ repository: Repository, workTree: FilePath, file: FilePath, scratch: FilePath) throws {
        self.repository = repository
        copy = scratch.appending("index-\(currentProcess())")
        git = GitCommand(in: workTree, environment: ["GIT_INDEX_FILE": copy.string])
        if let bytes = try FileIO.read(file) {
            try FileIO.replace(copy, with: bytes, sync: false)
        }
    }

    deinit {
        for path in [copy, FilePath(copy.string + ".lock")] { try? FileIO.remove(path) }
    }

    func track(filesOf tree: TreeID) throws {
        let tracked = Set(try paths("ls-files", "-z"))
        let listing = try run("ls-tree", "-r", "-z", "--full-tree", tree.hex)
        let missing = listing.output.split(separator: 0).filter { line in
            guard let tab = line.firstIndex(of: 9) else { return false }
            return !tracked.contains(Array(line[line.index(after: tab)...])) && !line.starts(with: "160000".utf8)
        }
        guard !missing.isEmpty else { return }
        try run(["update-index", "-z", "--index-info"], input: Array(missing.joined(separator: [0])) + [0])
    }

    private func paths(_ arguments: String...) throws -> [[UInt8]] {
        try run(arguments).output.split(separator: 0).map { Array($0) }
    }

    func refresh() throws { try run("add", "-u", "--ignore-errors") }

    func add(_ paths: [FilePath]) throws {
        guard let workTree = repository.workTree else { return }
        var present: [FilePath] = []
        var folders: [FilePath] = []
        var absent: [FilePath] = []
        for path in paths {
            switch try FileStatus.of(workTree.pushing(path), followingLinks: false)?.kind {
            case nil: absent.append(path)
            case .directory: folders.append(path)
            case .file, .symlink: present.append(path)
            case .other: continue
            }
        }
        try remove(absent)
        try add(present, options: ["--force"])
        try add(folders, options: ["--ignore-errors"])
    }

    private func add(_ paths: [FilePath], options: [String]) throws {
        guard !paths.isEmpty else { return }
        _ = try git.run(
            Self.quiet + ["add"] + options + ["--pathspec-from-file=-", "--pathspec-file-nul"],
            input: Self.zeroTerminated(paths))
    }

    func hold(_ paths: [FilePath]) throws {
        try add(paths)
        for path in paths { held[path] = try self.paths("ls-files", "--stage", "-z", "--", path.string) }
    }

    func remove(_ paths: [FilePath]) throws {
        guard !paths.isEmpty else { return }
        try run(["update-index", "-z", "--force-remove", "--stdin"], input: Self.zeroTerminated(paths))
    }

    private static func zeroTerminated(_ paths: [FilePath]) -> [UInt8] {
        var bytes: [UInt8] = []
        for path in paths { bytes += Array(path.string.utf8) + [0] }
        return bytes
    }

    func untracked(_ paths: [FilePath]) throws -> [String] {
        guard !paths.isEmpty else { return [] }
        let options = ["ls-files", "--others", "--exclude-standard", "--directory", "--no-empty-directory", "-z", "--"]
        let named = paths.map { $0.isEmpty ? "." : $0.string }
        return try run(options + named).output.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }

    func writeTree() throws -> TreeID {
        let entries = held.values.flatMap { $0 }
        if !entries.isEmpty {
            try run(["update-index", "-z", "--index-info"], input: Array(entries.joined(separator: [0])) + [0])
        }
        let answer = try run("write-tree")
        guard let tree = TreeID(answer.text) else {
            throw GitError(code: .refused, message: "git wrote no tree of the workspace: \(answer.complaint)")
        }
        return tree
    }

    @discardableResult
    private func run(_ arguments: String...) throws -> GitCommand.Answer { try run(arguments) }

    @discardableResult
    private func run(_ arguments: [String], input: [UInt8] = []) throws -> GitCommand.Answer {
        let answer = try git.run(Self.quiet + arguments, input: input)
        guard answer.exit.isSuccess else {
            throw GitCommandError.failed(arguments: arguments, complaint: answer.complaint)
        }
        return answer
    }
}
