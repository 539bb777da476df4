import Files
import SystemPackage

/// Finds the pipeline files of a project by walking its folders from the root.
///
/// Folders that are ignored, that are outputs, or that hold a project of their own are not entered; neither are links.
/// The files of a folder come before those below it, folders in the order of their names.
package struct PipelineDiscovery {
    /// Turns bytes into a file; a caller that reads many commits remembers here what it has parsed before.
    package typealias Parse = ([UInt8], FilePath) throws -> PipelineFile?

    private let tree: any FileTree
    private let parse: Parse
    private let isIgnored: (_ path: FilePath, _ isFolder: Bool) throws -> Bool
    private var outputs: Set<FilePath> = []
    private var files: [PipelineFile] = []
    /// Collects what stands in `.dvc` files, where a caller asks for it.
    private var trackedData: TrackedDataCollection?

    /// All pipeline files of a project.
    ///
    /// The `.gitignore` and `.dvcignore` files of the tree count.
    ///
    /// - Parameters:
    ///   - tree: The project; its root is the project root.
    ///   - excludes: Contents of further ignore files that hold for the root, such as `.git/info/exclude`.
    ///   - isIgnored: Whether anything else hides a path, which is relative to the root.
    ///   - parse: See ``Parse``.
    /// - Throws: `FormatError` for a file that cannot be read, and what the tree throws.
    package static func files(
        in tree: any FileTree, excludes: [[UInt8]] = [],
        isIgnored: @escaping (_ path: FilePath, _ isFolder: Bool) throws -> Bool = { _, _ in false },
        parse: Parse? = nil
    ) throws -> [PipelineFile] {
        var discovery = PipelineDiscovery(tree: tree, parse: parse ?? reading(tree), isIgnored: isIgnored)
        var git = IgnoreRules()
        for contents in excludes { git.add(contents, in: "") }
        try discovery.visit("", Rules(git: git))
        return discovery.files
    }

    /// The pipeline files of a project, and its `.dvc` files.
    ///
    /// - Returns: The files, and all stages in the order in which the walk came to them.
    package static func everything(
        in tree: any FileTree, root: FilePath?,
        isIgnored: @escaping (_ path: FilePath, _ isFolder: Bool) throws -> Bool, parse: @escaping Parse
    ) throws -> (files: [PipelineFile], trackedData: TrackedDataCollection) {
        var discovery = PipelineDiscovery(tree: tree, parse: parse, isIgnored: isIgnored)
        discovery.trackedData = TrackedDataCollection(root: root)
        try discovery.visit("", Rules())
        return (discovery.files, discovery.trackedData ?? TrackedDataCollection(root: root))
    }

    /// The same for a caller that knows already where the files are.
    ///
    /// Searching a commit costs a look at each of its folders; git's names for folders let a caller search each once
    /// for many commits.
    ///
    /// - Parameters:
    ///   - paths: Every `dvc.yaml` of the tree, in any order.
    ///   - projects: Folders below the root with a `.dvc` folder of their own.
    ///   - tree: The project.
    ///   - parse: See ``Parse``.
    package static func files(
        at paths: [FilePath], without projects: [FilePath] = [], in tree: any FileTree,
        parse: Parse? = nil
    ) throws -> [PipelineFile] {
        var discovery = PipelineDiscovery(tree: tree, parse: parse ?? reading(tree), isIgnored: { _, _ in false })
        let folders = paths.map { $0.parent }
        for folder in folders.sorted(by: precedes) where !projects.contains(where: { folder.starts(with: $0) }) {
            var above = folder
            var isOutput = false
            while !above.isEmpty, !isOutput {
                isOutput = discovery.outputs.contains(above)
                above = above.parent
            }
            if !isOutput { try discovery.read(folder.appending("dvc.yaml")) }
        }
        return discovery.files
    }

    private static func reading(_ tree: any FileTree) -> Parse {
        { try PipelineFile.parse($0, path: $1, templates: TemplateSource(tree)) }
    }

    /// Whether a walk comes to one folder before the other.
    private static func precedes(_ left: FilePath, _ right: FilePath) -> Bool {
        left.components.lexicographicallyPrecedes(right.components) {
            $0.string.utf8.lexicographicallyPrecedes($1.string.utf8)
        }
    }

    private init(
        tree: any FileTree, parse: @escaping Parse, isIgnored: @escaping (FilePath, Bool) throws -> Bool
    ) {
        self.tree = tree
        self.parse = parse
        self.isIgnored = isIgnored
    }

    /// What the ignore files on the way to a folder say.
    private struct Rules {
        var git = IgnoreRules()
        var dvc = IgnoreRules()

        func hide(_ path: FilePath, isFolder: Bool) -> Bool {
            git.ignores(path, isFolder: isFolder) || dvc.ignores(path, isFolder: isFolder)
        }
    }

    private mutating func visit(_ folder: FilePath, _ rules: Rules) throws {
        guard let entries = try tree.list(folder) else { return }
        if !folder.isEmpty, entries.contains(where: { $0.name == ".dvc" && $0.kind == .directory }) { return }
        var rules = rules
        var names: [String] = []
        for entry in entries where entry.kind == .file {
            switch entry.name {
            case "dvc.yaml": names.append(entry.name)
            case ".gitignore": rules.git.add(try tree.contents(of: folder.appending(".gitignore")) ?? [], in: folder)
            case ".dvcignore": rules.dvc.add(try tree.contents(of: folder.appending(".dvcignore")) ?? [], in: folder)
            case let name where trackedData != nil && TrackedDataCollection.isName(name): names.append(name)
            default: break
            }
        }
        for name in names {
            let path = folder.appending(name)
            if rules.hide(path, isFolder: false) { continue }
            if try isIgnored(path, false) { continue }
            try read(path)
        }
        let folders = entries.filter { $0.kind == .directory }.map(\.name)
        for name in folders.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
            if name == ".git" || name == ".hg" || name == ".dvc" { continue }
            let path = folder.appending(name)
            if outputs.contains(path) || rules.hide(path, isFolder: true) { continue }
            if try isIgnored(path, true) { continue }
            try visit(path, rules)
        }
    }

    private mutating func read(_ path: FilePath) throws {
        guard let bytes = try tree.contents(of: path) else { return }
        if let data = try trackedData?.add(bytes, at: path) {
            outputs.formUnion(data.stage.outputs.map(\.rooted))
            return
        }
        guard let file = try parse(bytes, path) else { return }
        files.append(file)
        trackedData?.add(file)
        for stage in file.stages { outputs.formUnion(stage.outputs.map(\.rooted)) }
    }
}

extension Project {
    /// The files of the workspace.
    package var workspace: WorkspaceTree { WorkspaceTree(root: root, replaced: replaced) }

    /// Where the `${…}` of the workspace take their values from.
    ///
    /// - Throws: ``PipelineError/badSetting(name:value:expected:)``.
    package func templates() throws(PipelineError) -> TemplateSource {
        TemplateSource(workspace, style: try config.argumentStyle())
    }

    /// The pipeline files of the workspace; see ``PipelineDiscovery/files(in:excludes:isIgnored:parse:)``.
    package func pipelineFiles(excludes: [[UInt8]] = []) throws -> [PipelineFile] {
        let templates = try templates()
        return try PipelineDiscovery.files(
            in: workspace, excludes: excludes,
            parse: { try PipelineFile.parse($0, path: $1, root: root, templates: templates) })
    }
}
