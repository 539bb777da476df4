import Files
import SystemPackage

/// Finds the pipeline files of a project by walking its folders from the root.
///
/// Folders that are ignored, that are outputs, or that hold a project of their own are not entered; neither are links.
/// The files of a folder come before those below it, folders in the order of their names.
package struct PipelineDiscovery {
    private let tree: any FileTree
    private let parse: ([UInt8], FilePath) throws -> PipelineFile?
    private let isIgnored: (_ path: FilePath, _ isFolder: Bool) throws -> Bool
    private var outputs: Set<FilePath> = []
    private var files: [PipelineFile] = []

    /// All pipeline files of a project.
    ///
    /// - Parameters:
    ///   - tree: The project; its root is the project root.
    ///   - isIgnored: Whether git or `.dvcignore` hide a path, which is relative to the root.
    ///   - parse: Turns bytes into a file; a caller that reads many commits remembers here what it has parsed before.
    /// - Throws: `FormatError` for a file that cannot be read, and what the tree throws.
    package static func files(
        in tree: any FileTree,
        isIgnored: @escaping (_ path: FilePath, _ isFolder: Bool) throws -> Bool = { _, _ in false },
        parse: @escaping ([UInt8], FilePath) throws -> PipelineFile? = { try PipelineFile.parse($0, path: $1) }
    ) throws -> [PipelineFile] {
        var discovery = PipelineDiscovery(tree: tree, parse: parse, isIgnored: isIgnored)
        try discovery.visit("")
        return discovery.files
    }

    private init(
        tree: any FileTree, parse: @escaping ([UInt8], FilePath) throws -> PipelineFile?,
        isIgnored: @escaping (FilePath, Bool) throws -> Bool
    ) {
        self.tree = tree
        self.parse = parse
        self.isIgnored = isIgnored
    }

    private mutating func visit(_ folder: FilePath) throws {
        guard let entries = try tree.list(folder) else { return }
        if !folder.isEmpty, entries.contains(where: { $0.name == ".dvc" && $0.kind == .directory }) { return }
        if entries.contains(where: { $0.name == "dvc.yaml" && $0.kind == .file }) {
            let path = folder.appending("dvc.yaml")
            if try !isIgnored(path, false), let bytes = try tree.contents(of: path), let file = try parse(bytes, path) {
                files.append(file)
                for stage in file.stages { outputs.formUnion(stage.outputs.map(\.rooted)) }
            }
        }
        let folders = entries.filter { $0.kind == .directory }.map(\.name)
        for name in folders.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
            if name == ".git" || name == ".hg" || name == ".dvc" { continue }
            let path = folder.appending(name)
            if outputs.contains(path) { continue }
            if try isIgnored(path, true) { continue }
            try visit(path)
        }
    }
}
