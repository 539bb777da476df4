import Files
import Formats
import SystemPackage

/// A `dvc.yaml`.
package struct PipelineFile: Sendable {
    /// Relative to the project root.
    package let path: FilePath
    /// In the order of the file.
    package private(set) var stages: [Stage] = []
    /// The top-level `params`.
    package private(set) var parameters: [ListedFile] = []
    /// The top-level `metrics`.
    package private(set) var metrics: [ListedFile] = []
    /// The top-level `plots`.
    package private(set) var plots: [PlotDefinition] = []
    package private(set) var artifacts: [Artifact] = []

    /// The folder of the file, relative to the project root; empty for the root itself.
    package var folder: FilePath { path.removingLastComponent() }

    /// Where a stage has the `live` section, which DVC 2.34 and later refuse.
    package var liveStages: [Stage] { stages.filter { $0.live != nil } }

    /// Reads a `dvc.yaml` out of a tree.
    ///
    /// - Parameters:
    ///   - path: Relative to the tree's root, which is the project root.
    ///   - root: The absolute project root; absolute paths inside it are taken for relative ones.
    /// - Returns: `nil` where there is no such file.
    /// - Throws: `FormatError` with the place of the first fault, and what the tree throws.
    package static func load(
        _ path: FilePath, from tree: any FileTree, root: FilePath? = nil
    ) throws -> PipelineFile? {
        try tree.contents(of: path).flatMap { try parse($0, path: path, root: root) }
    }

    /// Reads the text of a `dvc.yaml`.
    ///
    /// The result depends on the arguments alone, so a caller may remember it.
    ///
    /// - Returns: `nil` for a text without a document, such as an empty one.
    /// - Throws: `FormatError` with the place of the first fault.
    package static func parse(
        _ bytes: [UInt8], path: FilePath, root: FilePath? = nil
    ) throws(FormatError) -> PipelineFile? {
        guard let node = try YAML.parse(bytes, file: path.string) else { return nil }
        let reader = NodeReader(file: path.string, bytes: bytes)
        if reader.isNull(node) { return nil }
        var file = PipelineFile(path: path)
        try file.read(node, reader, root: root)
        return file
    }

    private init(path: FilePath) { self.path = path }

    private mutating func read(_ node: YAMLNode, _ reader: NodeReader, root: FilePath?) throws(FormatError) {
        for entry in try reader.entries(of: node, "the file") {
            if reader.isNull(entry.value) { continue }
            switch entry.key {
            case "stages": try readStages(entry.value, reader, root: root)
            case "params": parameters = try listedFiles(entry.value, "'params'", reader)
            case "metrics": metrics = try listedFiles(entry.value, "'metrics'", reader)
            case "plots": plots = try PlotReader(reader).definitions(entry.value)
            case "artifacts": artifacts = try readArtifacts(entry.value, reader)
            case "vars", "datasets": break  // only expressions and `ds://` dependencies use them, which are refused
            default:
                throw reader.unknownKey(
                    entry, of: "the file", expected: ["stages", "params", "metrics", "plots", "artifacts", "vars"])
            }
        }
    }

    private mutating func readStages(_ node: YAMLNode, _ reader: NodeReader, root: FilePath?) throws(FormatError) {
        for entry in try reader.entries(of: node, "'stages'") {
            let stage = StageReader(reader: reader, name: entry.key, file: path, root: root)
            stages.append(try stage.read(entry.value, named: entry.keyNode))
        }
    }

    private func listedFiles(
        _ node: YAMLNode, _ what: String, _ reader: NodeReader
    ) throws(FormatError) -> [ListedFile] {
        var files: [ListedFile] = []
        for element in try reader.list(node, what) {
            let path = try reader.path(element, "a file of \(what)")
            let rooted = ProjectPath.rooted(path, in: folder)
            files.append(ListedFile(path: path, rooted: rooted, position: element.start))
        }
        return files
    }

    private func readArtifacts(_ node: YAMLNode, _ reader: NodeReader) throws(FormatError) -> [Artifact] {
        var artifacts: [Artifact] = []
        for entry in try reader.entries(of: node, "'artifacts'") {
            let what = "artifact '\(entry.key)'"
            var artifact = Artifact(name: entry.key, path: "", rooted: "", labels: [], position: entry.keyNode.start)
            for part in try reader.entries(of: entry.value, what) {
                switch part.key {
                case "path": artifact.path = try reader.path(part.value, "'path' of \(what)")
                case "type": artifact.type = try reader.string(part.value, "'type' of \(what)")
                case "desc": artifact.description = try reader.string(part.value, "'desc' of \(what)")
                case "labels": artifact.labels = try reader.strings(part.value, "'labels' of \(what)")
                case "meta": artifact.meta = try reader.value(part.value, "'meta' of \(what)")
                default:
                    throw reader.unknownKey(
                        part, of: what, expected: ["path", "type", "desc", "labels", "meta"])
                }
            }
            if artifact.path.isEmpty { throw reader.error(at: entry.keyNode, "missing 'path' in \(what)") }
            artifact.rooted = ProjectPath.rooted(artifact.path, in: folder)
            artifacts.append(artifact)
        }
        return artifacts
    }
}
